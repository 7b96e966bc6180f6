"""Formulas between dollars, only in a book that says `math = true`: elsewhere a dollar is a dollar.

In: `$…$` in a line, `$$…$$` on lines of its own, perhaps with `{…}` behind it. Out: `Formula` and `DisplayFormula`,
with their MathML and the words that are said in their place. The rules for dollars are pandoc's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from markdown_it.token import Token

from ketapub import document as d
from ketapub.formulas.speech import say
from ketapub.formulas.tex import BadTex, to_mathml
from ketapub.problems import Position
from ketapub.syntax.attributes import Items, allowed, find_attributes, without
from ketapub.syntax.states import BlockState, Holder, InlineState, Reading

# No space inside of single dollars, and no digit behind: "from $5 to $10" are prices.
_INLINE = re.compile(r"\$(?=[^\s$])(?P<tex>(?:[^$\\]|\\.)+?)(?<=\S)\$(?!\d)", re.DOTALL)
_DISPLAY = re.compile(r"\$\$(?P<tex>(?:[^$\\]|\\.|\$(?!\$))+?)\$\$", re.DOTALL)
_SPACES = re.compile(r"[ \t]*")


def formula(state: InlineState, silent: bool) -> bool:
    """`$…$`, or `$$…$$` in the middle of a paragraph."""
    if not state.reading.info.markdown.math:
        return False
    begin, text = state.pos, state.src
    display = text.startswith("$$", begin, state.posMax)
    match = (_DISPLAY if display else _INLINE).match(text, begin, state.posMax)
    if match is None:
        if not display:
            return False
        if not silent:
            hint = r"close it with $$ before the next empty line; for two dollars write \$\$"
            state.problem("bad-formula", begin, "this formula has no end", hint)
        state.pos = begin + 2
        return True
    items: Items = ()
    end = match.end()
    brace = _spaces(text, end) if display else end
    if found := find_attributes(text, brace, state.posMax):
        items, end = found
    if not silent:
        state.add("formula", begin, tex=match["tex"], tex_at=match.start("tex"), items=items, display=display)
    state.pos = end
    return True


def formula_block(state: BlockState, start: int, end: int, silent: bool) -> bool:
    """`$$…$$` that begins a line and ends one, whatever its lines look like: "- b" is no list in it."""
    begin = state.offset(start)
    if not state.reading.info.markdown.math or state.is_code_block(start) or not state.src.startswith("$$", begin):
        return False
    line, lines = start, [state.src[begin : state.eMarks[start]]]
    while "$$" not in lines[-1][0 if line > start else 2 :]:
        line += 1
        if line >= end or state.isEmpty(line) or state.sCount[line] < state.blkIndent:
            return False
        lines.append(state.src[state.offset(line) : state.eMarks[line]])
    content = "\n".join(lines)
    match = _DISPLAY.match(content)
    if match is None:
        return False
    items: Items = ()
    brace = _spaces(content, match.end())
    if found := find_attributes(content, brace, len(content)):
        items, brace = found
    if content[brace:].strip():
        return False
    if not silent:
        token = state.push("formula", "", 0)
        holder = Holder(state.source, content, [state.offset(number) for number in range(start, line + 1)])
        token.meta.update(tex=match["tex"], tex_at=match.start("tex"), items=items, display=True, holder=holder)
        state.line = line + 1
    return True


def _spaces(text: str, offset: int) -> int:
    match = _SPACES.match(text, offset)
    return match.end() if match else offset


def make_formula(token: Token, reading: Reading) -> d.Formula | None:
    """One in a line."""
    at: Position = token.meta["at"]
    if token.meta["display"]:
        hint = "give it a paragraph of its own, or write it between single dollars"
        reading.problems.add("bad-formula", at, "a formula between double dollars stands in a line here", hint)
        return None
    made = _make(token, reading)
    return d.Formula(*made, at=at) if made else None


def make_display_formula(token: Token, reading: Reading) -> d.DisplayFormula | None:
    made = _make(token, reading)
    return d.DisplayFormula(*made, at=token.meta["at"]) if made else None


def _make(token: Token, reading: Reading) -> tuple[str, str, str, d.Attributes] | None:
    """TeX, MathML, the words said, attributes; None after a complaint."""
    holder: Holder = token.meta["holder"]
    place: Callable[[int], Position] = holder.place
    items: Items = token.meta["items"]
    at, tex, display = token.meta["at"], token.meta["tex"], token.meta["display"]
    attributes = allowed(items, place, reading)
    try:
        mathml = to_mathml(tex, display=display)
    except BadTex as bad:
        reading.problems.add("bad-formula", place(token.meta["tex_at"] + bad.offset), bad.message, bad.hint)
        return None
    tex = " ".join(tex.split())
    alt = " ".join(attributes.get("alt").split()) or say(mathml, reading.language)
    if not alt:
        message = "there are no words for all of this formula, so its TeX is read out"
        hint = 'say it yourself: put {alt="…"} right behind its dollars'
        reading.problems.add("formula-without-words", at, message, hint, severity="warning")
    kept = replace(without(attributes, "alt"), facts=attributes.facts)
    return tex, mathml, alt or tex, kept
