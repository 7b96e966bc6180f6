"""The tag tree of a PDF as text: an open file in; what a screen reader is given, in its order, out.

Each element has its role, its alternative text and the words drawn inside it (ISO 32000-1, 14.7 and 14.8). It reads
the files that we write: fonts of two bytes a letter, each with the letters that its codes stand for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pikepdf

Number = tuple[int, int]  # of an object in the file, and its generation
SHOWN = "BDC BMC EMC Tf TJ Tj"  # the operators that say which words are drawn


@dataclass
class Element:
    role: str
    alt: str = ""
    lang: str = ""
    title: str = ""
    id: str = ""
    expansion: str = ""
    attributes: dict[str, pikepdf.Object] = field(default_factory=dict)
    kids: list[Element | str] = field(default_factory=list)
    links: list[pikepdf.Object] = field(default_factory=list)  # annotations
    pages: set[int] = field(default_factory=set)  # on which it stands, by itself, from 0
    number: Number = (0, 0)
    refers: list[Number] = field(default_factory=list)  # to other elements
    path: str = ""  # "Document[1]/Sect[2]/P[5]": each element counted among its siblings of the same role

    def text(self) -> str:
        if self.role == "Formula":
            return self.alt
        return "".join(kid if isinstance(kid, str) else kid.text() for kid in self.kids)

    def walk(self) -> Iterator[Element]:
        yield self
        for kid in self.kids:
            if isinstance(kid, Element):
                yield from kid.walk()

    def page(self) -> int:
        """The first page on which it or something in it stands, from 1; 0 if nothing is drawn."""
        return min((page for one in self.walk() for page in one.pages), default=-1) + 1


def tag_tree(pdf: pikepdf.Pdf) -> Element:
    """The document's element with everything under it."""
    root = pdf.Root.StructTreeRoot
    top = root.K[0] if isinstance(root.K, pikepdf.Array) else root.K
    return _Reader(pdf).element(top, None, f"{_role(top)}[1]")


class _Reader:
    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.words: dict[Number, dict[int, str]] = {}  # of a page or a form by its number
        self.pages = {page.obj.objgen: index for index, page in enumerate(pdf.pages)}
        for page in pdf.pages:
            self.words[page.obj.objgen] = _marked_words(page.obj)
            for form in page.obj.Resources.get("/XObject", pikepdf.Dictionary()).values():
                if form.get("/Subtype") == "/Form" and "/StructParents" in form:
                    self.words[form.objgen] = _marked_words(form)

    def element(self, obj: pikepdf.Object, page: Any, path: str) -> Element:
        page = obj.get("/Pg", page)
        alt, lang, title, id, expansion = (str(obj.get(key, "")) for key in ("/Alt", "/Lang", "/T", "/ID", "/E"))
        made = Element(_role(obj), alt, lang, title, id, expansion, _attributes(obj), number=obj.objgen, path=path)
        made.refers = [other.objgen for other in _listed(obj.get("/Ref"))]
        siblings: Counter[str] = Counter()
        for kid in _listed(obj.get("/K")):
            if isinstance(kid, int):
                self.draw(made, page, page, kid)
            elif kid.get("/Type") == "/MCR":
                on = kid.get("/Pg", page)
                self.draw(made, on, kid.get("/Stm", on), int(kid.MCID))
            elif kid.get("/Type") == "/OBJR":
                made.links.append(kid.Obj)
            elif "/S" in kid:
                role = _role(kid)
                siblings[role] += 1
                made.kids.append(self.element(kid, page, f"{path}/{role}[{siblings[role]}]"))
        return made

    def draw(self, element: Element, page: Any, stream: Any, sequence: int) -> None:
        """What is drawn in a sequence belongs to the element. A page that is not in the file shows nothing."""
        if page is not None and page.objgen in self.pages:
            element.kids.append(self.words.get(stream.objgen, {}).get(sequence, ""))
            element.pages.add(self.pages[page.objgen])


def _role(obj: pikepdf.Object) -> str:
    return str(obj.S)[1:]


def _listed(value: Any) -> list[Any]:
    """A value that may be absent, one thing, or an array of things."""
    if value is None:
        return []
    return list(value) if isinstance(value, pikepdf.Array) else [value]


