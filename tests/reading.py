"""The pages of finished outputs as trees, by the readers of the gate."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from ketapub.check.equality.on_screens import epub_file, html_file, site_folder


def html_pages(data: bytes) -> list[etree._Element]:
    """The one page of the HTML file."""
    return [page.root for page in html_file(data).values()]


def epub_pages(data: bytes) -> list[etree._Element]:
    """The pages in the order of the spine."""
    return [page.root for page in epub_file(data).values()]


def site_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name.removeprefix("site/"): data for name, data in files.items() if name.startswith("site/")}


def site_pages(files: Mapping[str, bytes]) -> dict[str, etree._Element]:
    """The pages of the site by name."""
    return {name: page.root for name, page in site_folder(site_files(files)).items()}
