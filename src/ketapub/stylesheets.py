"""A book's own style sheet in; out comes one text that names nothing but files of the book, or the problems with it.

Whatever is loaded is written `url("book:<path>")` there; each format puts its own address in that place.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from ketapub.problems import Position, Problems
from ketapub.svg.style import nesting

if TYPE_CHECKING:
    from ketapub.book_folder import BookFolder

FONTS = (".ttf", ".otf", ".woff", ".woff2")
PICTURES = (".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp")
DEPTH = 50  # blocks and brackets in each other: the serialiser recurses
SHEETS = 100  # imported, all in all: two that each import two that each import two … grow without end
LONGEST = 1_000_000  # characters of one sheet

_HOLDS_RULES = frozenset({"media", "supports", "layer", "container", "scope", "starting-style"})
_RUNS = frozenset({"behavior", "-ms-behavior", "-moz-binding"})
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_ADDRESS = re.compile(r'url\("book:([^"]*)"\)')


def check_css(text: str, path: str, folder: BookFolder, problems: Problems) -> str:
    """The sheet with its imports in their places (CSS Cascade 4, section 2) and without comments.

    `path` is its place in the book folder, where its relative addresses begin. Problems stand at the line and column
    of the sheet: `broken-css`, `css-outside-book`, `css-not-allowed`, and those of `BookFolder.read`.
    """
    return _Reader(folder, problems).sheet(text, (path,))


def files_named(css: str) -> tuple[str, ...]:
    """The paths in the book folder that a checked sheet loads, each once, in order."""
    return tuple(dict.fromkeys(unquote(path) for path in _ADDRESS.findall(css)))


def with_addresses(css: str, address: Callable[[str], str]) -> str:
    """A checked sheet with `address(path)` for each file: a relative path, `data:` … It may hold no quotation mark."""
    return _ADDRESS.sub(lambda found: f'url("{address(unquote(found[1]))}")', css)


class _Refused(Exception):
    """Why something may not stand in a sheet: code, message and hint of the problem."""


class _Reader:
    """Reads one sheet and those that it imports. `chain` is the way of imports, the sheet itself last."""

    def __init__(self, folder: BookFolder, problems: Problems) -> None:
        self.folder, self.problems = folder, problems
        self.sheets = 0

    def sheet(self, text: str, chain: tuple[str, ...]) -> str:
        import tinycss2

        path = chain[-1]
        self.sheets += 1
        if len(text) > LONGEST or self.sheets > SHEETS or nesting(text) > DEPTH:
            limits = f"{LONGEST} characters, {SHEETS} sheets, {DEPTH} brackets in each other"
            self.problems.add("broken-css", Position(path), f"the style sheet is too large: at most {limits}")
            return ""
        tokens = tinycss2.parse_component_value_list(text, skip_comments=True)
        if not self.is_closed(text, tokens, path):
            return ""
        parts: list[str] = []
        head = True  # imports stand before all rules
        for rule in tinycss2.parse_rule_list(tokens, skip_whitespace=True):
            name = rule.lower_at_keyword if rule.type == "at-rule" else ""
            try:
                if name == "import":
                    if not head:
                        raise _Refused("broken-css", "@import stands behind a rule", "move it to the top of the sheet")
                    parts.append(self.imported(rule, chain))
                    continue
                if name == "namespace":
                    raise _Refused("css-not-allowed", "@namespace has no effect in a book", "leave it out")
            except _Refused as refused:
                self.add(refused, rule, path)
                continue
            head = head and (name == "charset" or (name == "layer" and rule.content is None))
            if name != "charset":
                self.check(rule, path)
                if rule.type != "error":
                    self.rewrite([rule.prelude, rule.content], path)
                    parts.append(rule.serialize())
        # Neither may end the element that holds the sheet; in strings the backslash changes nothing.
        return "\n".join(parts).replace("</", "<\\/").replace("]]>", "]]\\>")

    def add(self, refused: _Refused, token: Any, path: str) -> None:
        code, message, hint = refused.args
        self.problems.add(code, Position(path, token.source_line, token.source_column), message, hint)

    def is_closed(self, text: str, tokens: list[Any], path: str) -> bool:
        """CSS closes for itself what is open at the end; in a book it is a forgotten brace."""
        import tinycss2

        shown = re.sub(r"/\*.*?(\*/|$)", "", text, flags=re.DOTALL)
        whole = tinycss2.serialize(tokens)
        for left, right in ("{}", "()", "[]"):
            if whole.count(right) > shown.count(right):
                line = text.rstrip().count("\n") + 1
                self.problems.add("broken-css", Position(path, line), f'a "{left}" is never closed')
                return False
        return True

    # --- imports -------------------------------------------------------------------------------------------

    def imported(self, rule: Any, chain: tuple[str, ...]) -> str:
        import tinycss2

        first, *rest = [token for token in rule.prelude if token.type != "whitespace"] or [None]
        address = _address(first) if first is not None else None
        if address is None or rule.content is not None:
            raise _Refused("broken-css", "@import names no file", '@import "more.css";')
        conditions = rule.prelude[rule.prelude.index(first) + 1 :]
        if any(
            getattr(token, "lower_value", getattr(token, "lower_name", "")) in ("layer", "supports") for token in rest
        ):
            raise _Refused("css-not-allowed", "@import with layer or supports", "write them inside the imported sheet")
        target = self.inside(address, chain[-1])
        if not target.lower().endswith(".css"):
            raise _Refused("css-not-allowed", f"{target} is no style sheet", "a style sheet's name ends in .css")
        if target in chain:
            raise _Refused("broken-css", f"the sheet imports itself: {' → '.join((*chain, target))}", "leave one out")
        at = Position(chain[-1], rule.source_line, rule.source_column)
        if (text := self.folder.read_text(target, self.problems, at)) is None:
            return ""
        inner, media = self.sheet(text, (*chain, target)), tinycss2.serialize(conditions).strip()
        return f"@media {media} {{\n{inner}\n}}" if media else inner

    # --- rules ---------------------------------------------------------------------------------------------

    def check(self, rule: Any, path: str) -> None:
        """Report what a browser would skip in silence, and properties that run something."""
        import tinycss2

        left = [rule]
        while left:
            item = left.pop()
            if item.type == "error":
                self.add(_Refused("broken-css", _reason(item), "see the place before it, too"), item, path)
            elif item.type == "declaration":
                if item.lower_name in _RUNS:
                    self.add(_Refused("css-not-allowed", f"{item.name} runs something", "leave it out"), item, path)
            elif item.type in ("qualified-rule", "at-rule") and item.content is not None:
                if item.type == "at-rule" and item.lower_at_keyword in _HOLDS_RULES:
                    left += tinycss2.parse_rule_list(item.content, skip_whitespace=True)
                else:
                    left += tinycss2.parse_blocks_contents(item.content, skip_whitespace=True)

    def rewrite(self, lists: list[list[Any] | None], path: str) -> None:
        """Put `book:` addresses into the tokens, however deep they stand, in custom properties too."""
        from tinycss2.ast import URLToken

        left = [tokens for tokens in lists if tokens]
        while left:
            tokens = left.pop()
            for index, token in enumerate(tokens):
                if token.type == "error":
                    self.add(_Refused("broken-css", _reason(token), ""), token, path)
                try:
                    if (address := self.loaded(token, path)) is not None:
                        line, column = token.source_line, token.source_column
                        tokens[index] = URLToken(line, column, address, f'url("{address}")')
                        continue
                except _Refused as refused:
                    self.add(refused, token, path)
                inner = getattr(token, "arguments", None) or getattr(token, "content", None)
                if isinstance(inner, list):
                    if token.type == "function" and token.lower_name.endswith("image-set"):
                        inner[:] = list(self.image_set(inner, path))
                    left.append(inner)

    def loaded(self, token: Any, path: str) -> str | None:
        """What stands in the place of a token that loads a file; None for any other token. Raises `_Refused`."""
        name = token.lower_name if token.type == "function" else ""
        if name in ("expression", "image"):
            raise _Refused("css-not-allowed", f"{name}() is not allowed", "leave it out")
        if name == "local":
            hint = "put the font file into the book folder: url(fonts/name.ttf)"
            raise _Refused("css-outside-book", "local() takes a font of the reader's machine", hint)
        if token.type != "url" and name not in ("url", "src"):
            return None
        if (address := _address(token)) is None:
            raise _Refused("css-not-allowed", f"{name}() without a plain file name", f'{name}("images/name.png")')
        if address.startswith("#") and '"' not in address:  # a part of the page itself
            return address
        file = self.inside(address, path)
        if not file.lower().endswith(FONTS + PICTURES):
            kinds = " ".join(FONTS + PICTURES)
            raise _Refused("css-not-allowed", f"{file} is neither a font nor a picture", f"allowed: {kinds}")
        self.folder.read(file, self.problems, Position(path, token.source_line, token.source_column))
        return "book:" + quote(file)

    def image_set(self, tokens: list[Any], path: str) -> Iterator[Any]:
        """Strings in `image-set("a.png" 1x)` are addresses (CSS Images 4, section 2.4)."""
        from tinycss2.ast import URLToken

        for token in tokens:
            if token.type == "function" and token.lower_name in ("var", "env", "attr"):
                self.add(
                    _Refused("css-not-allowed", f"{token.name}() in image-set()", "write the file there"), token, path
                )
            if token.type == "string":
                yield URLToken(token.source_line, token.source_column, token.value, token.representation)
            else:
                yield token

    def inside(self, address: str, path: str) -> str:
        """The path in the book folder of an address in the sheet `path`. Raises `_Refused` for any outside."""
        plain = re.sub(r"[\x00-\x20]", "", address)  # browsers leave these out of a scheme
        if re.match(r"(java|vb)script:", plain, re.IGNORECASE):
            raise _Refused("css-not-allowed", f'"{address[:60]}" runs something', "leave it out")
        file = unquote(re.split(r"[?#]", address.strip())[0])
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), file))
        outside = _SCHEME.match(plain) or file.startswith("/") or "\\" in file or target.split("/")[0] == ".."
        if outside or not file:
            hint = "put the file into the book folder and name it from the style sheet's own folder"
            raise _Refused("css-outside-book", f'"{address[:60]}" is no file of the book', hint)
        return target


def _address(token: Any) -> str | None:
    """What a string, `url(x)`, `url("x")` or `src("x")` names; None for anything else."""
    if token.type in ("url", "string"):
        return str(token.value)
    if token.type == "function" and token.lower_name in ("url", "src"):
        inner = [part for part in token.arguments if part.type != "whitespace"]
        if len(inner) == 1 and inner[0].type == "string":
            return str(inner[0].value)
    return None


def _reason(error: Any) -> str:
    return f"not CSS: {str(error.message).rstrip('.')}"
