"""The EPUB 3.3: one XHTML file a chapter, with cover, contents, landmarks and an NCX.

In: a `Book`, the theme, the cover picture. Out: `<slug>.epub`, the same bytes every time. ebooklib is handed the names
of finished files: its own HTML parser would rewrite them. What it cannot express is mended in the package file before
the archive is written again in a fixed order with a fixed date.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from ketapub import __version__, document as d
from ketapub.formats.accessibility import accessibility_of
from ketapub.formats.claims import EPUB_ACCESSIBILITY, Claims
from ketapub.formats.ebook_care import check_pictures, check_styles
from ketapub.formats.imprint import cover_words, imprint_lines, stamp, use_until
from ketapub.formats.made import Made
from ketapub.formats.narrow import is_too_wide
from ketapub.formats.styling import Face, book_sheet, face_rule, faces, media_type, own_faces
from ketapub.locale import direction, words
from ketapub.markup import MATHML, Medium, front_marks, is_bibliography, is_glossary, markup_chapter, markup_inlines
from ketapub.outputs import Bundle, OutputFile
from ketapub.problems import Problems
from ketapub.templates import render
from ketapub.theme import Theme

COVER = "cover-picture"  # the id of its file
PACKED = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".woff", ".woff2")  # cannot be made smaller by an archive
XHTML = "application/xhtml+xml"
XHTML_NAMESPACE = "http://www.w3.org/1999/xhtml"
SVG = "http://www.w3.org/2000/svg"
OF_FORMULAS = "Noto Sans Math"  # a large face that nothing else is set in
INK, PAPER = "#14384a", "#ffffff"  # of drawings
NCX = "http://www.daisy.org/z3986/2005/ncx/"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
# EPUB 3 Structural Semantics beside the ARIA roles of the markup: some reading systems know only the former.
TYPE_OF_ROLE = {
    "doc-noteref": "noteref",
    "doc-footnote": "footnote",
    "doc-backlink": "backlink",
    "doc-biblioref": "biblioref",
    "doc-bibliography": "bibliography",
    "doc-chapter": "chapter",
    "doc-glossary": "glossary",
    "doc-glossref": "glossref",
    "doc-index": "index",
    "doc-pagebreak": "pagebreak",
}
LIST_TYPES = {"list-of-figures": "loi", "list-of-tables": "lot"}  # lists of illustrations and of tables, in the same


@dataclass(frozen=True, slots=True)
class _File:
    id: str
    name: str
    media_type: str
    data: bytes
    properties: tuple[str, ...] = ()


def make_epub(book: d.Book, theme: Theme, made: Made, problems: Problems) -> Bundle:
    check_pictures(book, problems)
    check_styles(book, problems)
    pages, fonts = make_pages(book, made), _fonts(book, theme)
    fixed = [
        _File("style", "style.css", "text/css", _style(book, theme).encode()),
        *(_File(f"font-{index}", face.file, media_type(face.file), face.data) for index, face in enumerate(fonts)),
        *(_File(f"own-{index}", name, media_type(name), book.files[name]) for index, name in enumerate(book.files)),
        *(_File(f"picture-{a.name}", a.name, a.media_type, a.data) for a in book.assets.values() if a.svg is None),
    ]
    if made.cover is not None:
        fixed.append(_File(COVER, "cover.jpg", "image/jpeg", made.cover(), ("cover-image",)))
    package = _package(book, pages, fixed, made.claims) | _licences(fonts, theme)
    return (OutputFile(f"{book.info.book.slug}.epub", _archive(package, book)),)


def _fonts(book: d.Book, theme: Theme) -> list[Face]:
    """The fonts of the theme that its style sheet uses. Those for signs are large, and readers have their own."""
    used = set(re.findall(r'"([^"]+)"', theme.css["epub.css"]))
    if not any(True for _ in d.formulas_in(book.chapters)):
        used.discard(OF_FORMULAS)
    return [face for face in faces(theme, book) if face.file in theme.files and face.family in used]


def _licences(fonts: list[Face], theme: Theme) -> dict[str, bytes]:
    """Those of the fonts, which travel with them where what is no part of the book may lie (OCF 3.3, 4.2.6)."""
    names = {f"OFL-{face.family.replace(' ', '')}.txt" for face in fonts}
    found = {name: f"fonts/{name}" for name in names if f"fonts/{name}" in theme.files}
    return {f"META-INF/{name}": theme.read(path) for name, path in found.items()}


# --- its pages -----------------------------------------------------------------------------------------


def make_pages(book: d.Book, made: Made) -> list[_File]:
    """The XHTML files in reading order."""
    info, word = book.info.book, words(book.info.book.language)
    shown_stamp = stamp(book)
    files: list[_File] = []

    def page(name: str, title: str, body: str, type: str, properties: tuple[str, ...] = ()) -> None:
        text = render(
            "epub-page.xhtml",
            book.templates,
            title=title,
            body=Markup(body),
            type=type,
            language=info.language,
            direction=direction(info.language),
        )
        data, found = _finish_page(text)
        files.append(_File(f"page-{name}", f"{name}.xhtml", XHTML, data, properties + found))

    if made.cover is not None:
        cover = Markup('<section class="cover" aria-label="{}"><img src="cover.jpg" alt="{}"/></section>')
        page("cover", word["cover"], cover.format(word["cover"], cover_words(book)), "cover")
    page("title", word["title-page"], _title(book, shown_stamp), "titlepage")
    page("nav", word["contents"], _nav(book, made), "frontmatter", ("nav",))
    for chapter in book.chapters:
        medium = _medium(book, chapter.name, traced=made.traced)
        body = markup_chapter(chapter, book, medium).text
        title = d.plain_text(d.bare(chapter.heading.children))
        page(
            chapter.name,
            title,
            body,
            {"front": "frontmatter", "body": "bodymatter", "back": "backmatter"}[chapter.role],
        )
    return files


def _medium(book: d.Book, here: str, *, traced: bool = False) -> Medium:
    def href(id: str) -> str:
        chapter = book.chapter_of.get(id, here)
        return f"#{id}" if chapter == here else f"{chapter}.xhtml#{id}"

    return Medium(
        href=href,
        image=lambda asset: asset.name,
        notes="end",
        opening=stamp(book),
        listed=is_too_wide,
        traced=traced,
    )


def _title(book: d.Book, shown_stamp: str) -> str:
    info = book.info.book
    marks = front_marks(book)
    title = render(
        "title.xml",
        book.templates,
        book=info,
        stamp=shown_stamp,
        use_until=use_until(book),
        imprint=info.publisher,
        pages=marks["title"],
    )
    word = words(info.language)
    copyright = render("copyright.xml", book.templates, words=word, lines=imprint_lines(book), pages=marks["copyright"])
    return title + copyright


def _nav(book: d.Book, made: Made) -> str:
    word, medium = words(book.info.book.language), _medium(book, "", traced=made.traced)
    landmarks = [("cover", "cover.xhtml", word["cover"])] if made.cover is not None else []
    landmarks += [("titlepage", "title.xhtml", word["title-page"]), ("toc", "nav.xhtml", word["contents"])]
    landmarks += [(LIST_TYPES[id], f"nav.xhtml#{id}", word[id]) for id, _ in d.lists_of(book)]
    for chapter in book.chapters:
        if chapter.role == "body":
            landmarks.append(("bodymatter", f"{chapter.name}.xhtml", word["start-of-text"]))
            break
    for chapter in book.chapters:
        for role, whether in (("glossary", is_glossary), ("bibliography", is_bibliography)):
            if whether(chapter):
                landmarks.append((role, f"{chapter.name}.xhtml", d.plain_text(d.bare(chapter.heading.children))))
    if any(chapter.name == "book-index" for chapter in book.chapters):
        landmarks.append(("index", "book-index.xhtml", word["index"]))
    return render(
        "epub-nav.xml",
        book.templates,
        words=word,
        contents=book.contents,
        lists=[(LIST_TYPES[id], id, lines) for id, lines in d.lists_of(book)],
        landmarks=landmarks,
        pages=front_marks(book)["contents"],
        page_list=[(mark.label, f"{file}#{mark.id}") for file, mark in _page_list(book)],
        href=medium.href,
        inlines=lambda nodes: markup_inlines(nodes, book, medium),
    )


def _page_list(book: d.Book) -> list[tuple[str, d.PageMark]]:
    """The pages of the print edition in its order, with the file that each begins in."""
    files: dict[d.FrontPage, str] = {"title": "title.xhtml", "copyright": "title.xhtml", "contents": "nav.xhtml"}
    marks = [(file, mark) for part, file in files.items() for mark in book.front_pages.get(part, ())]
    for chapter in book.chapters:
        here = (node for node in d.walk_chapter(chapter) if isinstance(node, d.PageMark))
        marks += [(f"{chapter.name}.xhtml", mark) for mark in here]
    return marks


def _finish_page(text: str) -> tuple[bytes, tuple[str, ...]]:
    """Checked XHTML bytes and the properties of its manifest item; `xml:lang` and `epub:type` are added here."""
    from lxml import etree

    root = etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    properties = set()
    for element in root.iter(etree.Element):
        if language := element.get("lang"):
            element.set(XML_LANG, language)
        if type := TYPE_OF_ROLE.get(element.get("role", "")):
            element.set(EPUB_TYPE, type)
        if element.get("role") == "doc-pagebreak":  # readers of EPUB look for a label
            element.set("aria-label", element.attrib.pop("title"))
        if element.tag == f"{{{SVG}}}svg":
            properties.add("svg")
            element.set("direction", "ltr")  # a drawing places its words itself; EPUB style sheets may not say it
            if element.get("role") == "img":
                _put_on_paper(element)
        if element.tag == f"{{{MATHML}}}math":
            properties.add("mathml")
        if element.tag == f"{{{XHTML_NAMESPACE}}}details":
            element.set("open", "open")  # where a tap turns the page, nobody could open it
        if "table" in element.get("class", "").split() and element.get("role") == "region":
            # A box that scrolls needs focus and a name; on a page that is turned nothing scrolls.
            for key in ("role", "tabindex", "aria-labelledby", "aria-label"):
                element.attrib.pop(key, None)
        if element.tag == f"{{{XHTML_NAMESPACE}}}a" and element.get("href", "").startswith("sms:"):
            # Registered (RFC 5724), yet EPUBCheck 5.3 warns of it (HTM-025) and readers rarely follow it: the number
            # stands in the text.
            element.tag = f"{{{XHTML_NAMESPACE}}}span"
            del element.attrib["href"]
    data = etree.tostring(root, xml_declaration=True, encoding="utf-8", doctype="<!DOCTYPE html>")
    return data, tuple(sorted(properties))


def _put_on_paper(svg: Any) -> None:
    """Gives a drawing a ground and an ink of its own: whatever colours a reader's theme sets, it can be seen."""
    from lxml import etree

    for element in svg.iter(etree.Element):
        for key, value in element.attrib.items():
            if value.lower() == "currentcolor":
                element.set(key, INK)
    box = re.split(r"[\s,]+", svg.get("viewBox", "").strip())
    place = dict(zip(("x", "y", "width", "height"), box if len(box) == 4 else ("0", "0", "100%", "100%"), strict=True))
    ground = etree.Element(f"{{{SVG}}}rect", place, fill=PAPER)
    titles = [child for child in svg if child.tag in (f"{{{SVG}}}title", f"{{{SVG}}}desc")]
    svg.insert(len(titles), ground)


