"""`{#id .class key="value"}`: its text comes in, what it says and where each part stands goes out.

Pandoc's attribute syntax, read in two steps: `find_attributes` recognises, `allowed` keeps what the list allows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from ketapub.document import NONE, Attributes, Fact
from ketapub.problems import Position, Problems, did_you_mean
from ketapub.syntax.shortcodes import fill_with_facts
from ketapub.syntax.states import Reading

_ITEM = re.compile(
    r"""\s*(?:
        \#(?P<id>[^\s{}\#.=<>"']+(?:\.[^\s{}\#.=<>"']+)*)
      | \.(?P<cls>[^\s{}\#.=<>"']+)
      | (?P<key>[A-Za-z_:][\w:.-]*)=(?:
            "(?P<double>(?:[^"\\]|\\.)*)" | '(?P<single>(?:[^'\\]|\\.)*)' | (?P<bare>[^\s"'{}<>]+)
        )
      | (?P<dash>-)(?=[\s}])
    )""",
    re.VERBOSE | re.DOTALL,
)
_WRITTEN = re.compile(r"\\?.", re.DOTALL)  # a character of a quoted value
_NO_SPAN = re.compile(r"\^|[^\]]*(?<![\w\\])-?@\w")  # a note, a citation
_END = re.compile(r"\s*\}")
COMMON = frozenset({"id", "class", "lang", "dir", "width", "height", "alt", "title"})
_LENGTH = re.compile(r"(\d+(?:\.\d+)?|\.\d+)(%|in|cm|mm|pt|px|em)?")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_HINTS = {
    "style": "give it a class and style that class in the book's own CSS",
    "collapse": "callouts are always open here: leave it out",
    "appearance": "all callouts of a kind look alike here: leave it out",
    "icon": "the icon belongs to the kind, in book.toml",
    "target": "leave it out: the reader decides where a link opens",
    "layout-ncol": "pictures in one figure stand side by side where they fit: leave it out",
    "fig-cap": "write the caption in the brackets, or as the last paragraph of the figure",
    "tbl-cap": "write the caption as a paragraph that begins with a colon",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One part of an attribute block. `key` is "id", "class" or a name; offsets count in the text it was found in."""

    key: str
    value: str
    offset: int
    value_at: int
    raw: str  # the value as written, with its backslashes


Items = tuple[Item, ...]


def find_attributes(text: str, begin: int, end: int) -> tuple[Items, int] | None:
    """The attribute block that starts at `begin` ("{") and the offset behind it; None when it is none."""
    if begin >= end or text[begin] != "{":
        return None
    items: list[Item] = []
    offset = begin + 1
    while not (close := _END.match(text, offset, end)):
        match = _ITEM.match(text, offset, end)
        if not match:
            return None
        items.append(_item(match))
        offset = match.end()
    return tuple(items), close.end()


def _item(match: re.Match[str]) -> Item:
    for group, key in (("id", "id"), ("cls", "class")):
        if match[group] is not None:
            return Item(key, match[group], match.start(group) - 1, match.start(group), match[group])
    if match["dash"]:
        return Item("class", "unnumbered", match.start("dash"), match.start("dash"), "-")
    group = next(name for name in ("double", "single", "bare") if match[name] is not None)
    raw = match[group]
    value = raw if group == "bare" else re.sub(r"\\(.)", r"\1", raw, flags=re.DOTALL)
    return Item(match["key"], value, match.start("key"), match.start(group), raw)


def places_in(raw: str, value: str, start: int, place: Callable[[int], Position]) -> Callable[[int], Position]:
    """The place of an offset in a value whose backslashes are gone; it is written as `raw`, from `start` on."""
    if raw == value:
        return lambda offset: place(start + offset)
    starts = [match.start() for match in _WRITTEN.finditer(raw)]
    return lambda offset: place(start + starts[offset])


def belongs_to_words(text: str, begin: int, brace: int) -> bool:
    """Whether the attributes at `brace`, which end a heading or a caption, are those of a span, link or code in it.

    As in pandoc: `## About [ketamine]{.index}` ends in a span; `## A finding [@key]{#id}` has an id of its own.
    """
    mark = text[brace - 1] if brace > begin else ""
    if mark == "`":
        return "`" in text[begin : brace - 1]
    if mark == ")":
        opening = _opening(text, begin, brace - 1, "(", ")")
        return opening > begin and text[opening - 1] == "]"
    opening = _opening(text, begin, brace - 1, "[", "]") if mark == "]" else -1
    return opening >= 0 and not _NO_SPAN.match(text, opening + 1)


