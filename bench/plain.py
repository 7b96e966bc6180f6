"""A book folder comes in; what pandoc, and a print engine without ketapub, need of it goes out.

The HTML is pandoc's, with each note moved to its call, where engines for CSS expect it, and with one plain print sheet.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench.clock import ROOT


@dataclass(frozen=True)
class Pandoc:
    """pandoc on a book's chapters, with its reference files and the citation style that it asks for."""

    book: Path
    folder: Path  # for the style sheet of its citations

    def command(self, out: Path, *options: str) -> list[str]:
        from pypandoc import get_pandoc_path

        command = [get_pandoc_path(), "--from=markdown", "--standalone", "--citeproc", "--quiet", *options]
        return [*command, *self._arguments, f"--output={out}"]

    @cached_property
    def _arguments(self) -> Sequence[str]:
        import datetime

        from ketapub.citation_style import load_style
        from ketapub.manuscript import read_manuscript
        from ketapub.problems import NOWHERE, Problems

        problems = Problems()
        info = read_manuscript(self.book, problems, datetime.date.today()).info
        style = load_style(info.bibliography.style, NOWHERE, problems)
        assert style is not None
        csl = self.folder / "style.csl"
        csl.write_bytes(style.xml)
        given = [f"--csl={csl}", f"--resource-path={self.book}", f"--metadata=lang={info.book.language}"]
        given += [f"--metadata=title={info.book.title}"]
        given += [f"--bibliography={self.book / file}" for file in info.bibliography.files]
        chapters = (*info.book.frontmatter, *info.book.chapters, *info.book.backmatter)
        return [*given, *(str(self.book / chapter) for chapter in chapters)]


def write_page(pandoc: Pandoc, page: Path) -> None:
    """One HTML page for print, with its style sheet beside it."""
    import lxml.html

    subprocess.run(pandoc.command(page, "--to=html5", "--toc", "--toc-depth=3"), check=True)
    tree = lxml.html.parse(str(page), lxml.html.HTMLParser(encoding="utf-8"))
    root = tree.getroot()
    for style in root.xpath("//style"):
        style.drop_tree()
    root.xpath("/html/head")[0].append(lxml.html.fragment_fromstring('<link rel="stylesheet" href="plain.css">'))
    for call in root.xpath('//a[contains(@class, "footnote-ref")]'):
        note = lxml.html.Element("span", {"class": "note"})
        for paragraph in root.get_element_by_id(call.get("href")[1:]).iterchildren():
            paragraph.tag = "span"
            for back in paragraph.xpath('.//a[contains(@class, "footnote-back")]'):
                back.drop_tree()
            note.append(paragraph)
        note.tail, call.tail = call.tail, None
        call.getparent().replace(call, note)
    for rest in root.xpath('//*[@id="footnotes"]'):
        rest.drop_tree()
    for box in root.xpath('//div[starts-with(@class, "callout")]'):
        box.set("class", f"callout {box.get('class')}")
    for picture in root.xpath("//img"):
        picture.set("src", (pandoc.book / picture.get("src")).as_uri())
    tree.write(str(page), encoding="utf-8", method="html", doctype="<!DOCTYPE html>")
    css = (Path(__file__).parent / "plain.css").read_text(encoding="utf-8")
    fonts = (ROOT / "styles/fonts").as_uri()
    (page.parent / "plain.css").write_text(css.replace("FONTS", fonts), encoding="utf-8")


def notes_of(page: Path) -> list[str]:
    """The words of each note of such a page."""
    import lxml.html

    root = lxml.html.parse(str(page), lxml.html.HTMLParser(encoding="utf-8")).getroot()
    return [note.text_content() for note in root.xpath('//span[@class="note"]')]