def _style(book: d.Book, theme: Theme) -> str:
    embedded = (*_fonts(book, theme), *own_faces(book))
    rules = [face_rule(face, f'url("{face.file}")') for face in embedded]
    return "\n".join((*rules, book_sheet(book, theme, "epub.css")))


# --- its package ---------------------------------------------------------------------------------------


def _package(book: d.Book, pages: list[_File], fixed: list[_File], claims: Claims) -> dict[str, bytes]:
    """The files of the archive by name, as ebooklib writes them, with its package file mended."""
    from ebooklib import epub

    info = book.info.book
    made = epub.EpubBook()
    made.FOLDER_NAME = "EPUB"
    made.IDENTIFIER_ID = "publication-id"
    made.metadata.clear()  # ebooklib's own generator, and a random identifier
    made.set_identifier(info.identifier)
    made.set_language(info.language)
    made.title = info.title
    made.set_direction(direction(info.language)) if direction(info.language) == "rtl" else None
    _describe(made, book, claims, has_cover=any(file.id == COVER for file in fixed))
    items: dict[str, Any] = {}
    for file in [*pages, *fixed]:
        uid = re.sub(r"[^A-Za-z0-9_-]", "-", file.id)
        item = epub.EpubItem(uid, file_name=file.name, media_type=file.media_type)  # what is in it is put in below
        item.properties = list(file.properties)
        made.add_item(item)
        items[file.name] = item
    made.toc = [_ncx_entry(line, book, epub) for line in book.contents]
    made.add_item(epub.EpubNcx())
    made.spine = [items[file.name] for file in pages]
    made.guide = []
    buffer = io.BytesIO()
    writer = epub.EpubWriter(buffer, made, {"mtime": _moment(book), "compresslevel": 0})  # it is read again at once
    writer.process()
    writer.write()
    with zipfile.ZipFile(buffer) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files |= {f"EPUB/{file.name}": file.data for file in (*pages, *fixed)}
    files["EPUB/content.opf"] = _mend_package(files["EPUB/content.opf"], info.language)
    if page_list := _page_list(book):
        files["EPUB/toc.ncx"] = _with_pages(files["EPUB/toc.ncx"], page_list, words(info.language)["list-of-pages"])
    return files


