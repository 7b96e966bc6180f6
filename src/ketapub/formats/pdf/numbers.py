"""Page numbers that stand in a part and are not known yet: its pages are laid out and drawn with noughts in their
place, and the numbers are put in when all are known.

In: tags in which `marked` numbers stand; later the pages, and the drawn PDF. It can be done where each digit is as wide
as any other and stands alone, as in fonts of books; elsewhere a part waits for its numbers (`are_alike`).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import Any
from xml.etree.ElementTree import Element

BEGIN, END = "\U0001fffe", "\U0001ffff"  # around a number, or what stands for it: no characters, so in no manuscript
NAMED = "data-numeral"  # the attribute of an element whose text is a number: which one of the part
FOLIO = "folio"  # stands for the number of the page itself

_DIGITS = "0123456789"
_PAIRS = "".join(map("".join, product(_DIGITS, repeat=2)))  # each digit, and each behind each
_LEAF = re.compile(rf"(<([a-z]+)\b[^<>]*)>{BEGIN}(\d+){END}(?=</\2>)")
_IN_TAG = re.compile(rf"{BEGIN}(\d+){END}(?=[^<>]*>)")
_TOKEN = re.compile(f"{BEGIN}([^{END}]*){END}")
_GLYPH = re.compile(r"[0-9a-f]{4}")
_UNKERNED = re.compile(r"\[<[0-9a-f]{4}((>0<)?[0-9a-f]{4})*(>0)?>?\] TJ")  # 0: what is less than one
_OPEN_DIGITS = re.compile(rb"%number (\w+) ([0-9a-f]{40})\n((?:(?!.*TJ$).*\n)*)(.*TJ$)", re.MULTILINE)
_OPEN_TEXT = re.compile(rb"<feff(?:[0-9a-f]{4})*?d83fdffe[0-9a-f]*>")


# -- in tags


def marked(label: str) -> str:
    """A page label in tags; or the name of an open number, in texts that nobody sees."""
    return f"{BEGIN}{label}{END}"


def shown(tags: str) -> str:
    """With all numbers as they are."""
    return tags.replace(BEGIN, "").replace(END, "")


def opened(tags: str) -> tuple[str, tuple[str, ...]]:
    """With noughts where an element is a number and with names where an attribute has one; and those numbers."""
    numbers: list[str] = []

    def next_of(number: str) -> int:
        numbers.append(number)
        return len(numbers) - 1

    tags = _LEAF.sub(lambda m: f'{m[1]} {NAMED}="{next_of(m[3])}">{"0" * len(m[3])}', tags)
    parts = _IN_TAG.split(tags)  # text, number, text, number, …
    for index in range(1, len(parts), 2):
        parts[index] = marked(str(next_of(parts[index])))
    return "".join(shown(part) if index % 2 == 0 else part for index, part in enumerate(parts)), tuple(numbers)


def said_by(box: Any) -> str:
    """The text of a box; its name where it is an open number."""
    if box.element is None or (name := box.element.get(NAMED)) is None or "::" in (box.element_tag or ""):
        return str(box.text)
    return marked(name)


# -- on pages


def open_boxes(pages: Sequence[Any], folios: Sequence[str]) -> Iterator[tuple[Any, str]]:
    """Each box with a number that is to be put in, and its name: those of the text, and that in the margin of a page,
    whose label is one of `folios`. "" is the name of what counts pages in another way."""
    from weasyprint.formatting_structure.boxes import MarginBox, TextBox

    def texts(box: Any) -> Iterator[Any]:
        return (one for one in box.descendants() if isinstance(one, TextBox))

    for page, folio in zip(pages, folios, strict=True):
        for child in page._page_box.children:
            if not isinstance(child, MarginBox):
                for box in texts(child):
                    if said_by(box) != box.text:
                        yield box, box.element.get(NAMED)
            elif "page" in str(child.style["content"]) and folio.isdecimal():
                for box in texts(child):
                    yield box, FOLIO if box.text == folio else ""


def are_alike(boxes: Sequence[tuple[Any, str]], tree: Element) -> bool:
    """Whether any number of as many digits takes the room of these, and they are all that the tree has. If not: digits
    have several widths or are kerned, a number is a part of a text, or divided, or not shown as it is."""
    from weasyprint.text.line_break import split_first_line

    def width(text: str, style: Any) -> float:
        found: float = split_first_line(text, style, None, None, 0)[3]
        return found

    open_elements = {element for element in tree.iter() if element.get(NAMED)}
    if open_elements != {box.element for box, name in boxes if name != FOLIO}:
        return False
    alike: dict[int, bool] = {}
    for box, name in boxes:
        if not (box.text.isdecimal() and box.text.isascii()) or (name != FOLIO and box.text != box.element.text):
            return False
        if (style := id(box.style)) not in alike:
            one = width("0", box.style)
            whole = width(_PAIRS, box.style)
            alike[style] = all(width(digit, box.style) == one for digit in _DIGITS) and (
                abs(whole - len(_PAIRS) * one) < 0.01
            )
        if not alike[style]:
            return False
    return True


def put_in(
    pages: Sequence[Any], boxes: Sequence[tuple[Any, str]], numbers: Sequence[str], folios: Sequence[str]
) -> None:
    """On pages that are not drawn yet; `folios` are their labels."""
    labels = {id(box): folio for page, folio in zip(pages, folios, strict=True) for box in page._page_box.descendants()}
    for box, name in boxes:
        box.text = box.pango_layout.text = labels[id(box)] if name == FOLIO else numbers[int(name)]


# -- in a drawn PDF


@dataclass
class Drawing:
    """What came of drawing open numbers: whether each of them can be put in."""

    is_open: bool = True


@contextmanager
def drawn_open(boxes: Sequence[tuple[Any, str]]) -> Iterator[Drawing]:
    """Before each of these numbers, a comment in the PDF names it and the glyphs of all digits."""
    import weasyprint.draw

    drawing, ask = Drawing(), weasyprint.draw.draw_text
    names = {id(box): name for box, name in boxes}
    known: dict[Any, str | None] = {}  # digits by the identity of a style, and how a line that is too long ends

    def draw_text(stream: Any, box: Any, *more: Any) -> None:
        name = names.get(id(box))
        if name is not None:
            manner = id(box.style), *more[1:]
            if manner not in known:
                known[manner] = _digits(stream, box, ask, more)
            digits = known[manner]
            if digits is None or "Subtype" in stream.extra:
                drawing.is_open = False
            elif digits:
                stream.stream.append(f"%number {name} {digits}".encode())
                stream.compress = False  # it is to be read again, and packed when its numbers are in it
        ask(stream, box, *more)

    weasyprint.draw.draw_text = draw_text
    try:
        yield drawing
    finally:
        weasyprint.draw.draw_text = ask


def _digits(stream: Any, box: Any, ask: Any, more: Sequence[Any]) -> str | None:
    """The glyphs of all digits, as they are drawn in the place of this number; all become part of the font then. "" if
    nothing is drawn, None if digits are not drawn each by one glyph."""
    before, other = (box.text, box.pango_layout.text), stream.clone()
    box.text = box.pango_layout.text = _PAIRS
    try:
        ask(other, box, *more)
    finally:
        box.text, box.pango_layout.text = before
    runs = [one for one in other.stream if isinstance(one, bytes) and one.endswith(b" TJ")]
    if not runs:
        return ""
    glyphs = _GLYPH.findall(runs[0].decode())
    if len(runs) > 1 or len(glyphs) != len(_PAIRS) or not _UNKERNED.fullmatch(runs[0].decode()):
        return None
    of = dict(zip(_PAIRS, glyphs, strict=True))
    always = all(of[digit] == glyph for digit, glyph in zip(_PAIRS, glyphs, strict=True))
    return "".join(of[digit] for digit in _DIGITS) if always else None


def fill(pdf: Any, numbers: Sequence[str], folios: Sequence[str]) -> None:
    """Put numbers into an open file of pikepdf. `folios` are the labels of its pages."""
    from pikepdf import Name, String

    for page, folio in zip(pdf.pages, folios, strict=True):

        def number(name: str, folio: str = folio) -> str:
            return folio if name == FOLIO else numbers[int(name)]

        def drawn(match: re.Match[bytes], number: Any = number) -> bytes:
            text, digits = number(match[1].decode()), match[2].decode()
            glyphs = iter([digits[4 * int(one) : 4 * int(one) + 4] for one in text])
            run = _GLYPH.sub(lambda _: next(glyphs), match[4].decode())
            assert next(glyphs, None) is None, f"no room for {text}"
            return match[3] + run.encode()

        def said(text: str, number: Any = number) -> str:
            return _TOKEN.sub(lambda match: number(match[1]), text)

        content = page.Contents.read_bytes()
        if b"%number " in content or b"d83fdffe" in content:
            content = _OPEN_DIGITS.sub(drawn, content)
            content = _OPEN_TEXT.sub(lambda match: _string(said(_text(match[0]))), content)
            page.Contents.write(zlib.compress(content), filter=Name.FlateDecode)
        for annotation in page.obj.get("/Annots", ()):
            if BEGIN in (words := str(annotation.get("/Contents", ""))):
                annotation.Contents = String(said(words))


def with_numbers(data: bytes, numbers: Sequence[str], folios: Sequence[str]) -> bytes:
    """A drawn part with its numbers, in a form that is soon read."""
    import io

    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        fill(pdf, numbers, folios)
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _text(string: bytes) -> str:
    return bytes.fromhex(string[5:-1].decode()).decode("utf-16-be")


def _string(text: str) -> bytes:
    import pydyf

    data: bytes = pydyf.String(text).data
    return data
