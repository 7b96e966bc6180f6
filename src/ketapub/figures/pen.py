"""What all charts are drawn with: texts, circles, bars and lines in; the text of an SVG drawing out.

A unit is a CSS pixel on the narrowest phone (288 beside margins of 16 on 320): no text is smaller than 12 of them, and
on paper, 264 pt wide, than 11 pt. Only `currentColor` is used, so that a chart takes the ink of the page around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from ketapub.widths import stack, width_of

WIDTH = 288
SIZE = 12  # of text, the smallest
HEAD = 13  # of the title of a part
LEAD = 1.25  # from line to line, in sizes
FILLS = ("solid", "hollow", "hatched", "crossed")  # how bars are told apart
_HATCH = 6  # from line to line
_SHAPES = ("circle", "square", "triangle", "diamond")
_DASHES = ("", "6 4", "2 3", "9 3 2 3")


class Pen:
    """Draws from the top down: `y` is where the next part may begin."""

    def __init__(self) -> None:
        self.y: float = 0
        self.parts: list[str] = []

    def svg(self) -> str:
        """The drawing as a file."""
        family = stack().replace('"', "")
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {num(self.y)}" font-family="{family}"'
        return "\n".join([f'{head} fill="currentColor">', *self.parts, "</svg>", ""])

    # -- text

    def line(self, x: float, y: float, text: str, size: float = SIZE, *, bold: bool = False, anchor: str = "") -> None:
        """One line of text, whose foot stands at `y`."""
        look = ' font-weight="600"' if bold else ""
        look += f' text-anchor="{anchor}"' if anchor else ""
        self.parts.append(
            f'<text x="{num(x)}" y="{num(y)}" font-size="{num(size)}"{look}>{escape(text, quote=False)}</text>'
        )

    def text(self, x: float, text: str, width: float, size: float = SIZE, *, bold: bool = False) -> None:
        """A text in as many lines as it needs, below what is drawn."""
        for one in wrap(text, width, size, bold=bold):
            self.line(x, self.y + size, one, size, bold=bold)
            self.y += size * LEAD

    def heading(self, text: str) -> None:
        """The title of a part of the chart, with a rule under it."""
        if text:
            self.text(0, text, WIDTH, HEAD, bold=True)
            self.y += 5
            self.path(f"M0 {num(self.y)}H{WIDTH}", 1.5)
            self.y += 8

    # -- shapes

    def path(self, path: str, width: float = 1, *, dashes: str = "") -> None:
        look = f' stroke-dasharray="{dashes}"' if dashes else ""
        self.parts.append(f'<path d="{path}" fill="none" stroke="currentColor" stroke-width="{num(width)}"{look}/>')

    def circles(self, places: Iterable[tuple[float, float]], radius: float, *, filled: bool) -> None:
        look = "" if filled else ' fill="none"'
        drawn = [f'<circle cx="{num(x)}" cy="{num(y)}" r="{num(radius)}"/>' for x, y in places]
        if drawn:
            self.parts += [f'<g{look} stroke="currentColor" stroke-width="1.2">', *drawn, "</g>"]

    def bar(self, x: float, y: float, width: float, height: float, fill: str = "solid") -> None:
        """A bar, whose fill says what it is; one of no width is a stroke."""
        look = "" if fill == "solid" else ' fill="none"'
        place = f'x="{num(x)}" y="{num(y)}" width="{num(width)}" height="{num(height)}"'
        if width <= 0:
            self.path(f"M{num(x)} {num(y)}V{num(y + height)}", 1.2)
            return
        self.parts.append(f'<rect {place}{look} stroke="currentColor" stroke-width="1.2"/>')
        lines = []
        if fill in ("hatched", "crossed"):
            lines += _hatch(x, y, width, height)
        if fill == "crossed":
            lines += _hatch(x, y, width, height, back=True)
        if lines:
            self.path("".join(lines), 1)

    def track(self, points: Sequence[tuple[float, float]], number: int) -> None:
        """The line of a series through its points: the stroke and the shape at each point tell it from the others."""
        path = "M" + "L".join(f"{num(x)} {num(y)}" for x, y in points)
        self.path(path, 1.6, dashes=_DASHES[number % len(_DASHES)])
        shape = _SHAPES[number % len(_SHAPES)]
        for x, y in points:
            self.marker(x, y, shape)

    def marker(self, x: float, y: float, shape: str) -> None:
        # Every second shape is hollow and shows the line behind it: the colour of the ground, to hide it, is not known.
        match shape:
            case "circle":
                self.circles([(x, y)], 3.6, filled=True)
            case "square":
                self.path(f"M{num(x - 3.4)} {num(y - 3.4)}h6.8v6.8h-6.8z", 1.6)
            case "triangle":
                self.parts.append(f'<path d="M{num(x)} {num(y - 4.6)}l4.4 8h-8.8z"/>')
            case _:
                self.path(f"M{num(x)} {num(y - 4.8)}l4.8 4.8l-4.8 4.8l-4.8 -4.8z", 1.6)


def _hatch(x: float, y: float, width: float, height: float, *, back: bool = False) -> list[str]:
    """Strokes at 45 degrees inside a bar, as path data: clipped here, since a pattern would need an id."""
    lines = []
    start = _HATCH / 2
    while start < width + height:
        left, right = max(0.0, start - height), min(width, start)
        low, high = start - left, start - right  # from the top
        if back:
            low, high = height - low, height - high
        lines.append(f"M{num(x + left)} {num(y + low)}L{num(x + right)} {num(y + high)}")
        start += _HATCH
    return lines


def num(value: float) -> str:
    """A coordinate, the same on every machine."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


# --- measuring --------------------------------------------------------------------------------------------------------


def wrap(text: str, width: float, size: float = SIZE, *, bold: bool = False) -> list[str]:
    """The lines of a text, none wider than `width`: broken between words, and inside a word that is too long."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        for piece in _pieces(word, width, size, bold):
            joined = f"{line} {piece}" if line else piece
            if line and width_of(joined, size, bold=bold) > width:
                lines.append(line)
                line = piece
            else:
                line = joined
            if piece.endswith("-") and piece != word:  # a broken word goes on in the next line
                lines.append(line)
                line = ""
    return [*lines, line] if line else lines


def _pieces(word: str, width: float, size: float, bold: bool) -> list[str]:
    pieces = []
    while width_of(word, size, bold=bold) > width and len(word) > 2:
        length = len(word) - 1
        while length > 1 and width_of(word[:length] + "-", size, bold=bold) > width:
            length -= 1
        pieces.append(word[:length] + "-")
        word = word[length:]
    return [*pieces, word]
