"""What EPUB, HTML and site say: their pages in; the `Item`s in them, as their tags say them, out."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from lxml import etree, html

from ketapub.check.equality.items import Item, Line, tidy
from ketapub.check.findings import Place
from ketapub.check.screens import name_of, path_of

LINES = """p li dd div figure section aside details blockquote ol ul dl table thead tbody tr body main nav header
    footer address"""
KINDS = {
    **dict.fromkeys(re.findall(r"\w+", LINES), "text"),
    "td": "cell",
    "th": "header",
    "caption": "caption",
    "figcaption": "caption",
    "dt": "term",
    "pre": "code",
    "summary": "summary",
}
UNLABELLED = {"checklist", "index-list", "references"}  # classes of lists whose items bring what labels them
PACKAGE = "EPUB/content.opf"
PLAIN = {"listed", "backlinks"}  # classes of what holds lists without labels: tables that are lists, ways back


@dataclass(frozen=True)
class Page:
    """One page, "" where the output is a single file. `of_book`: its chapters are those of a book, not a handout."""

    name: str
    root: etree._Element
    of_book: bool = True

    @property
    def language(self) -> str:
        return self.root.get("lang") or ""

    @cached_property
    def ids(self) -> frozenset[str]:
        return frozenset(str(id) for id in self.root.xpath("//@id"))

    @cached_property
    def shift(self) -> int:
        """1 where the title of the book is the first heading, and those of chapters stand below it."""
        if not self.of_book:
            return 0
        chapters = set(chapter_elements(self.root))
        return int(any(chapters.isdisjoint(one.iterancestors()) for one in self.root.iter("{*}h1")))

    @cached_property
    def chapter(self) -> etree._Element | None:
        """The first chapter on it."""
        return next(chapter_elements(self.root), None)


Pages = Mapping[str, Page]


def html_file(data: bytes) -> Pages:
    return {"": Page("", _html(data))}


def epub_file(data: bytes) -> Pages:
    """The pages of an EPUB by their names in the package, in the order of its spine."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = set(archive.namelist())
        if PACKAGE not in files:
            raise zipfile.BadZipFile(f"it has no {PACKAGE}")
        package = _xml(archive.read(PACKAGE))
        names = {item.get("id"): item.get("href") or "" for item in package.iter("{*}item")}
        spine = [names.get(ref.get("idref"), "") for ref in package.iter("{*}itemref")]
        return {name: Page(name, _xml(archive.read(f"EPUB/{name}"))) for name in spine if f"EPUB/{name}" in files}


def site_folder(files: Mapping[str, bytes]) -> Pages:
    """The pages of a site, those of the chapters along the links that lead on from the first page. What stands in a
    folder of it tells of handouts, which are no chapters."""
    pages = {name: Page(name, _html(data)) for name, data in files.items() if re.fullmatch(r"[^/]+\.html", name)}
    order = [name for name in pages if name == "index.html"]
    here = next((one.get("href") for name in order for one in pages[name].root.iterfind(".//a[@class='button']")), None)
    while here in pages and here not in order:
        order.append(here)
        here = next((link.get("href") for link in pages[here].root.iterfind(".//a[@rel='next']")), None)
    return {name: pages[name] for name in [*order, *sorted(set(pages) - set(order))]}


def handout_pages(files: Mapping[str, bytes]) -> Pages:
    return {name: Page(name, _html(data), of_book=False) for name, data in files.items()}


def chapter_elements(root: etree._Element) -> Iterator[etree._Element]:
    return (one for one in root.iter("{*}section") if "chapter" in (one.get("class") or "").split())


def read_chapters(pages: Pages) -> list[list[Item]]:
    return [_Reader(page, pages).read(section) for page in pages.values() for section in chapter_elements(page.root)]


def read_frame(page: Page, pages: Pages) -> list[Item]:
    """What stands on a page outside of chapters."""
    return [item for body in page.root.iter("{*}body") for item in _Reader(page, pages, chapters=False).read(body)]


def read_whole(page: Page, pages: Pages, within: str = "body") -> list[Item]:
    """All that a page says, or all of the elements of one name on it."""
    return [item for one in page.root.iter("{*}" + within) for item in _Reader(page, pages).read(one)]