def _describe(made: Any, book: d.Book, claims: Claims, *, has_cover: bool) -> None:
    """Dublin Core and accessibility metadata (EPUB Accessibility 1.1, "Discoverability", "Conformance reporting")."""
    info = book.info.book

    def dc(name: str, value: str, **attributes: str) -> None:
        if value:
            made.add_metadata("DC", name, value, attributes)

    def meta(property: str, value: str, **attributes: str) -> None:
        made.add_metadata(None, "meta", value, {"property": property, **attributes})

    dc("title", f"{info.title} ({said})" if (said := stamp(book)) else info.title, id="title")
    meta("title-type", "main", refines="#title")
    if info.subtitle:
        dc("title", info.subtitle, id="subtitle")
        meta("title-type", "subtitle", refines="#subtitle")
    people = [(name, "aut") for name in info.authors] + [(one.name, one.role) for one in info.contributors]
    for index, (name, role) in enumerate(people, 1):
        dc("creator" if role == "aut" else "contributor", name, id=f"person-{index}")
        meta("role", role, refines=f"#person-{index}", scheme="marc:relators")
    dc("publisher", info.publisher)
    dc("date", info.date.isoformat() if info.date else "")
    dc("description", info.description)
    dc("rights", info.rights)
    for subject in info.subjects:
        dc("subject", subject)
    if _page_list(book):
        word = words(info.language)
        source = f"urn:isbn:{isbn}" if (isbn := book.info.isbn.print_) else word["print-edition"]
        dc("source", source, id="print-edition")
        meta("source-of", "pagination", refines="#print-edition")
        meta("pageBreakSource", source)
    found = accessibility_of(book)
    for mode in found.modes:
        meta("schema:accessMode", mode)
    for modes in found.sufficient:
        meta("schema:accessModeSufficient", ",".join(modes))
    for feature in found.features:
        meta("schema:accessibilityFeature", feature)
    for hazard in found.hazards:
        meta("schema:accessibilityHazard", hazard)
    meta("schema:accessibilitySummary", found.summary)
    if certificate := claims.certificate:
        meta("dcterms:conformsTo", EPUB_ACCESSIBILITY, id="conformance")
        meta("a11y:certifiedBy", certificate.by, refines="#conformance", id="certifier")
        meta("dcterms:date", certificate.date.isoformat(), refines="#certifier")
    if has_cover:  # EPUB 2's way to name the cover: Kobo's is one of those that read it
        made.add_metadata(None, "meta", "", {"name": "cover", "content": COVER})
    made.add_metadata(None, "meta", "", {"name": "generator", "content": f"ketapub {__version__}"})


