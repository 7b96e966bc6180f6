"""Resolved chapters come in; alternative texts that tell those who cannot see a picture nothing are reported.

Whether there is one at all, `syntax.pictures` asks. Here: file names, the caption once more, "image of", and texts
too long to be listened to in one go.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from ketapub import document as d
from ketapub.info import Info
from ketapub.locale import words
from ketapub.problems import Problems

LONGEST = 150  # characters
_FILE = re.compile(r"[^\s/]{1,100}\.(?:avif|bmp|eps|gif|heic|jpe?g|jxl|pdf|png|svgz?|tiff?|webp)", re.IGNORECASE)
_NAMED = re.compile(r"(?:img|dsc|dscn|image|screenshot|scan|pict?|photo)[-_ ]?\d+", re.IGNORECASE)
_ARTICLES = r"(?:(?:an?|the|ein|eine|das|die|der|una?|une?|les?|las?|los|el)\s+|l['’]\s*)?"


def check_alternatives(chapters: tuple[d.Chapter, ...], info: Info, problems: Problems) -> None:
    """Warnings, each at the picture: `alt-is-filename`, `alt-repeats-caption`, `alt-starts-image-of`, `alt-too-long`.

    It comes before pictures are collected, which gives them other names.
    """
    for chapter in chapters:
        opening = _opening(chapter.language or info.book.language)
        for image, caption in _pictures(chapter):
            alt = " ".join(image.alt.split())
            if not alt:
                continue
            add = problems.add
            if _is_file_name(alt, image.source):
                hint = "say in words what the picture shows"
                add("alt-is-filename", image.at, f'the alternative text "{alt[:60]}" is a file name', hint, "warning")
            elif caption and _same(alt) == _same(caption):
                hint = "say what the picture shows; its caption is read in any case"
                message = "the alternative text only repeats the caption"
                add("alt-repeats-caption", image.at, message, hint, "warning")
            if found := opening.match(alt):
                hint = "leave these words out: it is said to be a picture anyway"
                message = f'the alternative text begins with "{found[0]}"'
                add("alt-starts-image-of", image.at, message, hint, "warning")
            if len(alt) > LONGEST:
                hint = "say what matters, and put the rest into the text or a table"
                message = f"the alternative text has {len(alt)} characters, more than {LONGEST}"
                add("alt-too-long", image.at, message, hint, "warning")


def _pictures(chapter: d.Chapter) -> Iterator[tuple[d.Image, str]]:
    """Each picture with the words of its caption."""
    captions: dict[int, str] = {}
    for node in d.walk_chapter(chapter):
        if isinstance(node, d.Figure):
            words_ = d.plain_text(d.bare(node.caption))
            captions.update((id(image), words_) for image in node.images)
        elif isinstance(node, d.Image):
            yield node, captions.get(id(node), "")


def _is_file_name(alt: str, source: str) -> bool:
    name = posixpath.basename(source).casefold()
    plain = alt.casefold()
    stem = posixpath.splitext(name)[0]
    # A stem of one ordinary word ("dot") may well be what the picture shows.
    looks_made = stem == plain and re.search(r"[-_\d]", stem) is not None
    return plain == name or looks_made or _FILE.fullmatch(alt) is not None or _NAMED.fullmatch(alt) is not None


def _opening(language: str) -> re.Pattern[str]:
    phrases = [re.escape(one.strip()) for one in words(language)["alt-openings"].split(",")]
    return re.compile(rf"{_ARTICLES}(?:{'|'.join(phrases)})(?:(?<=’)|(?!\w))", re.IGNORECASE)


def _same(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.casefold()).strip()