def _attributes(obj: pikepdf.Object) -> dict[str, pikepdf.Object]:
    return {str(key)[1:]: value for one in _listed(obj.get("/A")) for key, value in one.items() if key != "/O"}


@dataclass
class Sequence:
    """A marked-content sequence: its words as they are meant, since an ActualText stands for what is drawn (14.9.4)."""

    tag: str
    mcid: int | None
    text: str = ""
    meant: bool = False


def _sequences(content: pikepdf.Object) -> list[Sequence]:
    """Those of a page or a form, in the order in which they begin."""
    fonts = {name: letters(font) for name, font in content.Resources.get("/Font", pikepdf.Dictionary()).items()}
    found: list[Sequence] = []
    stack: list[Sequence] = []
    current: Mapping[int, str] = {}
    for step in pikepdf.parse_content_stream(content, SHOWN):
        operands: list[Any] = list(step.operands)
        match str(step.operator):
            case "BDC" | "BMC":
                properties = operands[1] if isinstance(operands[-1], pikepdf.Dictionary) else pikepdf.Dictionary()
                mcid = int(properties["/MCID"]) if "/MCID" in properties else None
                meant = "/ActualText" in properties
                stack.append(Sequence(str(operands[0]), mcid, str(properties.get("/ActualText", "")), meant))
                found.append(stack[-1])
            case "EMC":
                stack.pop()
            case "Tf":
                current = fonts[str(operands[0])]
            case "TJ" | "Tj" if stack and not stack[-1].meant:
                for string in _listed(operands[0]):
                    if isinstance(string, pikepdf.String):
                        stack[-1].text += spelled(bytes(string), current)
            case _:
                pass
    return found


def _marked_words(content: pikepdf.Object) -> dict[int, str]:
    return {one.mcid: one.text for one in _sequences(content) if one.mcid is not None}


def drawn_words(content: pikepdf.Object) -> list[str]:
    """The words drawn on a page or in a form, read or not, in the order of drawing."""
    return [one.text for one in _sequences(content) if one.text]


def artifacts(page: pikepdf.Page) -> list[str]:
    """The words on a page that are not read."""
    return [one.text for one in _sequences(page.obj) if one.tag == "/Artifact"]


def pages_of_sheets(pdf: pikepdf.Pdf) -> list[list[int]]:
    """The pages of each handout in a file, counted from 1: the numbers printed on them begin anew with each. Those on
    which nothing is written are of none."""
    found: list[list[int]] = []
    for number, page in enumerate(pdf.pages, 1):
        if drawn_words(page.obj):
            if not found or str(page.label).rpartition("-")[2] == "1":
                found.append([])
            found[-1].append(number)
    return found


def spelled(codes: bytes, letters: Mapping[int, str]) -> str:
    """The letters of a shown string, whose codes have two bytes each."""
    return "".join(letters.get(int.from_bytes(codes[at : at + 2]), "\ufffd") for at in range(0, len(codes), 2))


def letters(font: pikepdf.Object) -> Mapping[int, str]:
    """What each code of a font stands for (9.10.3)."""
    return _letters(font.ToUnicode.read_bytes())


@lru_cache(maxsize=64)  # the same fonts on every page of a book
def _letters(cmap: bytes) -> Mapping[int, str]:
    tables = "\n".join(re.findall(r"beginbfchar(.*?)endbfchar", cmap.decode("latin-1"), re.S))
    pairs = re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", tables)
    return {int(code, 16): bytes.fromhex(to).decode("utf-16-be") for code, to in pairs}


def page_labels(pdf: pikepdf.Pdf) -> dict[str, str]:
    """The printed number of the page on which each named destination lies (12.3.2.3 and 12.4.2)."""
    printed = [str(page.label) for page in pdf.pages]
    return {name: printed[page - 1] for name, page in destinations(pdf).items()}


def destinations(pdf: pikepdf.Pdf) -> dict[str, int]:
    """The page of each named destination, counted from 1."""
    pages = {page.obj.objgen: index for index, page in enumerate(pdf.pages, 1)}
    tree = pdf.Root.get("/Names", pikepdf.Dictionary()).get("/Dests")
    found = {}
    for name, target in pikepdf.NameTree(tree).items() if tree is not None else ():
        page = (target.D if isinstance(target, pikepdf.Dictionary) else target)[0]
        if page.objgen in pages:
            found[str(name)] = pages[page.objgen]
    return found
