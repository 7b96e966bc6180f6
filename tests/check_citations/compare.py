"""A reference from us (nodes) and from citeproc-js (HTML) as texts of one kind, and where the two differ.

Levelled, because either is right or the same on paper: dashes and hyphens, quotation marks, kinds of space, how tags
are nested, and links, which citeproc-js does not make.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from html.parser import HTMLParser

from ketapub import document as d

Looks = frozenset[str]  # the tags that a character stands in
Run = tuple[str, Looks]

NODES = {d.Emphasis: "i", d.Strong: "b", d.Superscript: "sup", d.Subscript: "sub", d.SmallCaps: "sc"}
STYLES = {  # of citeproc-js's spans: the looks they add, or with "-" take away
    "font-variant:small-caps": "sc",
    "font-variant:normal": "-sc",
    "font-style:normal": "-i",
    "font-weight:normal": "-b",
    "text-decoration:underline": "u",
    "text-decoration:none": "-u",
    "baseline": "",
}
LEVEL = str.maketrans({"–": "-", "‑": "-", **dict.fromkeys("“”„«»‹›‘’‚", "'"), '"': "'"})


def from_nodes(nodes: d.Inlines) -> str:
    return _text(_runs(nodes, frozenset()))


def _runs(nodes: Iterable[d.Inline], looks: Looks) -> Iterable[Run]:
    for node in nodes:
        match node:
            case d.Text(text=text):
                yield text, looks
            case d.HardBreak() | d.SoftBreak():
                yield " ", looks
            case d.Link(children=children):
                yield from _runs(children, looks)
            case d.Span(children=children, attributes=d.Attributes(classes=("underline",))):
                yield from _runs(children, looks | {"u"})
            case _:
                yield from _runs(node.children, looks | {NODES[type(node)]})


def from_html(html: str, place: int = 0) -> str:
    """Without its number, if it is entry number `place` of a numeric list."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = _text(reader.runs)
    return re.sub(rf"^(?:<\w+>)*\W*{place}\b[^\w\s<]*(?:</\w+>[^\w\s<]*)*\s*(?:[-_]\s+)?", "", text) if place else text


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.runs: list[Run] = []
        self.open: list[Looks] = [frozenset()]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        looks = self.open[-1]
        if tag in ("i", "b", "sup", "sub", "u"):
            looks |= {tag}
        elif tag == "div":
            self.runs.append((" ", looks))
        elif tag == "span" and (style := dict(attrs).get("style")):
            look = STYLES[style.replace(" ", "").rstrip(";")]
            looks = looks - {look[1:]} if look.startswith("-") else looks | ({look} if look else set())
        elif (tag, attrs) != ("span", [("class", "nocase")]):
            raise ValueError(f"a tag of citeproc-js's that nobody planned for: {tag} {attrs}")
        self.open.append(looks)

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.runs.append((data, self.open[-1]))


def _text(runs: Iterable[Run]) -> str:
    """Characters with their looks as text with tags, of one form for all that looks alike."""
    chars: list[Run] = []
    for text, looks in runs:
        for char in text.translate(LEVEL):
            if not char.isspace():
                chars.append((char, looks))
            elif chars and chars[-1][0] != " ":
                chars.append((" ", looks))
    while chars and chars[-1][0] == " ":
        chars.pop()
    for index, (char, looks) in enumerate(chars):  # a space looks like what it stands between
        if char == " ":
            around = [chars[near][1] for near in (index - 1, index + 1) if 0 <= near < len(chars)]
            chars[index] = (char, looks.intersection(*around))
    out, now = list[str](), list[str]()
    for char, looks in (*chars, ("", frozenset())):
        while not looks.issuperset(now):
            out.append(f"</{now.pop()}>")
        for tag in sorted(looks.difference(now)):
            now.append(tag)
            out.append(f"<{tag}>")
        out.append(char)
    return "".join(out)


def differences(ours: str, theirs: str) -> list[str]:
    """Each place where they differ, as "before⟦ours|theirs⟧after" with some text around it; none if they are equal.

    The same words in another order are one difference: "order: ⟦ours|theirs⟧".
    """
    one, two = _words(ours), _words(theirs)
    if one != two and sorted(_bare(one)) == sorted(_bare(two)) and _bare(one) != _bare(two):
        return [f"order: ⟦{ours}|{theirs}⟧"]
    found = []
    for kind, a, b, x, y in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if kind != "equal":
            before, after = "".join(one[max(0, a - 8) : a]), "".join(one[b : b + 8])
            found.append(f"{before}⟦{''.join(one[a:b])}|{''.join(two[x:y])}⟧{after}")
    return found


def _words(text: str) -> list[str]:
    return re.findall(r"</?\w+>|\w+|.", text)


def _bare(words: Sequence[str]) -> list[str]:
    return [word for word in words if word.isalnum()]