class _Reader:
    def __init__(self, page: Page, pages: Pages, *, chapters: bool = True) -> None:
        self.page, self.pages, self.chapters = page, pages, chapters
        self.items: list[Item] = []
        self.line = Line(page.language)
        self.place = Place(page.name)

    def read(self, element: etree._Element) -> list[Item]:
        around = (one.get("lang") for one in element.iterancestors())
        self.visit(element, "text", path_of(element), next(filter(None, around), ""))
        self.end("text")
        return self.items

    def end(self, kind: str, *, blank: bool = False) -> None:
        if item := self.line.end(kind, place=self.place, blank=blank):
            self.items.append(item)

    def visit(self, element: etree._Element, kind: str, path: str, language: str) -> None:
        """Everything in an element; `kind` is that of the line it stands in."""
        name, names = name_of(element), (element.get("class") or "").split()
        language = element.get("lang") or language
        if not self.chapters and name == "section" and "chapter" in names:
            return
        own = _kind(element, name, names, self.page.shift)
        if own:
            self.end(kind)
            self.place = Place(self.page.name, element=path, line=element.sourceline or 0)
        self.line.anchor(element.get("id") or "")
        if name == "li" and (label := _label(element)):
            self.line.say(label, language)
            self.end("label")
        if name == "a" and (address := element.get("href")):
            self.line.lead(self.target(address))
        said = _said(element, name)
        if said is not None:
            self.line.say(said, language)
        else:
            self.line.say(element.text or "", language)
            counts: Counter[str] = Counter()
            for child in element:
                if isinstance(child.tag, str):
                    counts[step := name_of(child)] += 1
                    self.visit(child, own or kind, f"{path}/{step}[{counts[step]}]", language)
                self.line.say(child.tail or "", language)
        if name == "abbr" and (title := element.get("title")):
            self.line.say(f"⟨= {title}⟩", language)
        if own:
            self.end(own, blank=name in ("td", "th"))

    def target(self, address: str) -> str:
        """ "#id" where the address leads to an element of the output, else the address."""
        if re.match(r"[a-z][a-z0-9+.-]*:|//", address, re.IGNORECASE):
            return address
        name, _, id = address.partition("#")
        if name:
            name = posixpath.normpath(posixpath.join(posixpath.dirname(self.page.name), name))
        page = self.pages.get(name or self.page.name)
        if page is None:
            return address
        if id:
            return f"#{id}" if id in page.ids else f"{address} (nothing there)"
        if self.page.of_book and page.chapter is not None:  # a page of one chapter begins with its title
            return f"#{page.chapter.get('aria-labelledby')}"
        return address


def _kind(element: etree._Element, name: str, names: Sequence[str], shift: int) -> str:
    """What an element is if it has lines of its own, else "". Headings are `shift` levels lower than in the book."""
    if "callout-title" in names:
        return "callout"
    if "index-letter" in names:
        return "heading 2"
    if re.fullmatch("h[1-6]", name):
        if name == "h6":  # the lowest there is, whatever the level: its class says it
            return next((f"heading {one.removeprefix('level-')}" for one in names if one.startswith("level-")), name)
        return f"heading {int(name[1]) - shift}"
    if name == "th":
        return {"col": "column header", "row": "row header"}.get(element.get("scope") or "", "header")
    return KINDS.get(name, "")


def _said(element: etree._Element, name: str) -> str | None:
    """What is said in place of what an element holds, if anything is."""
    if name == "svg":
        if element.get("role") != "img":
            return ""  # decoration
        return f"⟦{element.get('aria-label') or element.findtext('{*}title') or ''}⟧"
    if name == "math":
        return f"⟪{element.get('alttext')} = {''.join(element.itertext())}⟫"
    if name == "img":
        return f"⟦{element.get('alt')}⟧" if element.get("alt") else ""
    if name in ("script", "style", "br"):
        return " "
    if name in ("input", "textarea"):
        own = element.get("aria-label") or ""
        if element.get("type") != "checkbox":
            return f"⟦{_named(element)}⟧"
        return f"☐⟦{own}⟧" if own else "☐"
    return f"⟨{element.text}⟩" if element.get("role") == "doc-noteref" else None


def _named(field: etree._Element) -> str:
    """The name of a field, as a browser gives it."""
    if name := field.get("aria-label"):
        return str(name)
    if ids := field.get("aria-labelledby"):
        said = ("".join(one.itertext()) for id in ids.split() for one in field.xpath("//*[@id=$id]", id=id))
        return tidy(" ".join(said))
    label = next(field.iterancestors("label"), None)
    return "" if label is None else tidy("".join(label.itertext()))


def _label(item: etree._Element) -> str:
    """What a browser draws before an item of a list."""
    parent = item.getparent()
    if parent is None or not UNLABELLED.isdisjoint((parent.get("class") or "").split()):
        return ""
    if any(
        name_of(one) == "nav" or not PLAIN.isdisjoint((one.get("class") or "").split()) for one in item.iterancestors()
    ):
        return ""
    if name_of(parent) != "ol":
        return "•"
    number = int(parent.get("start") or 1)
    for one in parent:
        if one.get("value"):
            number = int(one.get("value") or 0)
        if one is item:
            break
        number += 1
    return f"{number}."


def _html(data: bytes) -> etree._Element:
    return html.document_fromstring(data, parser=html.HTMLParser(encoding="utf-8", huge_tree=True))


def _xml(data: bytes) -> etree._Element:
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
