"""`{{< name … >}}`: shortcodes come in; variables' words, page breaks and included blocks go out as tokens."""

from __future__ import annotations

import re
from collections.abc import Callable

from ketapub.document import Fact, plain_text
from ketapub.problems import Position, did_you_mean
from ketapub.syntax.facts import make_fact
from ketapub.syntax.handouts import CLINIC
from ketapub.syntax.states import BlockState, InlineState, Reading, Source

_INSIDE = r"(?:(?!\{\{<|>\}\}).)*+"  # of one shortcode; none stands inside another, so that a text is read once
SHORTCODE = re.compile(rf"\{{\{{<({_INSIDE})>\}}\}}")
_LITERAL = re.compile(rf"\{{(\{{\{{<{_INSIDE}>\}}\}})\}}")
_IN_VALUE = re.compile(rf"\{{\{{\{{<{_INSIDE}>\}}\}}\}}|{SHORTCODE.pattern}")
_KNOWN = ("include", "var", "fact", "pagebreak", "slice", "blank")
_ALONE = ("include", "pagebreak", "slice")
_QUARTO = ("meta", "env", "kbd", "lipsum", "placeholder", "video", "embed", "brand", "contents", "version")
MAX_INCLUDES = 20  # inside each other
MOST_INCLUDED = 1_000_000  # characters that a chapter includes: files that include others twice double it at each step


def shortcode(state: InlineState, silent: bool) -> bool:
    """A shortcode in running text. Three braces keep it as text, as in Quarto."""
    if literal := _LITERAL.match(state.src, state.pos, state.posMax):
        if not silent:
            state.add("text_special", state.pos).content = literal[1]
        state.pos = literal.end()
        return True
    if not state.src.startswith("{{<", state.pos):
        return False
    match = SHORTCODE.match(state.src, state.pos, state.posMax)
    if not silent:
        at = state.place(state.pos)
        name, arguments = _parts(match[1]) if match else ("", "")
        if name in ("fact", "blank"):
            state.add(name, state.pos).content = arguments
        elif name == "var" and arguments.startswith(CLINIC):
            state.add("field", state.pos).content = arguments
        elif match:
            state.add("text_special", state.pos).content = _words(name, arguments, at, state.reading)
        else:
            state.reading.problems.add(
                "broken-shortcode", at, "this shortcode has no end", "close it with >}} on the same line"
            )
    state.pos = match.end() if match else state.pos + 3
    return True


def fill_with_facts(
    text: str, at: Position | Callable[[int], Position], reading: Reading
) -> tuple[str, tuple[Fact, ...]]:
    """A value, such as a link's address, with its shortcodes filled in, and the claims of the ledger that it prints.

    `at` is the place of the whole value, or gives that of an offset in it.
    """
    facts: list[Fact] = []

    def words(match: re.Match[str]) -> str:
        if match[1] is None:  # three braces
            return match[0][1:-1]
        place = at if isinstance(at, Position) else at(match.start())
        name, arguments = _parts(match[1])
        if name != "fact":
            return _words(name, arguments, place, reading)
        if (fact := make_fact(arguments, place, reading)) is None:
            return ""
        facts.append(fact)
        return plain_text(fact)

    return _IN_VALUE.sub(words, text), tuple(facts)


def shortcode_block(state: BlockState, start: int, end: int, silent: bool) -> bool:
    """`{{< include f.md >}}`, `{{< pagebreak >}}` or `{{< slice #id >}}` on a line of its own."""
    if state.is_code_block(start):
        return False
    match = SHORTCODE.fullmatch(state.src[state.offset(start) : state.eMarks[start]].rstrip())
    name, arguments = _parts(match[1]) if match else ("", "")
    if name not in _ALONE:
        return False
    if silent:
        return True
    at = state.place(start)
    if name == "pagebreak":
        state.push("pagebreak", "", 0)
    elif name == "slice":
        state.push("slice", "", 0).content = arguments
    else:
        state.finish()
        _include(state, arguments.strip("\"'"), at)
    state.line = start + 1
    return True


def _include(state: BlockState, path: str, at: Position) -> None:
    reading = state.reading
    if not path:
        reading.problems.add("broken-shortcode", at, "include names no file", "{{< include part.md >}}")
    elif len(reading.including) > MAX_INCLUDES:
        reading.problems.add("too-deeply-nested", at, "too many files included inside each other")
    elif (found := reading.read(path, at)) is not None:
        _blocks_of(*found, state, at)


def _blocks_of(path: str, text: str, state: BlockState, at: Position) -> None:
    reading, outer = state.reading, state.reading.including
    if path in outer:
        chain = " → ".join([*outer[outer.index(path) :], path])
        reading.problems.add("include-cycle", at, f"a file cannot include itself: {chain}", "delete this line")
        return
    reading.included += len(text)
    if reading.included > MOST_INCLUDED:
        message = f"this chapter includes more than {MOST_INCLUDED:,} characters"
        reading.problems.add("file-too-large", at, message, "make several chapters of it")
        return
    source = Source(path, reading.clean(path, text))
    reading.problems.know(path, source.text)
    if source.text.startswith("---\n"):
        start = Position(path, 1, 1)
        reading.problems.add(
            "front-matter-in-include", start, "an included file has no settings of its own", "delete them"
        )
    reading.including = (*outer, path)
    reading.blocks(source, state.tokens, state.level)
    reading.including = outer


def _parts(inside: str) -> tuple[str, str]:
    """The name of a shortcode and what follows it."""
    name, *arguments = inside.split(maxsplit=1) or [""]
    return name, "".join(arguments).rstrip()


def _words(name: str, arguments: str, at: Position, reading: Reading) -> str:
    """What a shortcode in running text stands for; "" after a complaint."""
    problem = reading.problems.add
    if name == "var":
        key = next(iter(arguments.split()), "")
        if key in reading.info.vars:
            return reading.info.vars[key]
        hint = did_you_mean(key, reading.info.vars) or "declare it in book.toml under [vars]"
        problem("unknown-variable", at, f'no variable "{key}"', hint)
    elif name in _ALONE:
        problem("shortcode-not-alone", at, f"{name} stands inside a line of text", "put it on a line of its own")
    elif name in _QUARTO:
        problem("unsupported-shortcode", at, f'the shortcode "{name}" is not supported', "write out what it stands for")
    else:
        hint = did_you_mean(name, _KNOWN) or f"known are {', '.join(_KNOWN)}"
        problem("unknown-shortcode", at, f'no shortcode "{name}"', hint)
    return ""
