"""Our inline nodes in and pandoc's out, and back; identifiers in a reference's text become links.

Pandoc's nodes are those of its JSON form (pandoc-types 1.23). A node that nobody planned for raises.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import quote

from ketapub import document as d

Json = dict[str, Any]
KEPT = "kept-"


def words_of(text: str) -> list[Json]:
    """Text as pandoc has it: words and the spaces between them. A no-break space is part of a word."""
    out: list[Json] = []
    for part in re.split(r"([ \t\r\n]+)", text):
        if part:
            out.append({"t": "Space"} if part.isspace() and part[0] in " \t\r\n" else {"t": "Str", "c": part})
    return out


def to_pandoc(inlines: d.Inlines, kept: list[d.Inline]) -> list[Json]:
    """An author's words around a citation. All but text is kept by and travels as a numbered token."""
    out: list[Json] = []
    for node in inlines:
        match node:
            case d.Text(text=text):
                out += words_of(text)
            case d.SoftBreak():
                out.append({"t": "Space"})
            case _:
                kept.append(node)
                shown = d.plain_text(node) or "x"
                out.append({"t": "Span", "c": [[f"{KEPT}{len(kept) - 1}", [], []], [{"t": "Str", "c": shown}]]})
    return out


def from_pandoc(nodes: Iterable[Json], kept: list[d.Inline], italic: bool = False) -> d.Inlines:
    """Pandoc's inlines as ours. A record's italics in a style's stand upright: they are taken out of the outer ones.

    A style's own italics stay italic, however often it asks for them (CSL 1.0.2, "Formatting").
    """
    out: list[d.Inline] = []
    run: list[str] = []  # the words since the last other node: a reference is hardly anything else
    for node in nodes:
        kind: str = node["t"]
        if kind == "Str":
            run.append(node["c"])
            continue
        if kind == "Space" or kind == "SoftBreak":
            run.append(" ")
            continue
        if run:
            out += _leaf(_raised("".join(run)), italic)
            run = []
        content: Any = node.get("c")
        match kind:
            case "LineBreak":
                out.append(d.HardBreak())
            case "Emph":
                out += from_pandoc(content, kept, not italic if _of_a_record(content) else True)
            case "Strong":
                out.append(d.Strong(from_pandoc(content, kept, italic)))
            case "Strikeout":
                out.append(d.Strikeout(from_pandoc(content, kept, italic)))
            case "Superscript":
                out.append(d.Superscript(from_pandoc(content, kept, italic)))
            case "Subscript":
                out.append(d.Subscript(from_pandoc(content, kept, italic)))
            case "SmallCaps":
                out.append(d.SmallCaps(from_pandoc(content, kept, italic)))
            case "Underline":
                out.append(d.Span(from_pandoc(content, kept, italic), d.Attributes(classes=("underline",))))
            case "Quoted":
                marks = "“”" if content[0]["t"] == "DoubleQuote" else "‘’"
                out += [d.Text(marks[0]), *from_pandoc(content[1], kept, italic), d.Text(marks[1])]
            case "Link":
                out.append(d.Link(from_pandoc(content[1], kept, italic), content[2][0]))
            case "Cite":
                out += from_pandoc(content[1], kept, italic)
            case "Span":
                (id, classes, _), held = content
                if id.startswith(KEPT):
                    out.append(kept[int(id.removeprefix(KEPT))])
                else:
                    if {"csl-block", "csl-indent"} & set(classes) and out:
                        out.append(d.HardBreak())
                    out += from_pandoc(held, kept, italic)
            case _:
                raise ValueError(f"a node of pandoc's that nobody planned for: {kind}")
    if run:
        out += _leaf(_raised("".join(run)), italic)
    return joined(out)


def _of_a_record(content: list[Json]) -> bool:
    """Whether italics are a record's: `library` sends each with words that keep their case."""
    return len(content) == 1 and content[0]["t"] == "Span" and "nocase" in content[0]["c"][0][1]


def _leaf(nodes: d.Inlines, italic: bool) -> d.Inlines:
    return (d.Emphasis(nodes),) if italic else nodes


def _raised(text: str) -> d.Inlines:
    """Text with raised letters of Unicode ("4ᵉ") as real superscripts: few fonts have them, few voices read them."""
    if text.isascii() or not any(map(_is_raised, set(text))):
        return (d.Text(text),)
    out: list[d.Inline] = []
    for char in text:
        if _is_raised(char):
            out.append(d.Superscript((d.Text(unicodedata.normalize("NFKD", char)),)))
        else:
            out.append(d.Text(char))
    return joined(out)


@cache
def _is_raised(char: str) -> bool:
    return unicodedata.decomposition(char).startswith("<super>") and char not in "™℠"


def joined(nodes: Iterable[d.Inline]) -> d.Inlines:
    """The same with neighbours of one kind joined: texts, italics, superscripts; empty texts left out."""
    nodes = tuple(nodes)
    if len(nodes) == 1 and not isinstance(nodes[0], d.Text):
        return nodes
    out: list[d.Inline] = []
    for node in nodes:
        match (out[-1] if out else None), node:
            case _, d.Text(text=""):
                pass
            case d.Text(text=before), d.Text(text=after):
                out[-1] = d.Text(before + after)
            case d.Emphasis(children=first), d.Emphasis(children=second):
                out[-1] = d.Emphasis(joined((*first, *second)))
            case d.Superscript(children=first), d.Superscript(children=second):
                out[-1] = d.Superscript(joined((*first, *second)))
            case _:
                out.append(node)
    return tuple(out)