def _ncx_entry(line: d.Contents, book: d.Book, epub: Any) -> Any:
    title = d.plain_text(line.title)
    name = f"{line.number}. {title}" if line.number else title
    address = f"{book.chapter_of[line.id]}.xhtml#{line.id}"
    if not line.children:
        return epub.Link(address, name, f"ncx-{line.id}")
    return epub.Section(name, address), [_ncx_entry(child, book, epub) for child in line.children]


def _with_pages(ncx: bytes, pages: list[tuple[str, d.PageMark]], title: str) -> bytes:
    """The list of pages of an NCX (OPF 2.0.1, 2.4.1), which ebooklib does not write."""
    from lxml import etree

    root = etree.fromstring(ncx)
    made = etree.SubElement(root, f"{{{NCX}}}pageList")

    def label(parent: Any, text: str) -> None:
        name = etree.SubElement(etree.SubElement(parent, f"{{{NCX}}}navLabel"), f"{{{NCX}}}text")
        name.text = text

    label(made, title)
    for file, mark in pages:
        target = etree.SubElement(made, f"{{{NCX}}}pageTarget", {"id": f"ncx-{mark.id}"})
        target.set("type", "normal" if mark.label.isdecimal() else "front")
        if mark.label.isdecimal():
            target.set("value", mark.label)
        label(target, mark.label)
        etree.SubElement(target, f"{{{NCX}}}content", {"src": f"{file}#{mark.id}"})
    counts = {"dtb:totalPageCount": len(pages), "dtb:maxPageNumber": max(_number(mark) for _, mark in pages)}
    for meta in root.iter(f"{{{NCX}}}meta"):
        if (number := counts.get(meta.get("name") or "")) is not None:
            meta.set("content", str(number))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))


