"""Straight quotes, `--`, `---` and `...`: the text tokens of one paragraph come in, and carry curly ones after.

Pandoc's `smart`: nothing else is replaced, and nothing that was escaped. A quote without its partner stays straight.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from markdown_it.token import Token

from ketapub.locale import words
from ketapub.syntax.index import is_point

_DASHES = re.compile(r"---|--|\.\.\.")
_QUOTES = re.compile("[\"']")
_SIGNS = {"---": "—", "--": "–", "...": "…"}
_OPENERS = "([{«„“‘–—-/\u00a0"


@dataclass
class _Quote:
    token: int
    offset: int
    mark: str
    level: int


def set_type(tokens: list[Token], language: str) -> None:
    """Change `tokens` in place: quote marks of the language (BCP 47), dashes and ellipses."""
    opened: list[_Quote] = []
    marks = words(language).quotes
    changes: dict[int, list[tuple[int, str]]] = {}
    level = 0
    for index, token in enumerate(tokens):
        level += token.nesting
        if token.type != "text":
            continue
        if "--" in token.content or "..." in token.content:  # few texts have any, and `in` is quicker
            token.content = _DASHES.sub(lambda match: _SIGNS[match[0]], token.content)
        if '"' not in token.content and "'" not in token.content:
            continue
        for match in _QUOTES.finditer(token.content):
            before = token.content[match.start() - 1] if match.start() else _neighbour(tokens, index, -1)
            after = token.content[match.end()] if match.end() < len(token.content) else _neighbour(tokens, index, 1)
            found = _direction(before, after)
            while opened and opened[-1].level > level:
                opened.pop()
            start = next((one for one in reversed(opened) if one.mark == match[0] and one.level == level), None)
            single = 2 if match[0] == "'" else 0
            if start and found != "open" and not (match[0] == "'" and after.isalnum()):
                changes.setdefault(start.token, []).append((start.offset, marks[single]))
                changes.setdefault(index, []).append((match.start(), marks[single + 1]))
                del opened[opened.index(start) :]
            else:
                if found != "close" and not (match[0] == "'" and after.isdigit()):
                    opened.append(_Quote(index, match.start(), match[0], level))
                if match[0] == "'":  # an apostrophe, until its partner shows that it is a quote mark
                    changes.setdefault(index, []).append((match.start(), "’"))
    for index, edits in changes.items():
        content = list(tokens[index].content)
        for offset, sign in edits:  # in order: a quote mark found later wins over the apostrophe it was taken for
            content[offset] = sign
        tokens[index].content = "".join(content)


def _neighbour(tokens: list[Token], index: int, step: int) -> str:
    """The character beside a text token: marks of emphasis are not seen, any other thing counts as a letter."""
    index += step
    while 0 <= index < len(tokens):
        token = tokens[index]
        if token.type in ("softbreak", "hardbreak"):
            return " "
        if token.type in ("text", "text_special"):
            if token.content:
                return token.content[-1 if step < 0 else 0]
        elif token.nesting == 0 and not is_point(token):
            return " " if token.type == "comment" else "x"
        index += step
    return " "


def _direction(before: str, after: str) -> str:
    """Whether a straight mark between two characters opens, closes, or may do either."""
    may_open = not after.isspace() and (before.isspace() or before in _OPENERS or before in "\"'")
    may_close = not before.isspace() and not (before in _OPENERS and before not in "-–—“‘")
    if may_open and not may_close:
        return "open"
    if may_close and not (may_open and after.isalnum()):
        return "close"
    return "open" if may_open else "close"
