"""Links: whether every link inside of an output lands, and nothing is loaded from elsewhere."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote, urldefrag, urlsplit

from lxml import etree

from ketapub.check.findings import Check, Finding, Looked, Place, Subject
from ketapub.check.screens import Unpacked, name_of, path_of, unpacked

MARKUP = (".html", ".xhtml", ".opf", ".ncx")
ADDRESSES = ("href", "src", "poster", "data", "{http://www.w3.org/1999/xlink}href")
NAMING = ("aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "for", "headers")
# Only links which somebody follows may lead out of the book; the other ones tell programs what a page is.
FOLLOWED = ("a", "area")
TOLD = ("canonical", "license", "author", "alternate")
IN_SHEETS = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""")


class Source(NamedTuple):
    """A piece of markup: its root, and the ids in it with how often each stands there."""

    root: etree._Element
    ids: Counter[str]


@dataclass(frozen=True, slots=True)
class Output:
    """The files of an output. `root` is the path under which a site stands at its address, "/" where it has none."""

    files: Unpacked
    sources: Mapping[str, Source]
    root: str

    def target(self, name: str, address: str) -> tuple[str, str]:
        """The file to which an address in another one leads, by name, and the id in it."""
        address, fragment = urldefrag(address)
        path = unquote(urlsplit(address).path)
        if path.startswith("/"):
            path = path.removeprefix(self.root)
        elif path:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
        else:
            path = name
        return "index.html" if path in ("", ".") else path, unquote(fragment)


def look(subject: Subject, output: str) -> Looked:
    files, site = unpacked(subject.files[output]), subject.book.info.site
    root = urlsplit(site.url).path.rstrip("/") + "/" if output == "site" and site else "/"
    read = output_of(files, root)
    return Looked(sum(len(_addresses(source)) for source in read.sources.values()), "link", tuple(faults(read)))


def output_of(files: Unpacked, root: str = "/") -> Output:
    return Output(files, {name: _read(files, name) for name in files.names if name.endswith(MARKUP)}, root)


def faults(output: Output) -> Iterator[Finding]:
    """What is wrong with the links of all files, and with the ids that they and their neighbours name."""
    for name, source in output.sources.items():
        for element, address in _addresses(source):
            if wrong := _wrong(output, name, element, address):
                yield Finding(*wrong, _place(output.files, name, element))
        yield from _faults_of_ids(output.files, name, source)
        for sheet in source.root.iter("{*}style"):
            yield from _faults_of_sheet(output, name, sheet.text or "", line=sheet.sourceline or 1)
    for name in output.files.names:
        if name.endswith(".css"):
            yield from _faults_of_sheet(output, name, output.files.read(name).decode(errors="replace"))


def _wrong(output: Output, name: str, element: etree._Element, address: str) -> tuple[str, str] | None:
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//", address):
        if name_of(element) in FOLLOWED or address.startswith("data:") or {*element.get("rel", "").split()} & {*TOLD}:
            return None
        return "elsewhere", f"{name_of(element)} loads {address[:100]}, which does not come with the book"
    file, id = output.target(name, address)
    if file not in output.files.names:
        return "no-such-file", f"leads to {address}, and there is no file {file}"
    if id and file in output.sources and id not in output.sources[file].ids:
        return "no-such-place", f"leads to {address}, and nothing there has the id {id}"
    return None


def _faults_of_ids(files: Unpacked, name: str, source: Source) -> Iterator[Finding]:
    for element in source.root.iter(etree.Element):
        id = element.get("id")
        if id is not None and source.ids[id] > 1:
            yield Finding("id-twice", f"the id {id} stands here more than once", _place(files, name, element))
        for key in NAMING:
            for named in element.get(key, "").split():
                if named not in source.ids:
                    message = f"{key} names {named}, and nothing here has that id"
                    yield Finding("no-such-id", message, _place(files, name, element))


def _faults_of_sheet(output: Output, name: str, sheet: str, line: int = 1) -> Iterator[Finding]:
    """What is wrong with the addresses in a style sheet, which begins in this line of the file."""
    for found in IN_SHEETS.finditer(sheet):
        address = found[1] or found[2]
        place = Place(output.files.part(name), line=sheet.count("\n", 0, found.start()) + line)
        if address.startswith(("data:", "#")):
            continue
        if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//", address):
            yield Finding("elsewhere", f"loads {address[:100]}, which does not come with the book", place)
        elif output.target(name, address)[0] not in output.files.names:
            yield Finding("no-such-file", f"names {address}, and there is no such file", place)


def _addresses(source: Source) -> list[tuple[etree._Element, str]]:
    return [
        (element, address.strip())
        for element in source.root.iter(etree.Element)
        for key in ADDRESSES
        if (address := element.get(key)) is not None
    ]


def _read(files: Unpacked, name: str) -> Source:
    data = files.read(name)
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True) if name.endswith(".html") else _XML
    root = etree.fromstring(data, parser)
    return Source(root, Counter(id for element in root.iter(etree.Element) if (id := element.get("id")) is not None))


_XML = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=True)


def _place(files: Unpacked, name: str, element: etree._Element) -> Place:
    return Place(files.part(name), element=path_of(element), line=element.sourceline or 0)


CHECK = Check(
    "links",
    "every link inside of the output lands, every id that is named is there once, and nothing is loaded from elsewhere",
    ("epub", "html", "site", "handouts"),
    look,
)