def closed_quotes(nodes: d.Inlines) -> d.Inlines:
    """The same with full stop and comma inside of closing quotation marks; the engine forgets the layout's own."""
    if "”" not in d.plain_text(nodes):  # hardly any has some
        return nodes
    leaves: list[str] = []
    for node in d.walk(nodes):
        if isinstance(node, d.Text):
            text = node.text
            if leaves and leaves[-1].endswith("”") and re.match(r"[.,](?!\w)", text):
                leaves[-1] = _drawn_in(leaves[-1] + text[0])
                text = text[1:]
            leaves.append(_drawn_in(text))
    texts = iter(leaves)
    new = d.map_nodes(nodes, lambda node: replace(node, text=next(texts)) if isinstance(node, d.Text) else node)
    return tuple(node for node in new if node != d.Text(""))


def _drawn_in(text: str) -> str:
    """`…”.` as `….”`; after another stop inside the marks it goes."""

    def swap(match: re.Match[str]) -> str:
        stop = "" if match[1] and match[1] in ".,?!" else match[3]
        return match[1] + stop + match[2]

    return re.sub(r"(.?)(’?”)([.,])(?!\w)", swap, text)


# --- identifiers ---------------------------------------------------------------------------------------------------

STRAIGHT = str.maketrans("‘’“”", "''\"\"")  # the engine curls the quotation marks of some fields
LONGEST_LEAD = 40  # characters
NO_LEAD = re.compile(r"(?!)")
DOI_LEAD = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s?)\Z")
PMID_LEAD = re.compile(r"PMID:?\s*\Z")
PMCID_LEAD = re.compile(r"PMCID:?\s*\Z")


@dataclass(frozen=True, slots=True)
class _Sought:
    """What a record says: its value, the words before it that belong to the link, where the link leads."""

    value: str
    lead: re.Pattern[str]
    address: str
    must_lead: bool = False  # without those words, a number is any number
    whole: bool = False  # no digit may follow

    def found(self, text: str, begin: int) -> tuple[int, int] | None:
        start = text.find(self.value, begin)
        while start >= 0:
            end = start + len(self.value)
            lead = self.lead.search(text, max(begin, start - LONGEST_LEAD), start)
            if (lead or not self.must_lead) and not (self.whole and text[end : end + 1].isdecimal()):
                return (lead.start() if lead else start), end
            start = text.find(self.value, start + 1)
        return None


def with_links(body: d.Inlines, fields: Mapping[str, Any]) -> d.Inlines:
    """A reference with its address, DOI, PMID and PMCID as links, where the style prints them.

    Only what the record says is sought, so nothing is guessed from the looks of a text. DOIs are percent-encoded for
    the address, but for what a path may hold (RFC 3986, 3.3): the parentheses of "S0140-6736(84)91816-6" stay.
    """
    sought: list[_Sought] = []  # in a tie the first one wins
    if doi := fields.get("DOI"):
        sought.append(_Sought(doi, DOI_LEAD, "https://doi.org/" + quote(doi, safe="/:;()@!$*',~")))
    if (url := fields.get("URL", "")) and re.match(r"https?://[^\s/]", url):
        sought.append(_Sought(url, NO_LEAD, quote(url, safe="%/:?#[]@!$&'()*+,;=~")))
    if pmid := fields.get("PMID"):
        address = f"https://pubmed.ncbi.nlm.nih.gov/{quote(pmid)}/"
        sought.append(_Sought(pmid, PMID_LEAD, address, must_lead=True, whole=True))
    if pmcid := fields.get("PMCID"):
        number = f"PMC{pmcid.upper().removeprefix('PMC')}"
        address = f"https://pmc.ncbi.nlm.nih.gov/articles/{quote(number)}/"
        sought.append(_Sought(pmcid, PMCID_LEAD, address, whole=True))
    if not sought:
        return body
    if quoted := any(mark in one.value for one in sought for mark in "'\""):
        sought = [replace(one, value=one.value.translate(STRAIGHT)) for one in sought]

    def change(node: d.Node) -> d.Node | tuple[d.Node, ...]:
        return linked(node) if isinstance(node, d.Text) else node

    def linked(node: d.Text) -> d.Inlines:
        text = node.text.translate(STRAIGHT) if quoted else node.text
        out: list[d.Inline] = []
        end = 0
        places = [(one, one.found(text, 0)) for one in sought]
        while found := [(place, one) for one, place in places if place]:
            (start, after), one = min(found, key=lambda pair: pair[0][0])
            if start > end:
                out.append(d.Text(node.text[end:start]))
            out.append(d.Link((d.Text(node.text[start:after]),), one.address))
            end = after
            places = [(one, one.found(text, end) if place and place[0] < end else place) for one, place in places]
        if not out:
            return (node,)
        return (*out, d.Text(node.text[end:])) if end < len(node.text) else tuple(out)

    linked_body: list[d.Inline] = []
    for node in body:  # nearly all of them texts
        linked_body += linked(node) if isinstance(node, d.Text) else d.map_nodes((node,), change)
    return tuple(linked_body)
