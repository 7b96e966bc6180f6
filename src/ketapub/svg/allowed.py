"""What a drawing may hold: elements and attributes by name in, an allowed value or the reason against it out.

The list is the static part of SVG 1.1 that browsers, reading systems and the PDF engine all draw. What moves,
runs, links, embeds or loads is not in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


ELEMENTS = _names(
    "svg g defs symbol use path rect circle ellipse line polyline polygon text tspan textPath "
    "linearGradient radialGradient stop clipPath mask pattern marker"
)
TEXT = frozenset({"text", "tspan", "textPath"})
LINKING = frozenset({"use", "textPath", "linearGradient", "radialGradient", "pattern"})

# Presentation attributes (SVG 1.1 section 6.1, and paint-order, vector-effect of SVG 2): CSS values.
PROPERTIES = _names(
    "alignment-baseline baseline-shift clip-path clip-rule color color-interpolation color-rendering direction "
    "display dominant-baseline fill fill-opacity fill-rule font-family font-size font-size-adjust font-stretch "
    "font-style font-variant font-weight image-rendering letter-spacing marker-end marker-mid marker-start mask "
    "opacity overflow paint-order shape-rendering stop-color stop-opacity stroke stroke-dasharray "
    "stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width text-anchor "
    "text-decoration text-rendering unicode-bidi vector-effect visibility word-spacing writing-mode"
)
# Properties that drawing programs write and that change nothing in a still picture, or nothing we can keep.
WITHOUT_EFFECT = _names(
    "cursor enable-background font-feature-settings font-kerning font-variation-settings inline-size isolation "
    "line-height pointer-events shape-inside shape-margin shape-padding solid-color solid-opacity tab-size "
    "text-align text-indent text-orientation transform-box white-space"
)
INITIAL = frozenset({"normal", "none", "auto", "initial", "inherit", "unset", "start", "baseline", "0", "0px"})

# Attributes that hold numbers, lengths, words or path data: no colon, bracket or quotation mark in any of them.
GEOMETRY = _names(
    "clipPathUnits cx cy d dx dy fr fx fy gradientUnits height lengthAdjust markerHeight markerUnits markerWidth "
    "maskContentUnits maskUnits method offset orient pathLength patternContentUnits patternUnits points "
    "preserveAspectRatio r refX refY rotate rx ry side spacing spreadMethod startOffset textLength viewBox width "
    "x x1 x2 y y1 y2"
)
TRANSFORMS = frozenset({"transform", "gradientTransform", "patternTransform"})
# Attributes that are left out without a word: they say nothing to a reader.
SILENT = WITHOUT_EFFECT | _names(
    "baseProfile class contentScriptType contentStyleType focusable lang role style tabindex version zoomAndPan"
)
# What drawing programs keep in a file for themselves; it can also give away names and folders.
EDITORS = (
    "http://www.inkscape.org/",
    "http://sodipodi.sourceforge.net/",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://creativecommons.org/ns#",
    "http://purl.org/dc/",
    "http://ns.adobe.com/",
    "http://www.bohemiancoding.com/sketch/",
    "http://www.serif.com/",
    "http://www.openswatchbook.org/",
    "http://www.figma.com/",
    "https://boxy-svg.com",
    "http://xml.openoffice.org/",
    "http://schemas.microsoft.com/visio/",
)

_GEOMETRY = re.compile(r"[\w\s.,%+\-]*", re.ASCII)
_TRANSFORM = re.compile(r"(translate|scale|rotate|skewX|skewY|matrix)\s*\([-+.\deE,\s]*\)")
_COLOURS = frozenset({"rgb", "rgba", "hsl", "hsla", "hwb", "device-cmyk"})
_SIMPLE = frozenset(
    {"whitespace", "comment", "literal", "ident", "number", "percentage", "dimension", "string", "hash"}
)


_HINTS = {
    "a": "a drawing holds no links: put the link into the text",
    "animate": "a book stands still: draw one state",
    "filter": "filters look different in every reader: draw it without",
    "foreignObject": "use <text> for words; in a drawing program, turn flowed text into plain text",
    "href": 'everything a drawing shows must stand in its own file: href="#id"',
    "image": "use the picture itself in the chapter, or draw it",
    "script": "nothing in a book may run",
}


class NotAllowed(Exception):
    """Why a value may not stand in a drawing, in words for its author."""


def hint_for(name: str) -> str:
    """What to do about an element or attribute that may not stand in a drawing."""
    if name.startswith("on"):
        name = "script"
    if name.startswith(("animate", "set")):
        name = "animate"
    if name.startswith("fe"):
        name = "filter"
    return _HINTS.get(name, "leave it out, or save the drawing as plain SVG")


def attribute_value(tag: str, name: str, value: str, refer: Callable[[str], str]) -> str | None:
    """The value as it may stand on the element, or None where the attribute is left out without a word.

    `refer` is told every id that the value refers to, and gives its new name. Raises `NotAllowed`.
    """
    if name in PROPERTIES:
        return _css(value, refer)
    if name in TRANSFORMS:
        return _transform(value)
    if name == "href" and tag in LINKING:
        return _local(value, refer)
    if name in GEOMETRY:
        return _geometry(value)
    if name in SILENT or name.startswith(("aria-", "data-")):
        return None
    raise NotAllowed("is not allowed")


def _geometry(value: str) -> str:
    if not _GEOMETRY.fullmatch(value):
        raise NotAllowed("is not a number, a length or path data")
    return value.strip()


def _transform(value: str) -> str:
    if value.strip() != "none" and _TRANSFORM.sub("", value).strip(" \t\r\n,"):
        raise NotAllowed("is not a list of translate, scale, rotate, skewX, skewY and matrix")
    return " ".join(value.split())


def _local(address: str, refer: Callable[[str], str]) -> str:
    """`#id` under its new name; raises `NotAllowed` for anything that stands outside the file."""
    address = address.strip()
    if len(address) < 2 or not address.startswith("#"):
        raise NotAllowed("leads outside the drawing")
    return "#" + refer(address[1:])


def _css(value: str, refer: Callable[[str], str]) -> str:
    """A property's value with its references renamed: `url(#id)`, colour functions and plain words are allowed.

    Read by CSS rules (CSS Syntax 3), because browsers read presentation attributes so too: `u\\72l(…)` is a URL.
    """
    if not set(value) & set("(\\@{[;!"):
        return " ".join(value.split())
    if len(value) > 10_000:
        raise NotAllowed("is too long")
    import tinycss2

    parts: list[str] = []
    for token in tinycss2.parse_component_value_list(value, skip_comments=True):
        if token.type == "url":
            parts.append(f"url({_local(token.value, refer)})")
        elif token.type == "function" and token.lower_name == "url":
            strings = [part.value for part in token.arguments if part.type == "string"]
            parts.append(f"url({_local(strings[0] if strings else '', refer)})")
        elif token.type == "function":
            if token.lower_name not in _COLOURS:
                raise NotAllowed(f"uses {token.name}()")
            if any(part.type not in _SIMPLE for part in token.arguments):
                raise NotAllowed(f"has something in {token.name}() that is no number")
            parts.append(token.serialize())
        elif token.type in _SIMPLE and token not in (";", "!"):
            parts.append(token.serialize())
        else:
            raise NotAllowed("is not a plain value")
    return "".join(parts).strip()
