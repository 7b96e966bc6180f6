"""A formatted reference or citation in; the first thing in its looks that is never right, out.

Such a fault comes from the record (a field that is empty, holds two things, or has the code of another program in it)
or from the style; the engine prints both faithfully. Only what no style prints on purpose is a fault: French styles
set a space before a colon, and every style prints "Jr.,".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ketapub import document as d
from ketapub.citation_style.engine import Formatted
from ketapub.problems import Position, Problems

# In the order in which they are sought. Each pattern is a few characters long, so the time is that of one reading.
FAULTS = {
    "nothing to read": r"^[^\w]*$",
    "markup as text": r"</?(?:i|b|em|strong|su[bp]|sc|span|u)\b[^<>]{0,80}>|&(?:#\d{1,5}|[a-z]{2,6});"
    r"|\\[A-Za-z]{2,20}|\\['\"`^~=.]\W?\w|\{(?!\d)|(?<!\d)\}",
    "a place where text is missing": r"\bnokey\b|NO_PRINTED_FORM|\w\?{3}",
    "a word of ketapub's own": r"\bkindof[a-z]|\bkept-\d",
    "empty brackets": r"\( ?\)|\[ ?\]|“”|‘’",
    "a doubled full stop": r"\.\.",
    "a space inside punctuation": r"[\w)\]] [.,](?= |$)|[.,] [.,](?= |$)|[(\[] | [)\]]",
    "punctuation with nothing between": r",[,.;:](?!\d)|;[,.;:]|:[,.;:]|[,;:] ?[)\]]|[(\[][,.;:]|[,;:] [,;:]",
    "a label run into the next word": r"\b(?:editors?|translators?|eds?\.|trans\.)(?=[A-Z])",
    "a beginning in the middle": r"^[.,;:)\]]",
    "an end in the middle": r"[,;:(\[]$|[,:;] pp?\.$",
}
RULES = {name: re.compile(pattern) for name, pattern in FAULTS.items()}
ELLIPSIS = re.compile(r"\.(?: ?\.){2}(?! ?\.)|\.(?: ?\.){3}(?! ?\.)")
ADDRESS = re.compile(r"https?://\S+|\b10\.\d{4,9}/\S+")  # may hold any of it
HINT = "look at the fields of the record; if they are right, it is the style that prints them so"
AROUND = 24  # characters shown before and after


@dataclass(frozen=True, slots=True)
class Fault:
    name: str
    shown: str  # the text around it


def fault_of(nodes: d.Inlines) -> Fault | None:
    """The first fault of a reference or a citation. What stands in a link to an address is not looked at."""

    def hidden(node: d.Node) -> d.Node:
        return d.Text("x") if isinstance(node, d.Link) and not node.target.startswith("#") else node

    return fault_in(d.plain_text(d.map_nodes(nodes, hidden)))


def fault_in(text: str) -> Fault | None:
    plain = " ".join(ELLIPSIS.sub("…", ADDRESS.sub("x", text)).split())
    for name, rule in RULES.items():
        if found := rule.search(plain):
            start, end = max(0, found.start() - AROUND), found.end() + AROUND
            return Fault(name, ("…" if start else "") + plain[start:end] + ("…" if end < len(plain) else ""))
    return None


def report_faults(results: Iterable[Formatted], places: Mapping[str, Position], style: str, problems: Problems) -> None:
    """`reference-looks-wrong` for each entry, at its record, and each citation, at its place in `places`; once each.

    A record of which something was told is left alone: what it prints follows from that.
    """
    told = {problem.at for problem in problems.found}
    for formatted in results:
        shown = [(f'reference "{entry.key}"', entry.at, entry.body) for entry in formatted.entries]
        shown += [("this citation", places[id], text) for id, text in formatted.clusters.items()]
        for what, at, nodes in shown:
            if nodes and at not in told and (fault := fault_of(nodes)):
                told.add(at)
                message = f'{what} in the style "{style}" has {fault.name}: "{fault.shown}"'
                problems.add("reference-looks-wrong", at, message, HINT, "warning")
