"""Our inline nodes in and pandoc's out, and back; identifiers in a reference's text become links.

Pandoc's nodes are those of its JSON form (pandoc-types 1.23). A node that nobody planned for raises.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
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
    """Pandoc's inlines as ours. Italics inside italics stand upright: they are taken out of the outer ones."""
    out: list[d.Inline] = []
    for node in nodes:
        kind: str = node["t"]
        content: Any = node.get("c")

        def inside(nodes: Any) -> d.Inlines:
            return from_pandoc(nodes, kept, italic)

        match kind:
            case "Str":
                out += _leaf(_raised(content), italic)
            case "Space" | "SoftBreak":
                out += _leaf((d.Text(" "),), italic)
            case "LineBreak":
                out.append(d.HardBreak())
            case "Emph":
                out += from_pandoc(content, kept, not italic)
            case "Strong":
                out.append(d.Strong(inside(content)))
            case "Strikeout":
                out.append(d.Strikeout(inside(content)))
            case "Superscript":
                out.append(d.Superscript(inside(content)))
            case "Subscript":
                out.append(d.Subscript(inside(content)))
            case "SmallCaps":
                out.append(d.SmallCaps(inside(content)))
            case "Underline":
                out.append(d.Span(inside(content), d.Attributes(classes=("underline",))))
            case "Quoted":
                marks = "“”" if content[0]["t"] == "DoubleQuote" else "‘’"
                out += [d.Text(marks[0]), *inside(content[1]), d.Text(marks[1])]
            case "Link":
                out.append(d.Link(inside(content[1]), content[2][0]))
            case "Cite":
                out += inside(content[1])
            case "Span":
                (id, classes, _), held = content
                if id.startswith(KEPT):
                    out.append(kept[int(id.removeprefix(KEPT))])
                else:
                    if {"csl-block", "csl-indent"} & set(classes) and out:
                        out.append(d.HardBreak())
                    out += inside(held)
            case _:
                raise ValueError(f"a node of pandoc's that nobody planned for: {kind}")
    return joined(out)


def _leaf(nodes: d.Inlines, italic: bool) -> d.Inlines:
    return (d.Emphasis(nodes),) if italic else nodes


def _raised(text: str) -> d.Inlines:
    """Text with raised letters of Unicode ("4ᵉ") as real superscripts: few fonts have them, few voices read them."""
    out: list[d.Inline] = []
    for char in text:
        decomposition = unicodedata.decomposition(char)
        if decomposition.startswith("<super>") and char not in "™℠":
            out.append(d.Superscript((d.Text(unicodedata.normalize("NFKD", char)),)))
        else:
            out.append(d.Text(char))
    return joined(out)


def joined(nodes: Iterable[d.Inline]) -> d.Inlines:
    """The same with neighbours of one kind joined: texts, italics, superscripts; empty texts left out."""
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

CURLED = {"'": "['’‘]", '"': '["“”]'}  # the engine curls the quotation marks of some fields


def with_links(body: d.Inlines, fields: Mapping[str, Any]) -> d.Inlines:
    """A reference with its address, DOI, PMID and PMCID as links, where the style prints them.

    Only what the record says is sought, so nothing is guessed from the looks of a text. DOIs are percent-encoded for
    the address, but for what a path may hold (RFC 3986, 3.3): the parentheses of "S0140-6736(84)91816-6" stay.
    """
    sought: list[tuple[str, str]] = []  # pattern, address; in a tie the first one wins
    if doi := fields.get("DOI"):
        address = "https://doi.org/" + quote(doi, safe="/:;()@!$*',~")
        sought.append((rf"(?:https?://(?:dx\.)?doi\.org/|doi:\s?)?{_literally(doi)}", address))
    if (url := fields.get("URL", "")) and re.match(r"https?://[^\s/]", url):
        sought.append((_literally(url), quote(url, safe="%/:?#[]@!$&'()*+,;=~")))
    if pmid := fields.get("PMID"):
        sought.append((rf"PMID:?\s*{_literally(pmid)}(?!\d)", f"https://pubmed.ncbi.nlm.nih.gov/{quote(pmid)}/"))
    if pmcid := fields.get("PMCID"):
        number = f"PMC{pmcid.upper().removeprefix('PMC')}"
        pattern = rf"(?:PMCID:?\s*)?{_literally(pmcid)}(?!\d)"
        sought.append((pattern, f"https://pmc.ncbi.nlm.nih.gov/articles/{quote(number)}/"))
    if not sought:
        return body
    any_of_them = re.compile("|".join(f"({one})" for one, _ in sought))

    def change(node: d.Node) -> d.Node | tuple[d.Node, ...]:
        if not isinstance(node, d.Text):
            return node
        out: list[d.Node] = []
        end = 0
        for match in any_of_them.finditer(node.text):
            if match.start() > end:
                out.append(d.Text(node.text[end : match.start()]))
            out.append(d.Link((d.Text(match[0]),), sought[(match.lastindex or 1) - 1][1]))
            end = match.end()
        return (*out, d.Text(node.text[end:])) if end < len(node.text) else tuple(out)

    return d.map_nodes(body, change)


def _literally(value: str) -> str:
    return "".join(CURLED.get(char) or re.escape(char) for char in value)
