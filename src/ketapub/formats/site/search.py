"""Search: its page, and the index that Pagefind makes of the finished chapters.

In: a `Site` and its pages. Out: a `Page`; the files of `pagefind/`, which the reader's browser alone asks.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ketapub import document as d
from ketapub.formats.site.frame import POLICY, Page, Site
from ketapub.problems import NOWHERE, Problems

# What runs in the browser is WebAssembly in a worker, and it fetches its index piece by piece.
SEARCH_POLICY = POLICY.replace(
    "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'"
)
# Numbers and arrows that are no words of the text.
IGNORED = ".backlinks, .noteref, .note-number, .citation.numeric, .place, .draft-stamp"
# Of what Pagefind writes, only the engine and its index: its own interfaces are not used.
_WANTED = ("pagefind.js", "pagefind-worker.js", "pagefind-entry.json", ".pf_meta", ".pf_index", ".pf_fragment")
SECONDS = 120


def search_page(site: Site) -> Page:
    info = site.book.info
    indexes = [one.name for one in site.book.chapters if any(isinstance(block, d.Index) for block in one.blocks)]
    body = site.render(
        "search.html",
        crisis_words=json.dumps(list(info.crisis.search_words), ensure_ascii=False) if info.crisis else "",
        index=f"{indexes[0]}.html" if indexes else "",
    )
    return Page("search.html", site.words["search"], body, script="search.js", policy=SEARCH_POLICY)


def search_index(site: Site, pages: Mapping[str, bytes], problems: Problems) -> dict[str, bytes]:
    """Run Pagefind on the pages, in a folder of their own. It needs no network."""
    from pagefind_bin import get_executable

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "pages")
        place.mkdir()
        for name, data in pages.items():
            (place / name).parent.mkdir(exist_ok=True)
            (place / name).write_bytes(data)
        options = ["--site", place, "--output-path", Path(folder, "index"), "--quiet"]
        options += ["--keep-index-url", "--exclude-selectors", IGNORED]
        try:
            command = [get_executable(), *options]
            subprocess.run(command, cwd=folder, env={}, capture_output=True, check=True, timeout=SECONDS)
        except (OSError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", None) or b""
            message = f"Pagefind made no search index: {said.decode(errors='replace').strip() or error}"
            problems.add(
                "no-search-index", NOWHERE, message, "install pagefind_bin for this machine, or leave `site` out"
            )
            return {}
        found = sorted(path for path in Path(folder, "index").rglob("*") if path.is_file())
        return {
            f"pagefind/{path.relative_to(Path(folder, 'index')).as_posix()}": path.read_bytes()
            for path in found
            if path.name.endswith(_WANTED) or path.name.startswith("wasm.")
        }
