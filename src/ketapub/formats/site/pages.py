"""A page a chapter: its text, the way on, what it contains, how to cite it and which edition it is.

In: a `Site`. Out: `Page`s in reading order; and the map of the site for search engines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup, escape

from ketapub import document as d
from ketapub.formats.imprint import edition_line
from ketapub.formats.schema_org import as_script, chapter_metadata
from ketapub.formats.site.frame import Page, Site
from ketapub.markup import markup_chapter, markup_inlines


def chapter_pages(site: Site) -> Iterator[Page]:
    return (chapter_page(site, index) for index in range(len(site.book.chapters)))


def chapter_page(site: Site, index: int) -> Page:
    """That of one chapter, by its place in the book."""
    before, chapter, after = (None, *site.book.chapters, None)[index : index + 3]
    assert chapter is not None
    return _chapter_page(site, chapter, before, after)


def _chapter_page(site: Site, chapter: d.Chapter, before: d.Chapter | None, after: d.Chapter | None) -> Page:
    medium = site.medium(chapter.name)
    body = site.render(
        "chapter.html",
        chapter=markup_chapter(chapter, site.book, medium).text,
        # The index leads to every place that search finds, so it would be found first for every word.
        found=not any(isinstance(block, d.Index) for block in chapter.blocks),
        sections=_sections(site, chapter),
        href=medium.href,
        edition=edition_line(site.book),
        cite=_citation(site, chapter),
    )
    pager = site.render(
        "pager.html",
        ways=[(key, _way(site, one)) for key, one in (("previous", before), ("next", after)) if one is not None],
        icons={key: site.icon(key) for key in ("previous", "next")},
    )
    title = d.plain_text(d.bare(chapter.heading.children))
    metadata = as_script(chapter_metadata(site.book, chapter, site.url))
    return Page(
        f"{chapter.name}.html", title, body, here=chapter.name, pager=pager, script="reader.js", metadata=metadata
    )


def _way(site: Site, chapter: d.Chapter) -> tuple[str, Markup]:
    title = markup_inlines(chapter.heading.children, site.book, site.medium(chapter.name))
    number = chapter.heading.number
    return f"{chapter.name}.html", Markup("{}. {}").format(number, title) if number else title


def _sections(site: Site, chapter: d.Chapter) -> tuple[d.Contents, ...]:
    """The lines of the contents inside the chapter, where there is more than one."""
    line = next((line for line in _all_lines(site.book.contents) if line.id == chapter.heading.attributes.id), None)
    return line.children if line is not None and len(line.children) > 1 else ()


def _all_lines(lines: Sequence[d.Contents]) -> Iterator[d.Contents]:
    for line in lines:
        yield line
        yield from _all_lines(line.children)


def _citation(site: Site, chapter: d.Chapter) -> str:
    """How to cite the chapter: its authors and title, the book's, edition, publisher, date and address."""
    info, word = site.book.info.book, site.words
    title = d.plain_text(d.bare(chapter.heading.children))
    number = chapter.heading.number
    own = f"{word.format('chapter-number', number=number)}: {title}" if number else title
    book = f"{info.title}: {info.subtitle}" if info.subtitle else info.title
    edition = word.format("edition-number", number=info.edition) if info.edition > 1 else ""
    version = word.format("version-number", version=info.version) if info.version else ""
    date = word.date(info.date) if info.date else ""
    made = ", ".join(part for part in (edition, version, info.publisher, date) if part)
    authors = ", ".join(chapter.authors or info.authors)
    address = f"{site.url}{chapter.name}.html" if site.url else ""
    sentences = [
        f"{part}{'' if part.endswith(('.', '?', '!')) else '.'}" for part in (authors, own, book, made) if part
    ]
    return " ".join([*sentences, *([address] if address else [])])


def sitemap(site: Site, pages: Sequence[Page]) -> bytes:
    """Sitemaps 0.9. The date is the edition's."""
    date = site.book.info.book.date
    last = f"<lastmod>{date.isoformat()}</lastmod>" if date else ""
    lines = [
        f"<url><loc>{escape(site.url + (page.name if page.name != 'index.html' else ''))}</loc>{last}</url>"
        for page in pages
        if page.listed
    ]
    head = '<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return "\n".join((head, *lines, "</urlset>\n")).encode()
