"""Bytes of an SVG file in, `CleanSvg` and problems out: the file as a whole (XML, size, references).

Element by element, what may stand in a drawing is copied into a new tree; nothing of the old one is passed on.
"""

from __future__ import annotations

import math
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ketapub.problems import Position, Problems
from ketapub.svg.allowed import EDITORS, ELEMENTS, SVG, TEXT, XLINK, XML, NotAllowed, attribute_value, hint_for
from ketapub.svg.references import DEPTH, DRAWN, check_references

if TYPE_CHECKING:
    from lxml.etree import _Element

    from ketapub.svg.style import Styles

BYTES = 10_000_000

_LENGTH = re.compile(r"\+?(\d+\.?\d*(?:e[-+]?\d+)?|\.\d+)\s*([a-z]*)", re.IGNORECASE | re.ASCII)
# CSS pixels in a unit (CSS Values 4 section 6.2); em, ex and rem at the initial font size.
_PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4, "q": 96 / 101.6}
_PIXELS |= {"em": 16.0, "rem": 16.0, "ex": 8.0}


@dataclass(frozen=True, slots=True)
class CleanSvg:
    """A drawing that can do no harm. `width`, `height` in CSS pixels; `view_box` left, top, width, height.

    `xml` is the root element in the default namespace, without prefixes, styles, comments or metadata. `words` are
    the printed texts, each with its line in `file`; title and description are not among them.
    """

    xml: str
    width: float
    height: float
    view_box: tuple[float, float, float, float]
    title: str = ""
    desc: str = ""
    words: tuple[tuple[str, int], ...] = ()
    file: str = ""

    @property
    def has_ids(self) -> bool:
        """Whether parts refer to each other (gradients, `use`): a second copy on a page then needs other ids."""
        return ' id="' in self.xml


def clean_svg(data: bytes, at: Position, problems: Problems) -> CleanSvg | None:
    """Read a drawing without DTD, entities or network, and keep what is on the allow-list.

    `at.file` is the drawing's path in the book folder; a finding is reported at its own line there. What is not
    allowed is reported (`svg-not-allowed`) and left out of the result. None: there is nothing to draw
    (`broken-svg`, `svg-too-large`).
    """
    from lxml import etree

    if len(data) > BYTES:
        message = f"the drawing has {len(data) / 1e6:.1f} MB; at most {BYTES // 1_000_000} MB are read"
        problems.add("svg-too-large", at, message, "simplify it, or save it as a PNG picture")
        return None
    if data.startswith(b"\x1f\x8b"):
        problems.add("broken-svg", at, "the drawing is compressed (svgz)", "save it as plain SVG")
        return None
    cleaner = _Cleaner(data, at, problems)
    # No huge_tree: libxml2 then stops by itself at 256 levels, at 10 MB of text and at multiplied entities.
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        cleaner.report("broken-svg", line, f"no well-formed XML: {str(error.msg).partition(', line ')[0]}", "", column)
        return None
    return cleaner.clean(root)


