"""All citations of a book and the works they cite in; each citation's text and the reference list out.

One pandoc process a book, JSON in, JSON out. It reads two files of ours in a temporary folder, sees a clean
environment, and is kept from all else (`--sandbox`), the network included.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache as cached
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ketapub import document as d
from ketapub.cache import Cache, cache_key
from ketapub.citation_style.entries import entry
from ketapub.citation_style.inlines import closed_quotes, from_pandoc, to_pandoc, words_of
from ketapub.citation_style.locators import locator_words, with_locators
from ketapub.citation_style.patience import SHORTEST, seconds_to_wait
from ketapub.citation_style.style import LOCATORS, Style, locator_word
from ketapub.collector import paused
from ketapub.library import Record

Json = dict[str, Any]
API_VERSION = [1, 23, 1]  # of pandoc's JSON; pandoc refuses one that it does not read
OLDEST = (3, 9)  # 3.8 was slow with the Chicago style of 2025, and older ones lack much of CSL 1.0.2
CLUSTER = "ck-"

# The languages whose words the engine has. With another it mixes the layout of a style in no language with English.
LANGUAGES = frozenset(
    re.findall(
        "[a-z]+",
        """af ar bal bg brh ca cs cy da de el en es et eu fa fi fr gl he hi hr hu id is it ja km ko la lij lt lv mn ms
        nb nl nn pa pl pt ro ru sk sl sr sv th tr uk vi zh""",
    )
)


class EngineFault(Exception):
    """The engine could not format the citations: its own words. A broken style of the book is the usual cause."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """What stands between one pair of brackets, and the name by which its result is found.

    `note` is the number of the note it stands in, by which styles of footnotes refer back ("n 12"); 0: in the text.
    """

    id: str
    cites: tuple[d.Cite, ...]
    note: int = 0


@dataclass(frozen=True, slots=True)
class Formatted:
    """`clusters`: text by cluster id, each work a link to "#ref-<key>". `entries`: the reference list, in its order.

    `warnings` are the engine's own words; a book with any is not sound.
    """

    clusters: Mapping[str, d.Inlines]
    entries: tuple[d.Entry, ...]
    warnings: tuple[str, ...] = ()


@paused()  # the engine's answer has a million nodes and no cycles
def format_citations(
    style: Style,
    language: str,
    records: Mapping[str, Record],
    clusters: tuple[Cluster, ...],
    nocite: tuple[str, ...] = (),
    cache: Cache | None = None,
) -> Formatted:
    """Format every citation of a book, in reading order, and its reference list: cited works, then those of `nocite`.

    `language` (BCP 47) counts where the style names none of its own. Every key must be in `records`. In numeric
    styles an entry's label is its place in the list, and a narrative cite prints its number only; in styles of
    footnotes it prints all but the authors: their names are the text's. What `cache` remembers needs no engine.
    Raises `EngineFault`.
    """
    cited = dict.fromkeys([*(cite.key for cluster in clusters for cite in cluster.cites), *nocite])
    if not cited:
        return Formatted({}, ())
    kept: list[d.Inline] = []
    # Two languages at once would mix: a style that names its own decides alone.
    spoken = style.language or (language if language.partition("-")[0].lower() in LANGUAGES else "en-US")
    style = with_locators(style, _kinds(clusters), spoken)
    uncited = [_member(d.Cite(key), 0, style, spoken, kept) for key in nocite]
    request = {
        "pandoc-api-version": API_VERSION,
        "blocks": [_request(cluster, style, spoken, kept) for cluster in clusters],
        "meta": {
            "link-citations": {"t": "MetaBool", "c": True},
            "link-bibliography": {"t": "MetaBool", "c": False},
            "notes-after-punctuation": {"t": "MetaBool", "c": False},
            "nocite": {"t": "MetaInlines", "c": [_cite(uncited)] if uncited else []},
            "lang": {"t": "MetaString", "c": spoken},
        },
    }
    references = [dict(records[key].fields) for key in cited]
    limit = seconds_to_wait(style, len(references))
    answer, warnings = _answer(style, json.dumps(references), json.dumps(request), limit, cache)
    texts: dict[str, d.Inlines] = {}
    entries: list[d.Entry] = []
    for block in answer["blocks"]:
        (id, _, _), inside = block["c"]
        if id == "refs":
            for work in inside:
                key = work["c"][0][0].removeprefix("ref-")
                entries.append(entry(key, work["c"][1], len(entries) + 1, style, records[key]))
        else:
            text = from_pandoc(_without_note(inside[0]["c"]), kept)
            texts[id.removeprefix(CLUSTER)] = closed_quotes(text) if _american(style, spoken) else text
    return Formatted(texts, tuple(entries), warnings)


def _american(style: Style, language: str) -> bool:
    """Whether full stop and comma stand inside of quotation marks (CSL 1.0.2, "Locale Options"): en-US alone."""
    if style.punctuation_in_quotes is not None:
        return style.punctuation_in_quotes
    return language.lower() in ("en", "en-us")


# --- the request ---------------------------------------------------------------------------------------------------


def _request(cluster: Cluster, style: Style, language: str, kept: list[d.Inline]) -> Json:
    cite = _cite([_member(one, cluster.note, style, language, kept) for one in cluster.cites])
    if style.form == "note":
        cite = {"t": "Note", "c": [{"t": "Para", "c": [cite]}]}
    return {"t": "Div", "c": [[CLUSTER + cluster.id, [], []], [{"t": "Para", "c": [cite]}]]}


def _without_note(nodes: list[Json]) -> list[Json]:
    """What stands in the note that a request of a style of footnotes was wrapped in: the note itself is ours."""
    match nodes:
        case [{"t": "Note", "c": [{"t": "Para", "c": inside}]}]:
            return list(inside)
        case _:
            return nodes


def _cite(members: list[Json]) -> Json:
    return {"t": "Cite", "c": [members, [{"t": "Str", "c": "@"}]]}


def _member(cite: d.Cite, note: int, style: Style, language: str, kept: list[d.Inline]) -> Json:
    mode = {"normal": "NormalCitation", "suppress-author": "SuppressAuthor", "narrative": "AuthorInText"}[cite.mode]
    if style.form == "numeric":
        mode = "NormalCitation"
    elif style.form == "note" and cite.mode == "narrative":  # the text has the names
        mode = "SuppressAuthor"
    return {
        "citationId": cite.key,
        "citationPrefix": to_pandoc(cite.prefix, kept),
        "citationSuffix": _suffix(cite, style, language, kept),
        "citationMode": {"t": mode},
        "citationNoteNum": note,
        "citationHash": 0,
    }


def _kinds(clusters: tuple[Cluster, ...]) -> list[str]:
    return [cite.label or "page" for cluster in clusters for cite in cluster.cites if cite.locator]


def _suffix(cite: d.Cite, style: Style, language: str, kept: list[d.Inline]) -> list[Json]:
    """The locator in braces, so that nothing else is taken for one; then the author's own words."""
    kind = style.read_as.get(cite.label, cite.label) or "page"
    locator = cite.locator.translate({ord("{"): "(", ord("}"): ")"})
    said = to_pandoc(cite.suffix, kept)
    if locator and kind not in LOCATORS:  # no name was free for it: words like any others
        said = words_of(f", {locator_words(kind, language)} {locator}") + _spaced(said)
        locator = ""
    if not locator and not said:
        return []
    braced = f"{{{locator_word(kind)} {locator}}}" if locator else "{}"
    return [*words_of(f", {braced}"), *_spaced(said)]


