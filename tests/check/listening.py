"""What a screen reader is given of a page: Chromium's accessibility tree in, a transcript out.

A line for each thing that is said: its role (and level), a colon, its words; links and pictures within stand in
brackets with their roles. How a product words it is its own business: order, roles and names are ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

SILENT = {"generic", "none", "LayoutTable", "LayoutTableRow", "LayoutTableCell"}
TEXT = {"StaticText", "ListMarker", "LineBreak"}
NAMED = {"link", "image", "DisclosureTriangle", "checkbox"}  # said by their name; what they hold is in it
WITHIN = {"emphasis", "strong", "superscript", "subscript", "code", "Abbr", "deletion", "insertion"}
WITHIN |= {"mark", "time", "Keyboard"}
TAGS = re.compile(r"\[[\w-]+:? ?|\]")


def transcript(page: Any) -> list[str]:
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    by_id = {node["nodeId"]: node for node in nodes}
    return [line for line in _Listener(by_id).lines(nodes[0]) if line]


def words_of(lines: list[str]) -> list[str]:
    """The lines of a transcript without the roles."""
    return [TAGS.sub(" ", line.partition(": ")[2]) for line in lines]


def heard_cells(page: Any) -> list[tuple[str, str]]:
    """The words of each cell of the page's tables that has any, and the name of the header at the top of its column."""
    session = page.context.new_cdp_session(page)
    nodes = {node["nodeId"]: node for node in session.send("Accessibility.getFullAXTree")["nodes"]}
    listener, cells = _Listener(nodes), []
    for table in (node for node in nodes.values() if node["role"]["value"] == "table"):
        heads: list[str] = []
        for row in listener.within(table, {"row"}):
            found = list(listener.within(row, {"cell", "columnheader", "rowheader"}))
            if not heads:
                heads = [_name(cell) if cell["role"]["value"] == "columnheader" else "" for cell in found]
                continue
            for column, cell in enumerate(found):
                if cell["role"]["value"] == "cell" and (words := listener.text(cell)):
                    cells.append((words, heads[column]))
    return cells


class _Listener:
    def __init__(self, nodes: dict[str, Any]) -> None:
        self.nodes = nodes

    def lines(self, node: Any) -> Iterator[str]:
        """The lines of a block: its own, and those of the blocks in it."""
        head, name = _role(node), _name(node)
        if head.startswith("heading"):
            yield f"{head}: {name}"
            return
        children = list(self.children(node))
        inline = [self.is_inline(child) for child in children]
        if name and not self.is_heard_within(node):
            yield f"{head}: {name}"
            head = ""
        elif not any(inline) or role_is_group(head):
            yield f"{head}:"
            head = ""
        line: list[str] = []
        for child, within in zip(children, inline, strict=True):
            if within:
                line.append(self.inline(child))
                continue
            yield _line(head or "text", line)
            head = "" if line else head
            line.clear()
            yield from self.lines(child)
        yield _line(head or "text", line)

    def children(self, node: Any) -> Iterator[Any]:
        for id in node.get("childIds", ()):
            child = self.nodes.get(id)
            if child is None or child["role"]["value"] == "InlineTextBox":
                continue
            if child.get("ignored") or (child["role"]["value"] in SILENT and not _name(child)):
                yield from self.children(child)
            else:
                yield child

    def within(self, node: Any, roles: set[str]) -> Iterator[Any]:
        """The nearest nodes of these roles."""
        for child in self.children(node):
            if child["role"]["value"] in roles:
                yield child
            else:
                yield from self.within(child, roles)

    def is_inline(self, node: Any) -> bool:
        role = node["role"]["value"]
        if role in TEXT or role in NAMED or role in LINKS:
            return True
        return role in WITHIN and all(self.is_inline(child) for child in self.children(node))

    def inline(self, node: Any) -> str:
        role = node["role"]["value"]
        if role in TEXT:
            return _name(node) or " "
        if role in NAMED or role in LINKS:
            return f"[{LINKS.get(role, role)}: {_name(node)}]"
        return "".join(self.inline(child) for child in self.children(node))

    def is_heard_within(self, node: Any) -> bool:
        """Whether its name is made of what it holds, which is said anyway."""
        held = "".join(self.text(child) for child in self.children(node))
        return _letters(_name(node)) in _letters(held)

    def text(self, node: Any) -> str:
        if node["role"]["value"] in TEXT | NAMED | set(LINKS):
            return _name(node)
        return "".join(self.text(child) for child in self.children(node))


def role_is_group(role: str) -> bool:
    return role in {"note", "blockquote", "list", "table", "figure", "group", "region", "doc-footnote", "definition"}


LINKS = {
    "doc-pagebreak": "print",
    "doc-noteref": "note",
    "doc-backlink": "back",
    "doc-biblioref": "reference",
    "doc-glossref": "glossary",
}


def _role(node: Any) -> str:
    role = str(node["role"]["value"])
    level = next((one["value"]["value"] for one in node.get("properties", ()) if one["name"] == "level"), "")
    return f"{role} {level}".strip() if role == "heading" else role


def _name(node: Any) -> str:
    return str(node.get("name", {}).get("value", ""))


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text)


def _line(head: str, parts: list[str]) -> str:
    text = " ".join("".join(parts).split())
    return f"{head}: {text}" if text else ""
