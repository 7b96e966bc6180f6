"""What a page draws, for the press: content streams and resources come in, the same ones in inks go out.

Every colour operator of the pages, and of the forms, patterns, shadings and pictures that they use, is rewritten for
`Inks` (ISO 32000-1, 8.6 to 8.10). Nothing else in them changes: no letter moves. On the way it is noted what the
author should hear of: how finely each picture is printed, what shines through, which colours have too much ink.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from ketapub.formats.pdf.press.colour import Colour, Inks, of_grey
from ketapub.formats.pdf.press.pictures import read_source, set_picture

DEPTH = 50  # forms in forms; WeasyPrint makes a few
OPAQUE = ("/Normal", "/Compatible")


class Placed(NamedTuple):
    """A picture on a page, and the pixels that it has there on an inch, across or down, whichever are fewer."""

    name: str  # of its object: it tells which picture of the book it is
    page: int
    ppi: float


@dataclass
class Noted:
    placed: list[Placed] = field(default_factory=list)
    shining: set[int] = field(default_factory=set)  # pages on which something shines through
    heavy: dict[Colour, int] = field(default_factory=dict)  # colour that the author gave in inks -> its first page


class Paint(Protocol):
    """How colours are rewritten: in inks, or as the greys of a mask."""

    def of_rgb(self, colour: Colour) -> Colour: ...
    def of_lab(self, lightness: float, a: float, b: float) -> Colour: ...
    def of_inks(self, colour: Colour) -> Colour: ...


class _Shades:
    """In a soft mask only the lightness counts (ISO 32000-1, 11.5.3)."""

    def of_rgb(self, colour: Colour) -> Colour:
        red, green, blue = colour
        return (round(0.3 * red + 0.59 * green + 0.11 * blue, 4),)

    def of_lab(self, lightness: float, a: float, b: float) -> Colour:
        return (round(lightness / 100, 4),)

    def of_inks(self, colour: Colour) -> Colour:
        cyan, magenta, yellow, black = colour
        return self.of_rgb(tuple((1 - part) * (1 - black) for part in (cyan, magenta, yellow)))


class Converter:
    """Rewrites the pages of one PDF. `pictures` gives a picture's own bytes by the name of its object."""

    def __init__(self, inks: Inks, pictures: Callable[[str], bytes | None], *, flat: bool) -> None:
        self.inks, self.pictures, self.flat = inks, pictures, flat
        self.noted = Noted()
        self.drawn: dict[tuple[int, int], _Drawn] = {}  # what each stream uses, once it is rewritten
        self.done: set[tuple[int, int]] = set()  # pictures

    def page(self, page: Any, index: int) -> bytes:
        """The new content of a page; what it uses is rewritten in place."""
        import pikepdf

        drawn = _rewritten(page, page.Resources, self.inks)
        self._note_heavy(drawn, index)
        self._follow(drawn, page.Resources, pikepdf.Matrix(), index, self.inks, DEPTH)
        return drawn.data

    def _follow(self, drawn: _Drawn, resources: Any, above: Any, page: int, paint: Paint, depth: int) -> None:
        """Rewrite what a stream uses, and note how it is used there."""
        if not depth:
            return
        for name, matrix in drawn.objects:
            thing = resources.XObject[name]
            if thing.Subtype == "/Image":
                self._picture(thing, name, matrix @ above, page)
            else:
                self._stream(thing, _matrix(thing) @ matrix @ above, page, paint, depth)
        for name in drawn.states:
            self._state(resources.ExtGState[name], above, page, depth)
        for name in drawn.patterns:
            pattern = resources.Pattern[name]
            if pattern.PatternType == 1:
                self._stream(pattern, _matrix(pattern), page, paint, depth)
            else:
                self._shading(pattern.Shading, paint)
        for name in drawn.shadings:
            self._shading(resources.Shading[name], paint)

    def _stream(self, stream: Any, matrix: Any, page: int, paint: Paint, depth: int) -> None:
        from pikepdf import Name

        resources = stream.get("/Resources", {})
        if stream.objgen not in self.drawn:
            drawn = self.drawn[stream.objgen] = _rewritten(stream, resources, paint)
            self._note_heavy(drawn, page)
            stream.write(drawn.data)
            if "/Group" in stream:
                if self.flat:
                    del stream["/Group"]
                else:
                    stream.Group.CS = Name.DeviceGray if isinstance(paint, _Shades) else Name.DeviceCMYK
        self._follow(self.drawn[stream.objgen], resources, matrix, page, paint, depth - 1)

    def _picture(self, image: Any, name: str, matrix: Any, page: int) -> None:
        width, height = ((x * x + y * y) ** 0.5 / 72 for x, y in ((matrix.a, matrix.b), (matrix.c, matrix.d)))
        if width and height:
            ppi = min(int(image.Width) / width, int(image.Height) / height)
            self.noted.placed.append(Placed(name, page, ppi))
        if image.objgen not in self.done:
            self.done.add(image.objgen)
            set_picture(image, read_source(image, self.pictures(name)), self.inks, flat=self.flat)
        if "/SMask" in image:
            self.noted.shining.add(page)

    def _state(self, state: Any, above: Any, page: int, depth: int) -> None:
        mask = state.get("/SMask", "/None")
        shines = min(float(state.get(key, 1)) for key in ("/ca", "/CA")) < 1
        if mask != "/None":
            self._stream(mask.G, above, page, _Shades(), depth)
            shines = True
        if shines or state.get("/BM", "/Normal") not in OPAQUE:
            self.noted.shining.add(page)
        elif self.flat:  # what says that nothing shines through is unknown there, too
            for key in ("/ca", "/CA", "/BM", "/AIS", "/SMask"):
                if key in state:
                    del state[key]

    def _shading(self, shading: Any, paint: Paint) -> None:
        from pikepdf import Name

        if shading.ColorSpace != Name.DeviceRGB:  # or it is rewritten already
            return
        shading.ColorSpace = Name.DeviceGray if isinstance(paint, _Shades) else Name.DeviceCMYK
        left = [shading.Function]
        while left:
            function = left.pop()
            left.extend(list(function.get("/Functions", [])))
            for key in ("/C0", "/C1"):
                if key in function:
                    function[key] = [exact(part) for part in paint.of_rgb(_floats(function[key]))]

    def _note_heavy(self, drawn: _Drawn, page: int) -> None:
        for colour in drawn.given:
            if round(sum(colour) * 100, 2) > self.inks.limit and not self.inks.black_only:
                self.noted.heavy.setdefault(colour, page)


