"""A book's own style sheets, fonts and templates, checked.

In: `[theme]` of book.toml, the book's folder. Out: `Theming`. A style sheet may name files of the book and nothing
else: every `url()` and `@import` is read here, and what it names travels with the outputs under `files/`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ketapub.book_folder import BookFolder
from ketapub.info import Info
from ketapub.problems import Position, Problems

FILES = "files/"  # where the files named by style sheets lie in outputs
DEPTH = 16  # of imports


@dataclass(frozen=True, slots=True)
class Theming:
    """`files` by the name that `styles` call them; `fonts` are the names among them of `[theme] fonts`."""

    styles: tuple[str, ...] = ()
    fonts: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)


def collect_theming(info: Info, folder: BookFolder, problems: Problems) -> Theming:
    reader = _Sheets(folder, problems)
    fonts = []
    for index, path in enumerate(info.theme.fonts):
        at = info.at(f"theme.fonts.{index}")
        if (data := folder.read(path, problems, at)) is not None and _is_font(data, path, at, problems):
            reader.files[FILES + posixpath.normpath(path)] = data
            fonts.append(FILES + posixpath.normpath(path))
    styles = []
    for index, path in enumerate(info.theme.css):
        at = info.at(f"theme.css.{index}")
        if (text := folder.read_text(path, problems, at)) is not None:
            styles.append(reader.read(text, path, ()))
    return Theming(tuple(styles), tuple(fonts), reader.files, _templates(info, folder, problems))


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


class _Sheets:
    """Reads style sheets with what they import, and gathers the files they name."""

    def __init__(self, folder: BookFolder, problems: Problems) -> None:
        self.folder, self.problems = folder, problems
        self.files: dict[str, bytes] = {}

    def read(self, text: str, path: str, above: tuple[str, ...]) -> str:
        """The sheet as text that names only files of the book by their names in outputs, imports in their places."""
        import tinycss2

        path = posixpath.normpath(path)
        rules = tinycss2.parse_stylesheet(text, skip_comments=True)
        return "\n".join(self.rule(rule, path, (*above, path)) for rule in rules)

    def rule(self, rule: Any, path: str, above: tuple[str, ...]) -> str:
        import tinycss2

        if rule.type == "error":
            self.problems.add("broken-css", _place(rule, path), f"this style sheet cannot be read: {rule.message}")
            return ""
        if rule.type == "at-rule" and rule.lower_at_keyword == "import":
            return self.imported(rule, path, above)
        for tokens in (rule.prelude, rule.content) if hasattr(rule, "prelude") else ():
            self.point_into_book(tokens or [], path)
        return str(tinycss2.serialize([rule]))

    def imported(self, rule: Any, path: str, above: tuple[str, ...]) -> str:
        target, rest = None, []
        for token in rule.prelude:
            if target is None and (address := _address(token)) is not None:
                target = address
            elif token.type not in ("whitespace", "comment"):
                rest.append(token)
        at = _place(rule, path)
        if target is None or rest:
            self.problems.add("broken-css", at, "an @import names one file of the book, without conditions")
            return ""
        wanted = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        if wanted in above or len(above) > DEPTH:
            self.problems.add("css-import-cycle", at, f"{wanted} imports itself", " → ".join((*above, wanted)))
            return ""
        text = self.folder.read_text(wanted if ":" not in target else target, self.problems, at)
        return "" if text is None else self.read(text, wanted, above)

    def point_into_book(self, tokens: list[Any], path: str) -> None:
        """Replace each address among the tokens by the name of that file in the outputs."""
        import tinycss2

        for index, token in enumerate(tokens):
            address = _address(token) if token.type in ("url", "function") else None
            if address is not None and not address.startswith("#"):
                name = self.file(address, path, _place(token, path))
                tokens[index] = tinycss2.parse_one_component_value(f'url("{name}")')
            for inside in ("content", "arguments", "prelude"):
                if isinstance(getattr(token, inside, None), list) and address is None:
                    self.point_into_book(getattr(token, inside), path)

    def file(self, address: str, path: str, at: Position) -> str:
        beside = address if ":" in address or address.startswith("/") else posixpath.join(posixpath.dirname(path), address)
        data = self.folder.read(beside, self.problems, at)
        if data is None:
            return ""
        name = FILES + posixpath.normpath(beside)
        self.files[name] = data
        return name


def _address(token: Any) -> str | None:
    """What `url(x)`, `url("x")` or, in an @import, "x" names."""
    if token.type in ("url", "string"):
        return str(token.value)
    if token.type == "function" and token.lower_name in ("url", "src"):
        strings = [one for one in token.arguments if one.type == "string"]
        return str(strings[0].value) if strings else ""
    return None


def _place(token: Any, path: str) -> Position:
    return Position(path, token.source_line, token.source_column)
