"""An output for screens taken apart: an EPUB, an HTML file or a site in, its files by name and its pages out."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

PAGES = (".html", ".xhtml")
ALONE = "index.html"  # as what an HTML file by itself is served; findings in it name no part


@dataclass(frozen=True, slots=True)
class Unpacked:
    """`names` are the files of an output, sorted; `read` gives the bytes of one of them."""

    names: tuple[str, ...]
    read: Callable[[str], bytes]
    is_alone: bool = False

    @property
    def pages(self) -> tuple[str, ...]:
        return tuple(name for name in self.names if name.endswith(PAGES))

    def part(self, name: str) -> str:
        """What a `Place` calls a file."""
        return "" if self.is_alone else name


def unpacked(path: Path) -> Unpacked:
    if path.is_dir():
        names = (each.relative_to(path).as_posix() for each in path.rglob("*") if each.is_file())
        return Unpacked(tuple(sorted(names)), lambda name: (path / name).read_bytes())
    if path.suffix == ".epub":
        with zipfile.ZipFile(path) as archive:
            names = (entry.filename for entry in archive.infolist() if not entry.is_dir())
            return Unpacked(tuple(sorted(names)), lambda name: _entry(path, name))
    return Unpacked((ALONE,), lambda name: path.read_bytes(), is_alone=True)


def _entry(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


def path_of(element: etree._Element) -> str:
    """ "/html[1]/body[1]/section[2]", without namespaces."""
    steps: list[str] = []
    one: etree._Element | None = element
    while one is not None:
        same = 1 + sum(1 for other in one.itersiblings(preceding=True) if name_of(other) == name_of(one))
        steps.append(f"{name_of(one)}[{same}]")
        one = one.getparent()
    return "/" + "/".join(reversed(steps))


def name_of(element: etree._Element) -> str:
    """Without its namespace; of a comment, nothing."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
