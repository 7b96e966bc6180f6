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
    kids: list[Element | str] = field(default_factory=list)

    def text(self) -> str:
        return "".join(kid if isinstance(kid, str) else kid.text() for kid in self.kids)

    def walk(self) -> Iterator[Element]:
        yield self
        for kid in self.kids:
            if isinstance(kid, Element):
                yield from kid.walk()


def tag_tree(pdf: pikepdf.Pdf) -> Element:
    """The document's element with everything under it."""
    words = {page.obj.objgen: _marked_words(page) for page in pdf.pages}
    root = pdf.Root.StructTreeRoot
    top = root.K[0] if isinstance(root.K, pikepdf.Array) else root.K
    return _element(top, words, None)


def _element(obj: pikepdf.Object, words: dict, page: pikepdf.Object | None) -> Element:
    page = obj.get("/Pg", page)
    made = Element(str(obj.S)[1:], str(obj.get("/Alt", "")), str(obj.get("/Lang", "")))
    kids = obj.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, int):
            made.kids.append(words[page.objgen].get(kid, ""))
        elif kid.get("/Type") == "/MCR":
            made.kids.append(words[kid.get("/Pg", page).objgen].get(int(kid.MCID), ""))
        elif "/S" in kid:
            made.kids.append(_element(kid, words, page))
    return made


def _marked_words(page: pikepdf.Page) -> dict[int, str]:
    """Words by marked-content id. A line of text ends in a space; a hyphen there is the typesetter's own or not."""
    fonts = {name: _to_unicode(font) for name, font in page.obj.Resources.get("/Font", {}).items()}
    found: dict[int, str] = {}
    stack: list[int | None] = []
    current: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "BDC":
                properties = operands[1]
                stack.append(int(properties.MCID) if "/MCID" in properties else None)
            case "BMC":
                stack.append(None)
            case "EMC":
                stack.pop()
            case "Tf":
                current = fonts[str(operands[0])]
            case "TJ" | "Tj":
                mcid = next((one for one in reversed(stack) if one is not None), None)
                if mcid is None:
                    continue
                strings = operands[0] if str(operator) == "TJ" else [operands[0]]
                text = ""
                for string in strings:
                    if isinstance(string, pikepdf.String):
                        codes = bytes(string)
                        text += "".join(
                            current.get(int.from_bytes(codes[i : i + 2]), "\ufffd") for i in range(0, len(codes), 2)
                        )
                found[mcid] = found.get(mcid, "") + text + " "
            case _:
                pass
    return found


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
