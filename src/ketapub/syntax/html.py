"""What begins with `<`: comments (dropped), addresses (`<https://…>`), and the few HTML tags that become nodes.

Everything else is reported: HTML for one output would be missing in the others.
"""

from __future__ import annotations

import re

from ketapub.syntax.states import BlockState, InlineState

_EMAIL = re.compile(r"<([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)>")
_ADDRESS = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>\x00-\x20]*)>")
_ATTRIBUTE = r"""\s+[A-Za-z_:][\w:.-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?"""
_OPENING = re.compile(rf"<([A-Za-z][A-Za-z0-9-]*)((?:{_ATTRIBUTE})*)\s*/?>")
_CLOSING = re.compile(r"</([A-Za-z][A-Za-z0-9-]*)\s*>")
_DECLARATION = re.compile(r"<(?:![A-Za-z\[]|\?)[^>]*>")
_TITLE = re.compile(r"""\s+title\s*=\s*(?:"([^"]*)"|'([^']*)')""")
NODES = ("sub", "sup", "kbd", "abbr", "br")
_WHOLE = ("script", "style", "pre", "textarea", "svg", "math", "iframe")  # what they hold is no text either
_HINTS = {
    "b": "write **bold**",
    "strong": "write **bold**",
    "i": "write *italic*",
    "em": "write *italic*",
    "a": "write [text](address)",
    "img": 'write ![caption](file){alt="…"}',
    "span": "write [text]{.class}",
    "div": "write ::: {.class} and :::",
    "table": "write a table with | pipes |",
    "u": "write [text]{.underline}",
    "mark": "write [text]{.mark}",
    "s": "write ~~text~~",
    "del": "write ~~text~~",
    "code": "write `code`",
    "p": "an empty line begins a paragraph",
    "hr": "write --- on a line of its own",
    "style": "put it into the book's own CSS file",
}


def comment(state: InlineState, silent: bool) -> bool:
    if not state.src.startswith("<!--", state.pos):
        return False
    close = state.src.find("-->", state.pos + 4, state.posMax)
    if not silent:
        if close < 0:
            state.problem(
                "unclosed-comment", state.pos, "this comment has no end in its paragraph", "close it with -->"
            )
        else:
            state.add("comment", state.pos)
    state.pos = close + 3 if close >= 0 else state.posMax
    return True


def comment_block(state: BlockState, start: int, end: int, silent: bool) -> bool:
    """A comment that begins a block. It interrupts a paragraph only where it holds an empty line."""
    if state.is_code_block(start):
        return False
    begin = state.offset(start)
    if not state.src.startswith("<!--", begin):
        return False
    close = state.src.find("-->", begin + 4, state.eMarks[end - 1])
    if silent:
        return "\n\n" in state.src[begin : close if close >= 0 else None]
    if close < 0:
        state.reading.problems.add(
            "unclosed-comment", state.place(start), "this comment has no end", "close it with -->"
        )
        state.line = end
        return True
    last = next(line for line in range(start, end) if state.eMarks[line] > close)
    behind = close + 3
    if not state.src[behind : state.eMarks[last]].strip():
        state.line = last + 1
        return True
    if last == start:
        return False  # text follows on the same line: the comment is part of that paragraph
    state.bMarks[last] = behind
    state.tShift[last] = state.skipSpaces(behind) - behind
    state.sCount[last] = state.blkIndent
    state.line = last
    return True


def address(state: InlineState, silent: bool) -> bool:
    """`<https://example.org>`, `<someone@example.org>`"""
    match = _ADDRESS.match(state.src, state.pos, state.posMax)
    email = None if match else _EMAIL.match(state.src, state.pos, state.posMax)
    found = match or email
    if not found:
        return False
    if not silent:
        at = state.place(state.pos)
        target = f"mailto:{found[1]}" if email else found[1]
        token = state.add("link", state.pos, items=(), target=target, target_at=at, title="", words=found[1])
        token.children = []
    state.pos = found.end()
    return True


def _end_of(name: str, text: str, begin: int, end: int) -> re.Match[str] | None:
    """The tag that closes one of this name; others of the same name may stand inside."""
    depth = 1
    for found in re.compile(rf"<(/?){name}(?=[\s/>])[^<>]*>", re.IGNORECASE).finditer(text, begin, end):
        depth += -1 if found[1] else 1
        if not depth:
            return found
    return None


def tag(state: InlineState, silent: bool) -> bool:
    text, begin, end = state.src, state.pos, state.posMax
    if closing := _CLOSING.match(text, begin, end):
        name = closing[1].lower()
        if not silent and name not in state.reading.raw_tags:
            state.problem("raw-html", begin, f"</{name}> closes nothing", "delete it")
        state.pos = closing.end()
        return True
    if declaration := _DECLARATION.match(text, begin, end):
        if not silent:
            state.problem("raw-html", begin, "HTML declarations are not allowed", "delete it")
        state.pos = declaration.end()
        return True
    opening = _OPENING.match(text, begin, end)
    if not opening:
        return False
    name, attributes = opening[1].lower(), opening[2]
    title = _TITLE.fullmatch(attributes)
    allowed = name in NODES and (not attributes.strip() or (name == "abbr" and title is not None))
    if allowed and name == "br":
        if not silent:
            state.add("hardbreak", begin)
        state.pos = opening.end()
        return True
    close = _end_of(name, text, opening.end(), end) if name in (*NODES, *_WHOLE) else None
    if allowed and close:
        if not silent:
            words = (title[1] or title[2] or "") if title else ""
            words_at = state.place(opening.start(2) + (title.start(title.lastindex or 0) if title else 0))
            token = state.add(f"html_{name}", begin, title=words, title_at=words_at)
            token.children = state.inside(opening.end(), close.start())
        state.pos = close.end()
        return True
    if not silent:
        if allowed:
            state.problem("raw-html", begin, f"<{name}> is not closed", f"write </{name}> behind it")
        elif name in NODES:
            state.problem("raw-html", begin, f"<{name}> may not have these attributes:{attributes}", "leave them out")
        else:
            hint = _HINTS.get(name) or f"allowed are {', '.join(f'<{one}>' for one in NODES)}"
            state.problem("raw-html", begin, f"the HTML tag <{name}> is not allowed", hint)
        state.reading.raw_tags.add(name)
    state.pos = close.end() if close and name in _WHOLE else opening.end()
    return True
