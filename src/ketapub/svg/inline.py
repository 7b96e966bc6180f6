"""A clean drawing in, markup out: an `<svg>` that may stand in XHTML and in HTML5 alike, with ids of its own."""

from __future__ import annotations

import re
from functools import lru_cache

from markupsafe import Markup

from ketapub.svg.allowed import SVG
from ketapub.svg.clean import CleanSvg

_REFERENCE = re.compile(r"^#(?=i\d+$)|(?<=url\()#(?=i\d+\))")


def inline_svg(
    svg: CleanSvg,
    prefix: str,
    alt: str,
    decorative: bool = False,
    *,
    width: str = "",
    height: str = "",
    color: str = "",
    classes: str = "",
) -> Markup:
    """A drawing as a picture with a name, or hidden from readers that speak where `decorative` (or `alt` is empty).

    `prefix` begins every id and must be unique on the page. `width` and `height` are CSS lengths or percentages;
    without them the drawing takes its size from the style sheet and its shape from the viewBox. `color` is what
    `currentColor` becomes where no style sheet reaches (the PDF engine).
    """
    attributes = {"class": classes, "width": width, "height": height, "color": color}
    if decorative or not alt:
        return _fragment(svg, prefix, (*attributes.items(), *_HIDDEN), "")
    name = f"{prefix}-title"
    return _fragment(svg, prefix, (*attributes.items(), ("role", "img"), ("aria-labelledby", name)), alt)


@lru_cache(maxsize=256)
def inline_icon(svg: CleanSvg, prefix: str = "", *, color: str = "") -> Markup:
    """An icon beside a word: never read out, drawn in the colour of the text. Its size is a default for bare readers.

    An icon whose parts refer to each other (`svg.has_ids`) needs a `prefix` that is unique on the page.
    """
    size = (("width", f"{svg.width:g}"), ("height", f"{svg.height:g}"))
    return _fragment(svg, prefix, (("class", "icon"), ("color", color), *size, *_HIDDEN), "")


_HIDDEN = (("aria-hidden", "true"), ("focusable", "false"))


def _fragment(svg: CleanSvg, prefix: str, attributes: tuple[tuple[str, str], ...], alt: str) -> Markup:
    from lxml import etree

    root = etree.fromstring(svg.xml)
    for child in root.findall(f"{{{SVG}}}title") + root.findall(f"{{{SVG}}}desc"):
        root.remove(child)
    for name in ("width", "height"):
        del root.attrib[name]
    if prefix:
        for element in root.iter():
            for key, value in element.attrib.items():
                if key == "id":
                    element.set(key, f"{prefix}-{value}")
                elif "#i" in str(value):
                    element.set(key, _REFERENCE.sub(f"#{prefix}-", str(value)))
    for key, value in attributes:
        if value:
            root.set(key, value)
    if alt:
        title = etree.Element(f"{{{SVG}}}title", id=f"{prefix}-title")
        title.text = alt
        root.insert(0, title)
    return Markup(etree.tostring(root, encoding="unicode"))
