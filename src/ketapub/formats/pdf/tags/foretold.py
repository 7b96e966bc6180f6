"""The structure that a book's PDF will have, foretold without laying out a page: the trees of its parts in; its
elements in reading order, each with its words and the element of the markup that it is made of, out.

It is made by the rules of `structure`. What only pages show is left out: the numbers and bullets of lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from ketapub.formats.pdf.standard import Standard
from ketapub.formats.pdf.tags import roles
from ketapub.formats.pdf.tags.nodes import Marked, Node, Structure, new_structure
from ketapub.formats.pdf.tags.structure import add_part


@dataclass(frozen=True, slots=True)
class Foretold:
    """`role` as the file will call it; `said` are the alternative text, or else the words of a piece of text, which has
    the role "". `depth` is 0 for the document. `source` is None where a node is made of nothing of its own."""

    role: str
    said: str
    depth: int
    source: Element | None = None


def foretell(roots: Iterable[Element], language: str, standard: Standard) -> list[Foretold]:
    structure = new_structure(language, standard)
    pieces: list[str] = []
    for root in roots:
        add_part(structure, root)
        _fill(structure, root, pieces)
    sources: dict[Node, Element] = {}
    for element, node in structure.node_of.items():
        if node is not None:
            sources.setdefault(node, element)
    for (element, _), node in structure.generated.items():
        sources.setdefault(node, element)
    return list(_told(structure.document, 0, sources, pieces, standard.called))


def _fill(structure: Structure, element: Element, pieces: list[str]) -> None:
    """Give every text to the node that its drawing will be given to (see `content`), in the order of the document."""
    if structure.node_of.get(element) is None:
        return
    if roles.is_picture(element):
        _add(structure, element, " ", pieces)
        return
    if roles.is_note(element):
        structure.generated[element, "footnote-call"].add(Marked(0, len(pieces)))
        pieces.append("")
    _add(structure, element, element.text, pieces)
    for child in element:
        _fill(structure, child, pieces)
        _add(structure, element, child.tail, pieces)


def _add(structure: Structure, element: Element, text: str | None, pieces: list[str]) -> None:
    node = structure.target(element, "")
    if node is None or not text or (not text.strip() and not roles.is_picture(element)):
        return
    node.add(Marked(0, len(pieces)))
    pieces.append(text)


def _told(
    node: Node, depth: int, sources: Mapping[Node, Element], pieces: list[str], called: Mapping[str, str]
) -> Iterable[Foretold]:
    yield Foretold(called.get(node.role, node.role), node.alt, depth, sources.get(node))
    for kid in node.in_order():
        if isinstance(kid, Marked):
            if not node.alt:
                yield Foretold("", pieces[kid.mcid], depth + 1)
        elif isinstance(kid, Node) and kid.holds_something():
            yield from _told(kid, depth + 1, sources, pieces, called)
