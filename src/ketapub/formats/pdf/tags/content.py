"""Goes over the laid out pages in reading order: boxes in, the content of the structure's nodes out.

WeasyPrint has drawn each run of text and each picture as a marked-content sequence (ISO 32000-1, 14.6) of its own; here
each finds its node, or is turned into an artifact (14.8.2.2): running heads, the repeated head of a table, leaders,
decoration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from xml.etree.ElementTree import Element

from ketapub.formats.pdf.tags.nodes import Linked, Marked, Node, Structure
from ketapub.formats.pdf.tags.words import Words

Artifact = Literal["", "Layout", "Header", "Footer", "Repeated"]
PAGINATION = {"Header": "/Header", "Footer": "/Footer"}
REPEATED = {"thead", "tfoot"}


@dataclass(frozen=True, slots=True)
class Sequence:
    """Where a marked-content sequence is written: the stream of a page, or of a transparency group on it."""

    stream: Any
    index: int  # of its properties among the operations of the stream

    def make_artifact(self, properties: Mapping[str, Any]) -> None:
        import pydyf

        self.stream.stream[self.index - 1] = "/Artifact"
        self.stream.stream[self.index] = pydyf.Dictionary(dict(properties))

    def set_actual_text(self, text: str) -> None:
        import pydyf

        self.stream.stream[self.index]["ActualText"] = pydyf.String(text)


@dataclass
class Pages:
    """What was drawn: the sequences of each page by MCID, and who owns them. MCIDs are counted per page, groups
    included."""

    sequences: list[dict[int, Sequence]]
    groups: list[tuple[int, Any]]  # page, stream of a transparency group with sequences in it
    owners: list[dict[int, Node]] = field(default_factory=list)
    links: list[tuple[Node, Any]] = field(default_factory=list)


def find_sequences(pdf: Any, streams: list[Any]) -> Pages:
    page_of = {id(stream._tags): page for page, stream in enumerate(streams)}
    on_pages = {id(stream) for stream in streams}
    inner = [one for one in pdf.objects if hasattr(one, "_tags") and id(one) not in on_pages]
    pages = Pages([{} for _ in streams], [], [{} for _ in streams])
    for stream in [*streams, *inner]:
        page = page_of.get(id(stream._tags))
        if page is None:
            continue
        found = {
            one["MCID"]: Sequence(stream, index)
            for index, one in enumerate(stream.stream)
            if isinstance(one, dict) and "MCID" in one
        }
        pages.sequences[page] |= found
        if found and id(stream) not in on_pages:
            pages.groups.append((page, stream))
    return pages


def fill(structure: Structure, page_boxes: list[Any], streams: list[Any], pages: Pages) -> None:
    """Give every sequence to its node."""
    import pydyf

    filler = _Filler(structure, pages)
    for number, (page, stream) in enumerate(zip(page_boxes, streams, strict=True)):
        drawn = {box: tag["mcid"] for box, tag in stream._tags.items()}
        height = page.margin_height()
        for box, artifact in filler.boxes(page):
            if (mcid := drawn.pop(box, None)) is not None:
                filler.place(box, number, mcid, artifact, height)
            if box.link_annotation:
                filler.link(box, number)
        stream._tags.clear()
        assert not drawn, f"{len(drawn)} drawn boxes of page {number + 1} are in no structure"
    for (number, mcid), text in filler.words.actual().items():
        if sequence := pages.sequences[number].get(mcid):  # or it is an artifact by now, which says nothing
            sequence.set_actual_text(text)
    for node, annotation in pages.links:
        annotation["Contents"] = pydyf.String(filler.name(node))


class _Filler:
    def __init__(self, structure: Structure, pages: Pages) -> None:
        self.structure, self.pages = structure, pages
        self.words = Words()
        self.repeated: set[Element] = set()  # heads of tables that were shown

    def boxes(self, page: Any) -> Iterator[tuple[Any, Artifact]]:
        """All boxes of a page, each before those in it: a stack, since generators in generators are slow."""
        from weasyprint.formatting_structure import boxes
        from weasyprint.layout.absolute import AbsolutePlaceholder

        waiting: list[tuple[Any, Artifact]] = [(page, "")]
        while waiting:
            box, artifact = waiting.pop()
            if isinstance(box, AbsolutePlaceholder):
                box = box._box
            if isinstance(box, boxes.MarginBox):
                artifact = "Header" if "top" in box.at_keyword else "Footer"
            elif isinstance(box, boxes.TableRowGroupBox) and box.element_tag in REPEATED:
                if box.element in self.repeated:
                    artifact = "Repeated"
                self.repeated.add(box.element)
            elif box.is_leader:
                artifact = "Layout"
            yield box, artifact
            if isinstance(box, boxes.ParentBox):
                waiting += [(child, artifact) for child in reversed(box.children)]

    def place(self, box: Any, page: int, mcid: int, artifact: Artifact, height: float) -> None:
        from weasyprint.formatting_structure.boxes import ReplacedBox, TextBox

        picture = isinstance(box, ReplacedBox)
        pseudo = (box.element_tag or "").partition("::")[2]
        node = None if artifact else self.structure.target(box.element, pseudo)
        if isinstance(box, TextBox) and artifact in ("", "Layout"):
            line = self.structure.line(box.element, pseudo)
            if artifact:
                self.words.gap(line)
            else:
                self.words.text(line, (page, mcid), box, bool(pseudo))
        elif picture and not artifact:
            self.words.picture(self.structure.line_of[box.element])
        if node is None:
            properties: dict[str, Any] = {"Type": "/Layout" if artifact in ("", "Layout") else "/Pagination"}
            if artifact in PAGINATION:
                properties["Subtype"] = PAGINATION[artifact]
            self.pages.sequences[page].pop(mcid).make_artifact(properties)
            return
        if picture:
            self.frame(node, box, height)
        node.add(Marked(page, mcid))
        self.pages.owners[page][mcid] = node

    def frame(self, node: Node, box: Any, height: float) -> None:
        """14.8.5.4.3: where a picture stands, in points from the lower left corner of the page."""
        import pydyf

        x, y = box.content_box_x(), height - box.content_box_y()
        corners = [round(one * 0.75, 2) for one in (x, y - box.height, x + box.width, y)]
        node.attributes.setdefault("Layout", {}).setdefault("BBox", pydyf.Array(corners))

    def name(self, link: Node) -> str:
        """What a link is called: by its label, else by its words; by its address only if it has none."""
        words = ""
        for one in link.read():
            if isinstance(one, Node):
                words += one.alt
            elif isinstance(one, Marked):
                words += self.words.said((one.page, one.mcid))
        return link.label or " ".join(words.split()) or link.address

    def link(self, box: Any, page: int) -> None:
        node = self.structure.links[box.element]
        node.add(Linked(page, box.link_annotation))
        self.pages.links.append((node, box.link_annotation))
