"""A book's own style sheets, fonts and templates, checked.

In: `[theme]` of book.toml, the book's folder. Out: `Theming`. A style sheet may name files of the book and nothing
else; what it names travels with the outputs under `files/`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field

from ketapub.book_folder import BookFolder
from ketapub.document import OwnTemplate
from ketapub.fonts import read_font
from ketapub.info import Info
from ketapub.problems import Position, Problems
from ketapub.resolve.assets import checked_bytes
from ketapub.stylesheets import FONTS, check_css, files_named, with_addresses

FILES = "files/"  # where the files named by style sheets lie in outputs


@dataclass(frozen=True, slots=True)
class Theming:
    """`files` by the name that `styles` call them; `fonts` are the names among them of `[theme] fonts`."""

    styles: tuple[str, ...] = ()
    fonts: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    templates: Mapping[str, OwnTemplate] = field(default_factory=dict)


def collect_theming(info: Info, folder: BookFolder, problems: Problems) -> Theming:
    files: dict[str, bytes] = {}

    def take(path: str, at: Position, unread: Problems) -> str:
        """The name in the outputs of a file of the book, once it is checked. Whether it is there is told `unread`."""
        name = FILES + posixpath.normpath(path)
        if name not in files and (data := folder.read(path, unread, at)) is not None:
            if path.lower().endswith(FONTS):
                kept = data if read_font(data, path, at, problems) else None
            else:
                kept = checked_bytes(data, path, at, problems)
            if kept is not None:
                files[name] = kept
        return name

    fonts = [take(path, info.at(f"theme.fonts.{index}"), problems) for index, path in enumerate(info.theme.fonts)]
    styles = []
    for index, path in enumerate(info.theme.css):
        at = info.at(f"theme.css.{index}")
        if (text := folder.read_text(path, problems, at)) is not None:
            css = check_css(text, posixpath.normpath(path), folder, problems)
            # `check_css` has told of files that are not there, at their places.
            names = {file: take(file, Position(path), Problems()) for file in files_named(css)}
            styles.append(with_addresses(css, names.__getitem__))
    fonts = [name for name in fonts if name in files]
    return Theming(tuple(styles), tuple(fonts), files, _templates(info, folder, problems))


def _templates(info: Info, folder: BookFolder, problems: Problems) -> dict[str, OwnTemplate]:
    if not info.theme.templates:
        return {}
    at, found = info.at("theme.templates"), {}
    place = info.theme.templates.rstrip("/")
    for path in folder.find(f"{place}/**/*", problems, at):  # those of the site lie in a folder
        if (text := folder.read_text(path, problems, at)) is not None:
            found[posixpath.relpath(path, place)] = OwnTemplate(path, text)
    return found
