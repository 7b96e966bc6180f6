"""What shops and reading systems take out of an ebook, refuse, or show badly: a `Book` as the EPUB shows it in,
problems out.

Only what an author can bring into a book is looked at: its pictures and its own style sheets. That the markup and the
theme keep to the same rules is for the tests. docs/epub.md says whose rules these are.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from ketapub import document as d
from ketapub.problems import Position, Problems

HEAVY = 2_000_000  # bytes of one picture
PIXELS = 5_600_000  # of one picture: the most that Apple Books takes
_HOLDS_RULES = frozenset({"media", "supports", "layer", "container"})
_WHOLE_PAGE = re.compile(r"(?:^|[\s>+~])(?:html|body|:root|p|\*)$", re.IGNORECASE)
_OWN_COLOUR = re.compile(r"transparent|inherit|initial|unset|revert|currentcolor|none|var\(", re.IGNORECASE)
_UNSAFE = {
    "position": ("fixed", "absolute", "sticky"),
    "display": ("none", "flex", "inline-flex", "grid", "inline-grid"),
}


def check_pictures(book: d.Book, problems: Problems) -> None:
    told = set()
    for node in d.walk_book(book):
        if isinstance(node, d.Image) and node.source not in told:
            told.add(node.source)
            _check_picture(book.assets[node.source], node.at, problems)


def _check_picture(asset: d.Asset, at: Position, problems: Problems) -> None:
    if len(asset.data) > HEAVY:
        megabytes = f"{len(asset.data) / 1e6:.1f}"
        hint = "scale it down, or save a photo as JPEG: readers pay for it with waiting, shops ask for a fee"
        problems.add("heavy-picture", at, f"{asset.name} makes the EPUB {megabytes} MB larger", hint, "warning")
    if asset.media_type == "image/webp":
        problems.add("ebook-picture", at, f"{asset.name} is WebP, which Kindle does not show", _AS_PNG, "warning")
    elif asset.width * asset.height > PIXELS and asset.svg is None:
        size = f"{asset.width:.0f} × {asset.height:.0f} pixels"
        message = f"{asset.name} has {size}, more than the 5.6 million that Apple Books takes"
        problems.add("ebook-picture", at, message, "scale it down: no e-reader shows as many", "warning")
    elif asset.media_type == "image/jpeg" and _is_cmyk(asset.data):
        message = f"{asset.name} has the colors of print (CMYK), which e-readers show wrongly or not at all"
        problems.add("ebook-picture", at, message, "save it in RGB", "warning")


_AS_PNG = "save it as PNG (photos: JPEG)"


def _is_cmyk(data: bytes) -> bool:
    from PIL import Image

    with Image.open(io.BytesIO(data), formats=("JPEG", "MPO")) as image:  # reads the head of the file alone
        return bool(image.mode == "CMYK")


def check_styles(book: d.Book, problems: Problems) -> None:
    for index, css in enumerate(book.styles):
        for selector, name, value in _declarations(css):
            if reason := _unsafe(selector, name, value):
                message = f'"{selector} {{ {name}: {value} }}" in an EPUB: {reason}'
                hint = "leave it out, or put it into @media print { … } if it is for paper alone"
                problems.add("ebook-style", book.info.at(f"theme.css.{index}"), message, hint, "warning")


def _unsafe(selector: str, name: str, value: str) -> str:
    """Why a declaration does harm, or ""."""
    if value.lower() in _UNSAFE.get(name, ()):
        return "e-readers drop it or refuse the book, and what relies on it falls apart"
    if name.startswith(("margin", "padding")) and re.search(r"(?:^|\s)-\.?\d", value):
        return "a negative distance moves text over the edge of the page"
    colours = name in ("color", "background", "background-color") and not _OWN_COLOUR.search(value)
    if colours and _WHOLE_PAGE.search(selector):
        return "a fixed color makes the text vanish where the reader has chosen dark pages"
    return ""


def _declarations(css: str) -> Iterator[tuple[str, str, str]]:
    """Each declaration that counts on a screen, with each selector that it is for."""
    import tinycss2

    left: list[Any] = list(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True))
    while left:
        rule = left.pop(0)
        if rule.type == "at-rule" and rule.lower_at_keyword in _HOLDS_RULES and rule.content is not None:
            media = tinycss2.serialize(rule.prelude).strip().lower()
            if not (rule.lower_at_keyword == "media" and media.startswith("print")):
                left = list(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)) + left
        elif rule.type == "qualified-rule":
            inside = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
            for selector in tinycss2.serialize(rule.prelude).split(","):
                for one in inside:
                    if one.type == "declaration":
                        yield selector.strip(), one.lower_name, tinycss2.serialize(one.value).strip()
