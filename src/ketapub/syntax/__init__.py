"""Our Markdown: nothing comes in, a markdown-it parser with exactly the rules below goes out.

CommonMark, GFM tables and strikethrough, and the pandoc and Quarto family. The two tables are the syntax.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from markdown_it import MarkdownIt, rules_block, rules_inline
from markdown_it.rules_inline import strikethrough
from mdit_py_plugins.deflist import deflist_plugin

from ketapub.syntax.brackets import bracket, image
from ketapub.syntax.citations import narrative
from ketapub.syntax.code import code_fence, code_span
from ketapub.syntax.divs import div
from ketapub.syntax.formulas import formula, formula_block
from ketapub.syntax.html import address, comment, comment_block, tag
from ketapub.syntax.notes import inline_note, note_definition
from ketapub.syntax.scripts import script
from ketapub.syntax.shortcodes import shortcode, shortcode_block
from ketapub.syntax.states import MAX_NESTING, BlockRule, BlockState, InlineRule, InlineState, placed
from ketapub.syntax.tables import before_caption, table
from ketapub.syntax.unsupported import drawn_table, raw_tex, stray_attributes, unsupported_block

# First character -> rules, in order. What none of them takes is text.
INLINE: dict[str, tuple[Any, ...]] = {
    "\n": (rules_inline.newline,),
    "\\": (raw_tex, rules_inline.escape),
    "`": (code_span,),
    "*": (rules_inline.emphasis.tokenize,),
    "_": (rules_inline.emphasis.tokenize,),
    "~": (script, strikethrough.tokenize),
    "^": (inline_note, script),
    "[": (bracket,),
    "!": (image,),
    "<": (comment, address, tag),
    "&": (rules_inline.entity,),
    "@": (narrative,),
    "-": (narrative,),
    "{": (shortcode, stray_attributes),
    "$": (formula,),
}

_ENDS_TEXT = ["paragraph", "reference", "blockquote", "list"]
# Name, rule, and what the rule may interrupt.
BLOCK: tuple[tuple[str, Any, list[str]], ...] = (
    ("comment", comment_block, _ENDS_TEXT),
    ("shortcode", shortcode_block, _ENDS_TEXT),
    ("div", div, _ENDS_TEXT),
    ("drawn table", drawn_table, ["paragraph", "reference"]),
    ("code", rules_block.code, []),
    ("fence", code_fence, _ENDS_TEXT),
    ("formula", formula_block, _ENDS_TEXT),
    ("blockquote", rules_block.blockquote, _ENDS_TEXT),
    ("hr", rules_block.hr, _ENDS_TEXT),
    ("list", rules_block.list_block, ["paragraph", "reference", "blockquote"]),
    ("table", table, ["paragraph", "reference"]),
    ("unsupported", unsupported_block, []),
    ("note", note_definition, ["paragraph", "reference"]),
    ("reference", rules_block.reference, []),
    ("heading", rules_block.heading, ["paragraph", "reference", "blockquote"]),
    ("lheading", rules_block.lheading, []),
    ("deflist", None, ["paragraph", "reference", "blockquote"]),
    ("paragraph", rules_block.paragraph, []),
)


def _text(state: InlineState, silent: bool) -> bool:
    """markdown-it's rule for plain text, which however runs on over the end of a part."""
    mark = state.md.inline.terminator_re.search(state.src, state.pos, state.posMax)
    end = mark.start() if mark else state.posMax
    if end == state.pos:
        return False
    if not silent:
        state.append_pending(state.src[state.pos : end])
    state.pos = end
    return True


def _by_first_character(state: InlineState, silent: bool) -> bool:
    return any(rule(state, silent) for rule in INLINE.get(state.src[state.pos], ()))


class _Parser(MarkdownIt):
    """Addresses stay as written: they are checked, with their place, where the link is made."""

    def normalizeLink(self, url: str) -> str:
        return url

    def validateLink(self, url: str) -> bool:
        return True


@cache
def markdown() -> MarkdownIt:
    md = _Parser("commonmark", {"maxNesting": MAX_NESTING})
    deflist_plugin(md)
    deflist: BlockRule = next(rule.fn for rule in md.block.ruler.__rules__ if rule.name == "deflist")

    def definitions(state: BlockState, start: int, end: int, silent: bool) -> bool:
        return not (not silent and before_caption(state, start, end)) and deflist(state, start, end, silent)

    md.block.ruler.__rules__.clear()
    for name, rule, interrupts in BLOCK:
        md.block.ruler.push(name, placed(rule or definitions), {"alt": interrupts})  # type: ignore[arg-type]
    md.inline.ruler.__rules__.clear()
    rules: tuple[tuple[str, InlineRule], ...] = (("text", _text), ("syntax", _by_first_character))
    for name, inline_rule in rules:
        md.inline.ruler.push(name, inline_rule)  # type: ignore[arg-type]
    md.inline.ruler2.__rules__.clear()
    for rule2 in (rules_inline.link_pairs, strikethrough.postProcess, rules_inline.emphasis.postProcess):
        md.inline.ruler2.push(rule2.__name__, rule2)
    return md