def _spaced(said: list[Json]) -> list[Json]:
    first = said[0].get("c") if said else None
    joins = not said or said[0]["t"] == "Space" or (isinstance(first, str) and first[0] in ",;:.)")
    return said if joins else [{"t": "Space"}, *said]


# --- the engine ----------------------------------------------------------------------------------------------------


def _answer(
    style: Style, references: str, request: str, limit: int, cache: Cache | None
) -> tuple[Json, tuple[str, ...]]:
    """What the engine says to a request, or said to it before, and its warnings."""
    key = cache_key("citations", version("pypandoc_binary"), style.xml, references, request)
    said = cache.get(key) if cache else None
    if said is None:
        answer, warnings = _run(style, references, request, limit)
        said = json.dumps(warnings).encode() + b"\n" + answer
        if cache:
            cache.put(key, said)
    first, _, rest = said.partition(b"\n")
    return json.loads(rest), tuple(json.loads(first))


@cached
def _pandoc() -> str:
    """The pandoc that came with pypandoc_binary, and no other: one from the PATH may be years old."""
    spec = find_spec("pypandoc")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        for name in ("pandoc", "pandoc.exe"):
            if (path := Path(folder, "files", name)).is_file():
                said = subprocess.run([path, "--version"], capture_output=True, text=True, env={}, timeout=SHORTEST)
                found = said.stdout.partition("\n")[0].rpartition(" ")[2]
                if tuple(int(part) for part in found.split(".")) < OLDEST:
                    raise RuntimeError(f"pandoc {found} is too old: {OLDEST[0]}.{OLDEST[1]} or later is needed")
                return str(path)
    raise RuntimeError("the package pypandoc_binary is not installed")


def _run(style: Style, references: str, request: str, limit: int) -> tuple[bytes, list[str]]:
    pandoc = _pandoc()
    with tempfile.TemporaryDirectory(prefix="ketapub-") as folder:
        csl, bibliography = Path(folder, "style.csl"), Path(folder, "references.json")
        csl.write_bytes(style.xml)
        bibliography.write_text(references, encoding="utf-8")
        command = [pandoc, "--from=json", "--to=json", "--sandbox", f"--data-dir={folder}", "--citeproc"]
        try:
            done = subprocess.run(
                [*command, f"--csl={csl}", f"--bibliography={bibliography}"],
                input=request.encode(),
                capture_output=True,
                cwd=folder,
                env={"HOME": folder, "LC_ALL": "C.UTF-8"},
                timeout=limit,
            )
        except subprocess.TimeoutExpired:
            raise EngineFault(f"it took more than {limit} seconds") from None
        said = done.stderr.decode("utf-8", "replace").replace(folder, "").strip()
    if done.returncode:
        raise EngineFault(said or f"it ended with status {done.returncode}")
    return done.stdout, said.splitlines()
