"""`::: {.class}` … `:::`: fences come in, "div_open" and "div_close" tokens go out.

A closing fence of any length ends the innermost open div (pandoc). `:::{name} Title` is MyST's spelling.
"""

from __future__ import annotations

import re

from ketapub.syntax.attributes import find_attributes
from ketapub.syntax.states import BlockState, Holder

_FENCE = re.compile(r":{3,}[ \t]*")
_DIRECTIVE = re.compile(r"\{([A-Za-z][\w:+-]*)\}[ \t]*(.*?)[ \t]*$")
_WORD = re.compile(r"([\w-]+)[ \t]*:*[ \t]*$")
_NOTHING = re.compile(r"[ \t]*:*[ \t]*$")
_OPTION = re.compile(r":[\w-]+:")


def div(state: BlockState, start: int, end: int, silent: bool) -> bool:
    if state.is_code_block(start):
        return False
    begin, line_end = state.offset(start), state.eMarks[start]
    fence = _FENCE.match(state.src, begin, line_end)
    if not fence or silent:
        return bool(fence)
    if fence.end() >= line_end:
        _close(state, start, end)
    else:
        _open(state, start, end, fence.end())
    return True


def _close(state: BlockState, line: int, end: int) -> None:
    if state.open_divs and state.open_divs[-1] == state.level:
        state.closed_at = line
        state.line = end  # so that the tokens of the div's inside end here
        return
    state.reading.problems.add(
        "stray-fence", state.place(line), "this fence closes nothing", "an opening fence has a class: ::: {.name}"
    )
    state.line = line + 1


def _open(state: BlockState, start: int, end: int, offset: int) -> None:
    problems, at = state.reading.problems, state.place(start)
    token = state.push("div_open", "", 1)
    token.meta.update(at=at, source=state.source, items=(), word="", directive="", directive_at=offset, title=None)
    line_end = state.eMarks[start]
    if (found := find_attributes(state.src, offset, line_end)) and _NOTHING.match(state.src, found[1], line_end):
        token.meta["items"] = found[0]
    elif directive := _DIRECTIVE.match(state.src, offset, line_end):
        token.meta.update(directive=directive[1])
        if directive[2]:
            token.meta["title"] = Holder(state.source, directive[2], [directive.start(2)])
    elif word := _WORD.match(state.src, offset, line_end):
        token.meta["word"] = word[1]
    else:
        words = state.src[offset:line_end].strip()
        hint = 'as in ::: {.callout-note title="Title"}'
        problems.add("broken-fence", state.source.place(offset), f"this fence cannot be read: {words}", hint)
    state.open_divs.append(state.level)
    tight, state.closed_at = state.tight, -1
    state.line = start + 1
    state.md.block.tokenize(state, start + 1, end)
    state.open_divs.pop()
    state.finish()
    if token.meta["directive"] and _OPTION.match(state.src, state.offset(min(start + 1, state.lineMax))):
        problems.add("unsupported-directive-option", state.place(start + 1), "options of directives are not supported")
    if state.closed_at < 0:
        problems.add("unclosed-div", at, "this div has no end", "close it with :::")
    else:
        state.line = state.closed_at + 1
    state.closed_at, state.tight = -1, tight
    state.push("div_close", "", -1)