def _opening(text: str, begin: int, close: int, opener: str, closer: str) -> int:
    """Where the bracket that ends at `close` begins; -1 when it does not."""
    depth = 0
    for offset in range(close, begin - 1, -1):
        if offset > begin and text[offset - 1] == "\\":
            continue
        depth += (text[offset] == closer) - (text[offset] == opener)
        if depth == 0:
            return offset
    return -1


def value_of(items: Items, key: str) -> Item | None:
    return next((item for item in items if item.key == key), None)


def classes_of(items: Items) -> list[str]:
    return [name for item in items if item.key == "class" for name in item.value.split()]


def allowed(
    items: Items, place: Callable[[int], Position], reading: Reading, own: Collection[str] = (), *, exempt: str = ""
) -> Attributes:
    """What an author wrote, after the allow-list: the common keys, `data-*` and the construct's `own` keys.

    Shortcodes in values are filled in. Everything else is reported where it stands and left out. The class `exempt`
    takes the construct out of a rule for the text, and needs a `reason`.
    """
    exempted = bool(exempt) and exempt in classes_of(items)
    problems = reading.problems
    identifier = ""
    classes: list[str] = []
    pairs: dict[str, str] = {}
    facts: list[tuple[str, Fact]] = []
    known = COMMON | set(own) | ({"reason"} if exempted else set())
    for item in items:
        at = place(item.offset)
        value, printed = fill_with_facts(item.value, places_in(item.raw, item.value, item.value_at, place), reading)
        facts += [(item.key, fact) for fact in printed]
        if item.key == "id":
            if identifier:
                problems.add("second-id", at, f'"{identifier}" and "{value}" name the same thing', "keep one of them")
            identifier = identifier or value
        elif item.key == "class":
            classes.extend(name for name in value.split() if name not in classes)
        elif item.key in known or re.fullmatch(r"data-[a-z][a-z0-9-]*", item.key):
            if item.key in pairs:
                problems.add("second-attribute", at, f'"{item.key}" is given twice', "keep one of them")
            pairs[item.key] = _checked(item.key, value, place(item.value_at), problems)
        else:
            hint = _HINTS.get(item.key) or did_you_mean(item.key, known) or f"allowed are {', '.join(sorted(known))}"
            problems.add("attribute-not-allowed", at, f'the attribute "{item.key}" is not allowed here', hint)
    if exempted and not pairs.get("reason", "").strip():
        hint = f'{{.{exempt} reason="why"}}'
        problems.add("missing-reason", place(items[0].offset), "this exemption gives no reason", hint)
    if not (identifier or classes or pairs):
        return NONE
    return Attributes(
        identifier, tuple(classes), tuple((key, value) for key, value in pairs.items() if value), tuple(facts)
    )


def _checked(key: str, value: str, at: Position, problems: Problems) -> str:
    """A value in its normal form, or "" after a complaint."""
    if key in ("width", "height"):
        match = _LENGTH.fullmatch(value.strip())
        if not match:
            problems.add(
                "wrong-attribute-value", at, f'"{value}" is no {key}', "a number with %, in, cm, mm, pt, px or em"
            )
            return ""
        return value.strip() if match[2] else f"{value.strip()}px"  # a bare number is pixels, as in pandoc
    if key == "lang" and not is_language(value):
        problems.add("wrong-attribute-value", at, f'"{value}" is no language', "a BCP 47 tag, as in es or pt-BR")
        return ""
    if key == "dir" and value not in ("ltr", "rtl", "auto"):
        problems.add("wrong-attribute-value", at, f'"{value}" is no direction', "ltr, rtl or auto")
        return ""
    return value


def is_language(tag: str) -> bool:
    """Whether it is formed like a language tag (BCP 47)."""
    return _LANGUAGE.fullmatch(tag) is not None


def without(attributes: Attributes, *keys: str) -> Attributes:
    """The same attributes without some pairs, which a construct keeps elsewhere."""
    pairs = tuple(pair for pair in attributes.pairs if pair[0] not in keys)
    return replace(attributes, pairs=pairs, facts=tuple(fact for fact in attributes.facts if fact[0] not in keys))


def with_facts(attributes: Attributes, key: str, facts: Iterable[Fact]) -> Attributes:
    """The same attributes with more facts, which a construct prints in a value that it keeps elsewhere."""
    return replace(attributes, facts=attributes.facts + tuple((key, fact) for fact in facts))


def written(items: Items) -> Mapping[str, str]:
    """The pairs alone, unchecked: to recognise a construct by."""
    return {item.key: item.value for item in items if item.key not in ("id", "class")}
