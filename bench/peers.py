"""A book comes in; the runs of what else makes books of it go out, of those peers that are there, with what lacks.

All get the text that pandoc reads: print engines for CSS the plain page, Typst pandoc's Typst. `make peers` installs
Typst and Vivliostyle, `make check` Chromium.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.clock import ROOT, used_by
from bench.runs import Desk, Run, stock, timed_pdf

PLACE = ROOT / ".peers"
PYTHON = PLACE / "python/bin/python"
VIVLIOSTYLE = PLACE / "node_modules/@vivliostyle/cli/dist/cli.js"
NODE = ROOT / ".venv/bin/node"
TYPST = "import sys, typst; typst.compile(sys.argv[1], output=sys.argv[2], root='/', font_paths=[sys.argv[3]])"


def typst(desk: Desk) -> Mapping[str, Run]:
    text, pdf = desk.folder / "typst/book.typ", desk.folder / "typst.pdf"
    text.parent.mkdir(exist_ok=True)
    if not (images := text.parent / "images").exists():
        images.symlink_to(desk.pandoc.book / "images")
    look = ["--variable=mainfont:Literata", "--variable=fontsize:10.5pt"]
    look.append(f"--include-before-body={Path(__file__).parent / 'page.typ'}")
    command = desk.pandoc.command(text, "--to=typst-citations", "--toc", "--toc-depth=3", *look)
    if not text.exists():
        subprocess.run(command, check=True)
    compiled = [str(PYTHON), "-c", TYPST, str(text), str(pdf), str(ROOT / "styles/fonts")]
    return {"pandoc to Typst": lambda: (used_by(command), None), "Typst": timed_pdf(desk, pdf, compiled)}


def pandoc(desk: Desk) -> Mapping[str, Run]:
    html = desk.pandoc.command(desk.folder / "pandoc.html", "--to=html5", "--toc")
    epub = desk.pandoc.command(desk.folder / "pandoc.epub", "--to=epub3", "--toc")
    return {"pandoc, HTML": lambda: (used_by(html), None), "pandoc, EPUB": lambda: (used_by(epub), None)}


def chromium(desk: Desk) -> Mapping[str, Run]:
    pdf = desk.folder / "chromium.pdf"
    given = ["--headless", "--no-sandbox", "--no-pdf-header-footer", f"--print-to-pdf={pdf}", desk.page.as_uri()]
    return {"Chromium": timed_pdf(desk, pdf, [_chromium(), *given])}


def vivliostyle(desk: Desk) -> Mapping[str, Run]:
    pdf = desk.folder / "vivliostyle.pdf"
    given = ["--single-doc", "--size=6in,9in", "--timeout=3000", f"--executable-browser={_chromium()}"]
    command = [str(NODE), str(VIVLIOSTYLE), "build", str(desk.page), *given, f"--output={pdf}"]
    return {"Vivliostyle": timed_pdf(desk, pdf, command)}


PEERS: Mapping[str, Callable[[Desk], Mapping[str, Run]]] = {
    "weasyprint": stock,
    "typst": typst,
    "pandoc": pandoc,
    "chromium": chromium,
    "vivliostyle": vivliostyle,
}


def lacking(peer: str) -> str:
    """What has to be installed for it."""
    needs = {"typst": [PYTHON], "vivliostyle": [VIVLIOSTYLE, NODE]}
    if missing := [place for place in needs.get(peer, []) if not place.exists()]:
        return str(missing[0].relative_to(ROOT))
    return "chromium" if peer in ("chromium", "vivliostyle") and not _chromium() else ""


def _chromium() -> str:
    return shutil.which("chromium-headless-shell") or shutil.which("chromium") or ""
