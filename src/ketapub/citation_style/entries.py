"""One work of a reference list: pandoc's blocks in, an entry of ours out, its number or label taken off."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ketapub import document as d
from ketapub.citation_style.inlines import Json, from_pandoc, joined, with_links
from ketapub.citation_style.style import Style
from ketapub.library import Record


def entry(key: str, blocks: list[Json], place: int, style: Style, record: Record) -> d.Entry:
    """One work. The number or label before it is taken off where the engine set it apart."""
    label, body = "", list[d.Inline]()
    for block in blocks:
        if body:
            body.append(d.HardBreak())
        for margin, nodes in _parts(block["c"] if block["t"] in ("Para", "Plain") else block["c"][1]):
            inlines = from_pandoc(nodes, [])
            found = d.plain_text(inlines).strip(" .:()[]_-–")
            if margin and not label and style.form == "numeric" and found == str(place):
                label = str(place)
            elif margin and not label and style.form == "label":
                label = found
            else:
                body += _apart(body, inlines)
    text = _trimmed(joined(body))
    if not label and style.form == "numeric":
        label, text = numbered(text, place)
    return d.Entry(key, f"ref-{key}", label, with_links(text, record.fields), at=record.at)


def _parts(nodes: list[Json]) -> list[tuple[bool, list[Json]]]:
    """The inlines of an entry in runs, each with whether it stands in the left margin."""
    runs: list[tuple[bool, list[Json]]] = []
    for node in nodes:
        if node["t"] in ("Para", "Plain", "Div"):
            raise ValueError(f"a block of pandoc's that nobody planned for: {node['t']} inside an entry")
        margin = node["t"] == "Span" and "csl-left-margin" in node["c"][0][1]
        if margin or not runs or runs[-1][0]:
            runs.append((margin, [node]))
        else:
            runs[-1][1].append(node)
    return runs


def _trimmed(body: d.Inlines) -> d.Inlines:
    if body and isinstance(first := body[0], d.Text) and first.text[:1].isspace():
        body = (replace(first, text=first.text.lstrip()), *body[1:])
    if body and isinstance(last := body[-1], d.Text) and last.text[-1:].isspace():
        body = (*body[:-1], replace(last, text=last.text.rstrip()))
    return tuple(node for node in body if not (isinstance(node, d.Text) and not node.text))


def _apart(before: Sequence[d.Inline], part: d.Inlines) -> d.Inlines:
    """A part of an entry that the style sets beside or below what is before it: never closed up to it."""
    meets = before and part and not isinstance(before[-1], d.HardBreak) and not isinstance(part[0], d.HardBreak)
    spaced = not meets or d.plain_text(before[-1])[-1:].isspace() or not d.plain_text(part[0])[:1].isalnum()
    return part if spaced else (d.Text(" "), *part)


def numbered(body: d.Inlines, place: int) -> tuple[str, d.Inlines]:
    """An entry's number and the entry without it, where the style runs the two together ("2. Rose ME"); else ""."""
    after = r"(?:[.)\]:]+(?:\s[\s–-]*|(?=[^\s\d]))|\s?[–-]\s)(?=\S)"
    found = re.match(rf"[(\[]?{place}{after}", d.plain_text(body))
    return (str(place), _cut(body, found.end())) if found else ("", body)


def _cut(nodes: d.Inlines, length: int) -> d.Inlines:
    """Without the first characters."""
    first = nodes[0]
    held = len(d.plain_text(first))
    if held <= length:
        return _cut(nodes[1:], length - held) if held < length else nodes[1:]
    match first:
        case d.Text(text=text):
            return (replace(first, text=text[length:]), *nodes[1:])
        case d.Emphasis(children=children) | d.Strong(children=children) | d.SmallCaps(children=children):
            return (replace(first, children=_cut(children, length)), *nodes[1:])
    return nodes