class _Cleaner:
    """One drawing on its way from the parsed tree to a new one; knows the new ids and whether it can be drawn."""

    def __init__(self, data: bytes, at: Position, problems: Problems) -> None:
        self.data, self.at, self.problems = data, at, problems
        self.drawable = True
        self.names: dict[str, str] = {}  # id in the file -> short id in the result
        self.wanted: dict[str, tuple[str, int]] = {}  # short id -> id in the file, line where it is first asked for
        self.words: list[tuple[str, int]] = []

    def report(self, code: str, line: int, message: str, hint: str = "", column: int = 0) -> None:
        with suppress(UnicodeDecodeError):  # the line is shown where the file is UTF-8, as nearly all are
            self.problems.know(self.at.file, self.data.decode("utf-8"))
        self.drawable = self.drawable and code == "svg-not-allowed"
        self.problems.add(code, replace(self.at, line=line, column=column), message, hint)

    def clean(self, root: _Element) -> CleanSvg | None:
        from lxml import etree

        from ketapub.svg.style import styles_of

        if not (self.is_svg(root) and self.is_plain(root) and self.is_small(root)):
            return None
        width, height, box = self.size(root)
        title, desc = (_words(root.find(f"{{{SVG}}}{name}")) for name in ("title", "desc"))
        new = etree.Element(f"{{{SVG}}}svg", nsmap={None: SVG})
        sizes = {"viewBox": " ".join(map(_number, box)), "width": _number(width), "height": _number(height)}
        new.attrib.update(sizes)
        self.copy(root, new, styles_of(root, self.report))
        for place, (name, text) in enumerate((("title", title), ("desc", desc))):
            if text:
                child = etree.Element(f"{{{SVG}}}{name}")
                child.text = text
                new.insert(place, child)
        check_references(new, self.names, self.wanted, self.report)
        if not self.drawable:
            return None
        xml = etree.tostring(new, encoding="unicode")
        return CleanSvg(xml, width, height, box, title, desc, tuple(self.words), self.at.file)

    # --- the file as a whole -------------------------------------------------------------------------------

    def is_svg(self, root: _Element) -> bool:
        if root.tag != f"{{{SVG}}}svg":
            hint = f'the first element must be <svg xmlns="{SVG}">'
            self.report(
                "broken-svg", root.sourceline or 0, f"no SVG drawing: the file begins with <{root.tag!s}>", hint
            )
        return self.drawable

    def is_plain(self, root: _Element) -> bool:
        from lxml import etree

        dtd = root.getroottree().docinfo.internalDTD
        declared = [] if dtd is None else [str(entity.name) for entity in dtd.iterentities()]
        if declared:
            hint = "delete the <!DOCTYPE …> with everything in it, or save the drawing as plain SVG"
            line = self.data.partition(b"<!DOCTYPE")[0].count(b"\n") + 1
            self.report("svg-not-allowed", line, f'the drawing declares its own entities ("{declared[0]}")', hint)
            return False
        for node in (*root.itersiblings(preceding=True), *root.iter()):
            if isinstance(node, etree._ProcessingInstruction) and node.target == "xml-stylesheet":
                hint = "put the rules into a <style> in the drawing"
                self.report("svg-not-allowed", node.sourceline or 0, "the drawing loads a style sheet", hint)
            elif isinstance(node, etree._Entity):
                hint = "write the character itself: SVG has no names such as &nbsp;"
                self.report("broken-svg", node.sourceline or 0, f"&{node.name}; is not defined", hint)
        return self.drawable

    def is_small(self, root: _Element) -> bool:
        count, left = 0, [(root, 1)]
        while left:
            element, depth = left.pop()
            count += 1
            if depth > DEPTH:
                message = f"elements stand more than {DEPTH} deep in each other"
                self.report("svg-too-large", element.sourceline or 0, message, "ungroup the drawing")
                return False
            left += [(child, depth + 1) for child in element]
        if count > DRAWN:
            message = f"the drawing has {count} elements; at most {DRAWN} are drawn"
            self.report("svg-too-large", 0, message, "simplify it, or save it as a PNG picture")
        return self.drawable

    def size(self, root: _Element) -> tuple[float, float, tuple[float, float, float, float]]:
        line = root.sourceline or 0
        width, height = (self.length(root, name) for name in ("width", "height"))
        if written := root.get("viewBox"):
            try:
                left, top, across, down = map(float, written.replace(",", " ").split())
            except ValueError:
                left = top = across = down = math.nan
            if across > 0 and down > 0 and all(map(math.isfinite, (left, top, across, down))):
                width = width or (height * across / down if height else across)
                return width, height or width * down / across, (left, top, across, down)
            message, hint = f'the viewBox "{written[:60]}" gives no size', 'four numbers: viewBox="0 0 320 180"'
        elif width and height:
            return width, height, (0.0, 0.0, width, height)
        else:
            message, hint = "nothing says how large the drawing is", 'write viewBox="0 0 width height" on the <svg>'
        self.report("broken-svg", line, message, hint)
        return 0.0, 0.0, (0.0, 0.0, 0.0, 0.0)

    def length(self, root: _Element, name: str) -> float:
        """Width or height in CSS pixels; 0 where none is given (a percentage is none: of what?)."""
        written = (root.get(name) or "").strip()
        if written in ("", "auto") or written.endswith("%"):
            return 0.0
        match = _LENGTH.fullmatch(written)
        pixels = float(match[1]) * _PIXELS.get(match[2].lower(), math.nan) if match else math.nan
        if 0 < pixels < 1e6:
            return pixels
        hint = "a number of pixels, or with one of " + ", ".join(unit for unit in _PIXELS if unit)
        self.report("broken-svg", root.sourceline or 0, f'{name}="{written[:40]}" is no length', hint)
        return 0.0

    # --- element by element --------------------------------------------------------------------------------

    def copy(self, old: _Element, new: _Element, styles: Styles) -> None:
        """Copy attributes, text and children, as far as they are allowed. Not deeper than `DEPTH`."""
        from lxml import etree

        tag = etree.QName(new).localname
        self.copy_attributes(tag, old, new, styles.get(old, {}))
        self.copy_text(tag, new, old.text, old.sourceline or 0)
        for child in old:
            if isinstance(child.tag, str):
                name = etree.QName(child)
                here = name.namespace == SVG
                if here and name.localname in ELEMENTS:
                    self.copy(child, etree.SubElement(new, child.tag), styles)
                elif not (here and name.localname in ("title", "desc", "style", "metadata")) and not _is_editors(name):
                    message = f"<{name.localname}> may not stand in a drawing"
                    self.report("svg-not-allowed", child.sourceline or 0, message, hint_for(name.localname))
            self.copy_text(tag, new, child.tail, child.sourceline or 0)

    def copy_text(self, tag: str, new: _Element, text: str | None, line: int) -> None:
        if not text or tag not in TEXT:  # elsewhere text is not drawn
            return
        if len(new):
            new[-1].tail = (new[-1].tail or "") + text
        else:
            new.text = (new.text or "") + text
        if text.strip():
            self.words.append((text, line))

    def copy_attributes(self, tag: str, old: _Element, new: _Element, style: dict[str, str]) -> None:
        from lxml import etree

        line = old.sourceline or 0
        written: dict[str, str] = {}
        for full, value in old.attrib.items():
            name = etree.QName(str(full))
            if name.namespace == XLINK:
                if name.localname == "href" and "href" not in old.attrib:  # SVG 2: href wins over xlink:href
                    written["href"] = str(value)
            elif name.namespace == XML:
                if name.localname == "lang":
                    new.set(name.text, str(value))
            elif not name.namespace:
                written[name.localname] = str(value)
            elif not _is_editors(name):
                message = f'the attribute "{name.localname}" of {name.namespace} may not stand on <{tag}>'
                self.report("svg-not-allowed", line, message)

        def refer(id: str) -> str:
            self.wanted.setdefault(self.short(id), (id, line))
            return self.short(id)

        for key, value in (written | style).items():
            if old.getparent() is None and key in ("x", "y", "width", "height", "viewBox"):
                continue  # the root's place and size are not its own business; `size` has read them
            try:
                kept = self.short(value) if key == "id" else attribute_value(tag, key, value, refer)
            except NotAllowed as why:
                message = f'{key}="{" ".join(value.split())[:40]}" on <{tag}> {why}'
                self.report("svg-not-allowed", line, message, hint_for(key))
            else:
                if kept is not None:
                    new.set(key, kept)

    def short(self, id: str) -> str:
        """The same id for the same id: "i1", "i2" … in the order in which they are met."""
        return self.names.setdefault(id, f"i{len(self.names) + 1}")


def _is_editors(name: object) -> bool:
    return str(getattr(name, "namespace", "") or "").startswith(EDITORS)


def _words(element: _Element | None) -> str:
    return "" if element is None else " ".join("".join(map(str, element.itertext())).split())


def _number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
