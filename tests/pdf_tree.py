"""The tag tree of a PDF as text: what a screen reader is given, in its order.

Each element gives its role, its alternative text and the words drawn inside it (ISO 32000-1, 14.7 and 14.8).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf


@dataclass
class Element:
    role: str
    alt: str = ""
    lang: str = ""
    title: str = ""
    id: str = ""
    expansion: str = ""
    attributes: dict[str, object] = field(default_factory=dict)
    kids: list[Element | str] = field(default_factory=list)
    links: list[pikepdf.Object] = field(default_factory=list)  # annotations
    pages: set[int] = field(default_factory=set)  # on which it stands, by itself
    number: tuple[int, int] = (0, 0)  # of its object
    refers: list[tuple[int, int]] = field(default_factory=list)  # to other elements

    def text(self) -> str:
        if self.role == "Formula":
            return self.alt
        return "".join(kid if isinstance(kid, str) else kid.text() for kid in self.kids)

    def walk(self) -> Iterator[Element]:
        yield self
        for kid in self.kids:
            if isinstance(kid, Element):
                yield from kid.walk()


def tag_tree(pdf: pikepdf.Pdf) -> Element:
    """The document's element with everything under it."""
    reader = _Reader(pdf)
    root = pdf.Root.StructTreeRoot
    return reader.element(root.K[0] if isinstance(root.K, pikepdf.Array) else root.K, None)


class _Reader:
    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.words: dict[tuple, dict[int, str]] = {}  # of a page or a form by its number
        self.pages = {page.obj.objgen: index for index, page in enumerate(pdf.pages)}
        for page in pdf.pages:
            self.words[page.obj.objgen] = _marked_words(page.obj, page.obj.Resources)
            for form in page.obj.Resources.get("/XObject", {}).values():
                if form.get("/Subtype") == "/Form" and "/StructParents" in form:
                    self.words[form.objgen] = _marked_words(form, form.Resources)

    def element(self, obj: pikepdf.Object, page: pikepdf.Object | None) -> Element:
        page = obj.get("/Pg", page)
        texts = (str(obj.get(key, "")) for key in ("/Alt", "/Lang", "/T", "/ID", "/E"))
        made = Element(str(obj.S)[1:], *texts, _attributes(obj), number=obj.objgen)
        made.refers = [other.objgen for other in obj.get("/Ref", [])]
        kids = obj.get("/K", [])
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, int):
                made.kids.append(self.words[page.objgen].get(kid, ""))
                made.pages.add(self.pages[page.objgen])
            elif kid.get("/Type") == "/MCR":
                on = kid.get("/Pg", page)
                made.kids.append(self.words[kid.get("/Stm", on).objgen].get(int(kid.MCID), ""))
                made.pages.add(self.pages[on.objgen])
            elif kid.get("/Type") == "/OBJR":
                made.links.append(kid.Obj)
            elif "/S" in kid:
                made.kids.append(self.element(kid, page))
        return made


def _attributes(obj: pikepdf.Object) -> dict[str, object]:
    owned = obj.get("/A")
    found: dict[str, object] = {}
    for one in owned if isinstance(owned, pikepdf.Array) else [owned] if owned is not None else []:
        found |= {str(key)[1:]: value for key, value in one.items() if key != "/O"}
    return found


@dataclass
class Sequence:
    """A marked-content sequence: its words as they are meant, since an ActualText stands for what is drawn (14.9.4)."""

    tag: str
    mcid: int | None
    text: str = ""
    meant: bool = False


def _sequences(content: pikepdf.Object, resources: pikepdf.Object) -> list[Sequence]:
    fonts = {name: _to_unicode(font) for name, font in resources.get("/Font", {}).items()}
    found: list[Sequence] = []
    stack: list[Sequence] = []
    current: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(content):
        match str(operator):
            case "BDC" | "BMC":
                properties = operands[1] if len(operands) > 1 and isinstance(operands[1], pikepdf.Dictionary) else {}
                mcid = int(properties["/MCID"]) if "/MCID" in properties else None
                meant = "/ActualText" in properties
                stack.append(Sequence(str(operands[0]), mcid, str(properties.get("/ActualText", "")), meant))
                found.append(stack[-1])
            case "EMC":
                stack.pop()
            case "Tf":
                current = fonts[str(operands[0])]
            case "TJ" | "Tj" if stack and not stack[-1].meant:
                strings = operands[0] if str(operator) == "TJ" else [operands[0]]
                for string in strings:
                    if isinstance(string, pikepdf.String):
                        codes = bytes(string)
                        stack[-1].text += "".join(
                            current.get(int.from_bytes(codes[i : i + 2]), "\ufffd") for i in range(0, len(codes), 2)
                        )
            case _:
                pass
    return found


def _marked_words(content: pikepdf.Object, resources: pikepdf.Object) -> dict[int, str]:
    return {one.mcid: one.text for one in _sequences(content, resources) if one.mcid is not None}


def drawn_words(content: pikepdf.Object) -> list[str]:
    """The words drawn on a page or in a form, read or not, in the order of drawing."""
    return [one.text for one in _sequences(content, content.Resources) if one.text]


def artifacts(page: pikepdf.Page) -> list[str]:
    """The words on a page that are not read."""
    return [one.text for one in _sequences(page.obj, page.obj.Resources) if one.tag == "/Artifact"]


def _to_unicode(font: pikepdf.Object) -> dict[int, str]:
    text = font.ToUnicode.read_bytes().decode("latin-1")
    pairs = re.findall(
        r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", "\n".join(re.findall(r"beginbfchar(.*?)endbfchar", text, re.S))
    )
    return {int(code, 16): bytes.fromhex(to).decode("utf-16-be") for code, to in pairs}


def page_labels(pdf: pikepdf.Pdf) -> dict[str, str]:
    """The printed number of the page on which each named destination lies (ISO 32000-1, 12.3.2.3 and 12.4.2)."""
    pages = {page.obj.objgen: index for index, page in enumerate(pdf.pages)}
    names = pdf.Root.Names.Dests.Names
    labels = {}
    for index in range(0, len(names), 2):
        target = names[index + 1]
        page = (target.D if isinstance(target, pikepdf.Dictionary) else target)[0]
        labels[str(names[index])] = pdf.pages[pages[page.objgen]].label
    return labels
