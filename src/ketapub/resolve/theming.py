"""A book's own style sheets, fonts and templates, checked.

In: `[theme]` of book.toml, the book's folder. Out: `Theming`. A style sheet may name files of the book and nothing
else: every `url()` and `@import` is read here, and what it names travels with the outputs under `files/`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from ketapub.book_folder import BookFolder
from ketapub.info import Info
from ketapub.problems import Position, Problems
from ketapub.stylesheets import check_css, files_named, with_addresses

FILES = "files/"  # where the files named by style sheets lie in outputs


@dataclass(frozen=True, slots=True)
class Theming:
    """`files` by the name that `styles` call them; `fonts` are the names among them of `[theme] fonts`."""

    styles: tuple[str, ...] = ()
    fonts: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)


def collect_theming(info: Info, folder: BookFolder, problems: Problems) -> Theming:
    files: dict[str, bytes] = {}
    fonts = []
    for index, path in enumerate(info.theme.fonts):
        at = info.at(f"theme.fonts.{index}")
        if (data := folder.read(path, problems, at)) is not None and _is_font(data, path, at, problems):
            files[FILES + posixpath.normpath(path)] = data
            fonts.append(FILES + posixpath.normpath(path))
    styles = []
    for index, path in enumerate(info.theme.css):
        at = info.at(f"theme.css.{index}")
        if (text := folder.read_text(path, problems, at)) is not None:
            css = check_css(text, path, folder, problems)
            for name in files_named(css):
                files[FILES + name] = folder.read(name, problems, at) or b""
            styles.append(with_addresses(css, lambda name: quote(FILES + name)))
    return Theming(tuple(styles), tuple(fonts), files, _templates(info, folder, problems))


def _templates(info: Info, folder: BookFolder, problems: Problems) -> dict[str, str]:
    if not info.theme.templates:
        return {}
    at, found = info.at("theme.templates"), {}
    for path in folder.find(f"{info.theme.templates.rstrip('/')}/*", problems, at):
        if (text := folder.read_text(path, problems, at)) is not None:
            found[posixpath.basename(path)] = text
    return found


def _is_font(data: bytes, path: str, at: Position, problems: Problems) -> bool:
    import io

    from fontTools.ttLib import TTFont, TTLibError

    try:
        with TTFont(io.BytesIO(data), lazy=True) as font:
            if font.getBestCmap():
                return True
            reason = "it has no table of characters"
    except (TTLibError, KeyError, ValueError, EOFError, OverflowError, AssertionError) as error:
        reason = str(error) or type(error).__name__
    problems.add("broken-font", at, f"{path} cannot be used as a font: {reason}", "TTF, OTF and WOFF2 files can be")
    return False
