"""A few words in, the installed styles that have all of them out, the likeliest first.

The heads of all files are read each time: it takes a second, and an index would have to be kept right.
"""

from __future__ import annotations

import html
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ketapub.citation_style.style import Form, former_names, style_files

HEAD = 8_000  # bytes; the longest head of a style has 5,000
_FORM = re.compile(r'<category\b[^>]*\bcitation-format="(numeric|author-date|author|label|note)"')
_PARENT = re.compile(r'<link\b[^>]*\bhref="[^"]*/([^"/]+)"[^>]*\brel="independent-parent"')
_TITLES = re.compile(r"<(title|title-short)>([^<]*)</\1>")
_SMALL = {"a", "and", "de", "des", "du", "et", "for", "fur", "in", "la", "le", "of", "on", "the", "und", "y"}


@dataclass(frozen=True, slots=True)
class Listed:
    """A style as a list shows it. `parent`: the style that a journal's name stands for, "" for a style of its own."""

    name: str
    title: str
    form: Form
    parent: str = ""
    short: str = ""
    former: tuple[str, ...] = ()


def find_styles(words: str) -> tuple[Listed, ...]:
    """The styles that have every word in their name, title, short title, initials or a former name.

    Exact names come first, then whole words, then beginnings, then parts of words; in each of these, styles before
    the journals that use them.
    """
    wanted = _plain(words.replace("http://www.zotero.org/styles/", "").removesuffix(".csl")).split()
    if not wanted:
        return ()
    found = [(rank, style) for style in installed_styles() if (rank := _rank(style, wanted)) is not None]
    found.sort(key=lambda one: (one[0], bool(one[1].parent), len(one[1].name), one[1].name))
    return tuple(style for _, style in found)


def installed_styles() -> Iterator[Listed]:
    former: defaultdict[str, list[str]] = defaultdict(list)
    for old, name in former_names().items():
        former[name].append(old)
    for path in style_files():
        with open(path, "rb", buffering=0) as file:
            head = file.read(HEAD).partition(b"</info>")[0].decode("utf-8", "replace")
        titles: Mapping[str, str] = dict(_TITLES.findall(head))
        title, short = (" ".join(html.unescape(titles.get(key, "")).split()) for key in ("title", "title-short"))
        name = os.path.basename(path).removesuffix(".csl")
        form, parent = _FORM.search(head), _PARENT.search(head)
        kind: Form = form[1] if form else "note" if 'class="note"' in head else "author-date"  # type: ignore[assignment]
        yield Listed(name, title or name, kind, parent[1] if parent else "", short, tuple(former[name]))


def _rank(style: Listed, wanted: list[str]) -> int | None:
    """How well a style answers: 0 is best, None not at all."""
    title, short = _plain(style.title), _plain(style.short)
    names = [_plain(style.name), *map(_plain, style.former)]
    asked = " ".join(wanted)
    if asked in names:
        return 0
    if asked in (title, short, _initials(title)):
        return 1
    text = " ".join((*names, title, short))
    if not all(word in text for word in wanted):
        return None
    if names[0].startswith(f"{asked} ") or title.startswith(f"{asked} "):
        return 2
    have = text.split()
    if all(word in have for word in wanted):
        return 3 if all(word in names[0].split() for word in wanted) else 4
    return 5 if all(any(one.startswith(word) for one in have) for word in wanted) else 6


def _initials(title: str) -> str:
    initials = "".join(word[0] for word in title.split() if word not in _SMALL)
    return initials if len(initials) > 2 else ""


def _plain(text: str) -> str:
    """Small letters without accents, and all else as spaces."""
    if not text.isascii():
        text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return " ".join(re.findall(r"\w+", text.casefold().replace("_", " ")))