def _number(mark: d.PageMark) -> int:
    return int(mark.label) if mark.label.isdecimal() else 0


def _mend_package(data: bytes, language: str) -> bytes:
    from lxml import etree

    package = etree.fromstring(data)
    package.set(XML_LANG, language)
    package.attrib.pop("prefix", None)  # names a prefix that nothing here uses
    return bytes(etree.tostring(package, xml_declaration=True, encoding="utf-8", pretty_print=True))


# --- its archive ---------------------------------------------------------------------------------------


def _moment(book: d.Book) -> datetime.datetime:
    """The book's date: no clock gets into the file. A ZIP cannot say a year before 1980."""
    date = book.info.book.date or datetime.date(1980, 1, 1)
    return datetime.datetime(max(1980, date.year), date.month, date.day, 12)


def _archive(files: dict[str, bytes], book: d.Book) -> bytes:
    """EPUB OCF 3.3, 4.2: `mimetype` first and stored; the rest in a fixed order with a fixed date."""
    first = ["mimetype", "META-INF/container.xml", "EPUB/content.opf"]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in first + sorted(set(files) - set(first)):
            entry = zipfile.ZipInfo(name, _moment(book).timetuple()[:6])
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            is_small = name == "mimetype" or name.endswith(PACKED)
            entry.compress_type = zipfile.ZIP_STORED if is_small else zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return buffer.getvalue()
