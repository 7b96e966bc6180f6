"""Chapters and the book's folder in; out go the same chapters and every picture they name, read and checked.

A picture is what its bytes say, not what its name says. Pictures of pixels lose what they tell about their maker
(see `raster`), drawings what is not on the allow-list (see `svg`).
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ketapub.document import Asset, Chapter, Image, Node, map_nodes
from ketapub.problems import Position, Problems
from ketapub.resolve.raster import Raster, Unfit, kind, read_raster
from ketapub.svg import CleanSvg, clean_svg

if TYPE_CHECKING:
    from ketapub.book_folder import BookFolder
    from ketapub.cache import Cache
    from ketapub.info import Info
    from ketapub.theme import Theme

Chapters = tuple[Chapter, ...]


def collect_assets(
    chapters: Chapters, folder: BookFolder, info: Info, problems: Problems, cache: Cache | None = None
) -> tuple[Chapters, Mapping[str, Asset], str]:
    """Each `Image.source` becomes the name of an asset; the last result is the name of the cover, or "".

    A path counts from the book folder, or else from the chapter's own, where editors look. A picture that cannot be
    used is reported and taken out. The same file is one asset, however often it is named.
    """
    shelf = _Shelf(folder, problems, cache)

    def change(node: Node) -> Node | None:
        if not isinstance(node, Image):
            return node
        asset = shelf.drawn(node) if node.drawing else shelf.find(node.source, node.at)
        return None if asset is None else replace(node, source=asset.name)

    chapters = map_nodes(chapters, change)
    cover = shelf.find(info.book.cover, info.at("book.cover")) if info.book.cover else None
    return chapters, shelf.assets, "" if cover is None else cover.name


def collect_icons(info: Info, folder: BookFolder, theme: Theme, problems: Problems) -> Mapping[str, CleanSvg]:
    """The icon of each kind of callout: a drawing of the book (a path, or *.svg), or one of the theme by name."""
    icons = {}
    for name, callout in info.callouts.items():
        if "/" in callout.icon or callout.icon.endswith(".svg"):
            at = Position(posixpath.normpath(callout.icon))
            data = folder.read(callout.icon, problems, info.at(f"callouts.{name}.icon"))
        else:
            at, data = Position(f"icons/{callout.icon}.svg"), theme.icon(callout.icon).encode()
        icon = None if data is None else clean_svg(data, at, problems)
        if icon is not None and icon.has_ids:
            # It stands on a page many times, and an id may do so once only.
            hint = "draw it with plain shapes and fills"
            problems.add("svg-not-allowed", at, "the parts of an icon may not refer to each other", hint)
        elif icon is not None:
            icons[name] = icon
    return icons


def collect_output_intent(info: Info, folder: BookFolder, problems: Problems) -> bytes:
    """The ICC profile of the book's printer. Whether it fits is asked when something is made for the press."""
    path = info.press.output_intent
    return (folder.read(path, problems, info.at("press.output-intent")) or b"") if path else b""


class _Shelf:
    """The pictures found so far, by path in the book folder and by name in the outputs."""

    def __init__(self, folder: BookFolder, problems: Problems, cache: Cache | None) -> None:
        self.folder, self.problems, self.cache = folder, problems, cache
        self.assets: dict[str, Asset] = {}
        self.by_path: dict[str, Asset | None] = {}
        self.by_drawing: dict[str, Asset | None] = {}

    def find(self, written: str, at: Position) -> Asset | None:
        path, data = self.read(written, at)
        if data is None:
            return None
        if path not in self.by_path:
            asset = self.by_path[path] = self.make(path, data, at)
            if asset is not None:
                self.assets[asset.name] = asset
        return self.by_path[path]

    def drawn(self, image: Image) -> Asset | None:
        """The picture that was drawn from data. Its words have no line in the file that declares it."""
        if image.drawing not in self.by_drawing:
            asset = self.make(f"{posixpath.splitext(image.source)[0]}.svg", image.drawing.encode(), image.at)
            if asset is not None and asset.svg is not None:
                words = tuple((text, 0) for text, _ in asset.svg.words)
                asset = replace(asset, svg=replace(asset.svg, words=words, file=image.source))
                self.assets[asset.name] = asset
            self.by_drawing[image.drawing] = asset
        return self.by_drawing[image.drawing]

    def read(self, written: str, at: Position) -> tuple[str, bytes | None]:
        """The path in the book folder, and the bytes; each place is tried in silence but the one to complain of."""
        beside = posixpath.join(posixpath.dirname(at.file), written)
        paths = [beside] if written.startswith(("./", "../")) else [written, beside]
        paths += [unquote(path) for path in paths if "%" in path]  # as Markdown editors write spaces
        for path in map(posixpath.normpath, paths):
            if path in self.by_path:
                return path, b""
            if (data := self.folder.read(path, Problems(), at)) is not None:
                return path, data
        return "", self.folder.read(posixpath.normpath(paths[0]) if paths[0] == beside else written, self.problems, at)

    def make(self, path: str, data: bytes, at: Position) -> Asset | None:
        match _checked(data, path, at, self.problems, self.cache):
            case CleanSvg() as svg:
                name = self.name(path, "svg")
                return Asset(name, "image/svg+xml", svg.xml.encode(), svg.width, svg.height, svg)
            case Raster() as raster:
                name = self.name(path, raster.suffix)
                return Asset(name, raster.media_type, raster.data, raster.width, raster.height)
        return None

    def name(self, path: str, suffix: str) -> str:
        """A name that is safe as a file name and in addresses, on disks that do not tell A from a too."""
        plain = unicodedata.normalize("NFKD", posixpath.splitext(posixpath.basename(path))[0])
        stem = re.sub(r"[^a-z0-9_-]+", "-", plain.encode("ascii", "ignore").decode().lower()).strip("-") or "picture"
        number, name = 1, f"images/{stem}.{suffix}"
        while name in self.assets:
            number += 1
            name = f"images/{stem}-{number}.{suffix}"
        return name


def checked_bytes(data: bytes, path: str, at: Position, problems: Problems) -> bytes | None:
    """A picture that something else than an `Image` names (a style sheet), as it may travel with the book."""
    picture = _checked(data, path, at, problems)
    return picture.xml.encode() if isinstance(picture, CleanSvg) else picture.data if picture else None


def _checked(
    data: bytes, path: str, at: Position, problems: Problems, cache: Cache | None = None
) -> CleanSvg | Raster | None:
    """The picture that the bytes are; None where they are none, which is reported."""
    if not kind(data) and looks_like_xml(data, path):
        return clean_svg(data, Position(path), problems)
    try:
        return read_raster(data, cache)
    except Unfit as unfit:
        code, message, hint = unfit.args
        problems.add(code, at, f"{path} {message}", hint)
        return None


def looks_like_xml(data: bytes, path: str) -> bool:
    """By content, whatever the name; a file called .svg that is something else shall hear so from the SVG reader."""
    start = data[:200].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return start.startswith(b"<") or path.lower().endswith((".svg", ".svgz"))