@dataclass
class _Drawn:
    """A content stream, rewritten: its bytes, and what it uses by name."""

    data: bytes = b""
    objects: list[tuple[str, Any]] = field(default_factory=list)  # with the matrix at that point
    states: dict[str, None] = field(default_factory=dict)
    patterns: dict[str, None] = field(default_factory=dict)
    shadings: dict[str, None] = field(default_factory=dict)
    given: dict[Colour, None] = field(default_factory=dict)  # colours that are inks already


# The operators that set a colour: the space they name, and whether they do so for strokes.
_COLOURS: Mapping[str, tuple[str, bool]] = {
    "g": ("/DeviceGray", False),
    "G": ("/DeviceGray", True),
    "rg": ("/DeviceRGB", False),
    "RG": ("/DeviceRGB", True),
    "k": ("/DeviceCMYK", False),
    "K": ("/DeviceCMYK", True),
}
_OPERATORS = {1: ("g", "G"), 4: ("k", "K")}


def _rewritten(stream: Any, resources: Any, paint: Paint) -> _Drawn:
    import pikepdf
    from pikepdf import Operator

    drawn, out = _Drawn(), []
    matrix, matrices = pikepdf.Matrix(), []
    spaces = {False: "/DeviceGray", True: "/DeviceGray"}
    instructions: Any = pikepdf.parse_content_stream(stream)
    for operands, operator in instructions:
        name = str(operator)
        if name in _COLOURS or name in ("sc", "SC", "scn", "SCN"):
            space, stroke = _COLOURS.get(name) or (spaces[name.isupper()], name.isupper())
            if space == "/Pattern":
                drawn.patterns[str(operands[-1])] = None
            else:
                colour = _converted(space, _floats(operands), resources, paint, drawn)
                operands, operator = [exact(part) for part in colour], Operator(_OPERATORS[len(colour)][stroke])
        elif name in ("cs", "CS"):
            spaces[name == "CS"] = str(operands[0])
            if operands[0] != "/Pattern":
                continue  # the operators above name the space themselves
        elif name == "q":
            matrices.append((matrix, dict(spaces)))
        elif name == "Q" and matrices:
            matrix, spaces = matrices.pop()
        elif name == "cm":
            matrix = pikepdf.Matrix(*_floats(operands)) @ matrix
        elif name == "Do":
            drawn.objects.append((str(operands[0]), matrix))
        elif name == "gs":
            drawn.states[str(operands[0])] = None
        elif name == "sh":
            drawn.shadings[str(operands[0])] = None
        out.append((operands, operator))
    drawn.data = pikepdf.unparse_content_stream(out)
    return drawn


def _converted(space: str, colour: Colour, resources: Any, paint: Paint, drawn: _Drawn) -> Colour:
    if isinstance(paint, _Shades):
        if len(colour) == 4:
            return paint.of_inks(colour)
        return paint.of_rgb(colour * 3 if len(colour) == 1 else colour)
    if len(colour) == 4:
        drawn.given[colour] = None
        return paint.of_inks(colour)
    if len(colour) == 1:
        return of_grey(*colour)
    known = resources.get("/ColorSpace", {}).get(space)
    if known is not None and known[0] == "/Lab":
        return paint.of_lab(*colour)
    return paint.of_rgb(colour)


def _matrix(thing: Any) -> Any:
    import pikepdf

    return pikepdf.Matrix(*_floats(thing["/Matrix"])) if "/Matrix" in thing else pikepdf.Matrix()


def _floats(operands: Any) -> Colour:
    return tuple(float(operand) for operand in operands)


def exact(part: float) -> Any:
    """A number as PDF writes it."""
    from decimal import Decimal

    return Decimal(f"{part:.4f}").normalize() + 0 if part else 0
