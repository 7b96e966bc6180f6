"""Faults in the EPUB: in its container, its package, its pages and its style sheet."""

from __future__ import annotations

from mutants import Line, Mutant
from mutants.changes import MIMETYPE, Entries, Repack, Rewrite, fault

PACKAGE, NAV, STYLE = "EPUB/content.opf", "EPUB/nav.xhtml", "EPUB/style.css"
WORDS, THINGS, FACTS = "EPUB/words.xhtml", "EPUB/things.xhtml", "EPUB/facts.xhtml"
FONT = "EPUB/fonts/Literata_400Regular.ttf"
LONG = "Donaudampfschifffahrtsgesellschaft" * 3  # wider than a narrow page


def in_words(words: str) -> Line:
    return Line("chapters/01-words.md", words)


def in_things(words: str) -> Line:
    return Line("chapters/02-things.md", words)


def last_is_the_mimetype(entries: Entries) -> Entries:
    return {name: data for name, data in entries.items() if name != MIMETYPE} | {MIMETYPE: entries[MIMETYPE]}


def without_the_dot(entries: Entries) -> Entries:
    return {name: data for name, data in entries.items() if name != "EPUB/images/dot.png"}


def with_half_a_font(entries: Entries) -> Entries:
    return entries | {FONT: entries[FONT][: len(entries[FONT]) // 2]}


def with_an_empty_sheet(entries: Entries) -> Entries:
    return entries | {STYLE: b""}


def lost(kind: str) -> Rewrite:
    """A line of the metadata on accessibility is gone, or all of its kind."""
    return Rewrite(rf'(?:\s*<meta property="schema:{kind}">[^<]*</meta>)+', "", PACKAGE)


def mutant(name: str, check: str, rule: str, change: Rewrite | Repack, where: Line | str) -> Mutant:
    return fault(name, "epub", check, rule, change, where)


MUTANTS: tuple[Mutant, ...] = (
    mutant("the mimetype is compressed", "epubcheck", "mimetype", Repack(dict, stored=()), "stock.epub"),
    mutant("the mimetype does not come first", "epubcheck", "PKG-006", Repack(last_is_the_mimetype), "stock.epub"),
    mutant("a file of the manifest is missing", "epubcheck", "RSC-001", Repack(without_the_dot), "EPUB/images/dot.png"),
    mutant(
        "the manifest does not list a picture",
        "epubcheck",
        "RSC-008",
        Rewrite(r'<item href="images/dot.png"[^>]*>', "", PACKAGE),
        in_things("A small picture"),
    ),
    mutant(
        "the manifest lists a file twice",
        "epubcheck",
        "OPF-074",
        Rewrite(r'(<item href="terms.xhtml" id=")([^>]*>)', r"\1\2\1again-\2", PACKAGE),
        "the package file content.opf",
    ),
    mutant(
        "a page is not in the spine",
        "epubcheck",
        "RSC-011",
        Rewrite('<itemref idref="page-references"/>', "", PACKAGE),
        "EPUB/words.xhtml, line",
    ),
    mutant(
        "an id stands twice",
        "epubcheck",
        "RSC-005",
        Rewrite('id="words-tip"', 'id="words-warning"', WORDS),
        in_words(":::{tip} The third spelling"),
    ),
    mutant(
        "a link leads to no place of its page",
        "epubcheck",
        "RSC-012",
        Rewrite('href="things.xhtml#sec-things">another', 'href="things.xhtml#sec-thongs">another', WORDS),
        in_words("here, and link [out]"),
    ),
    mutant(
        "a link leads to no page",
        "links",
        "no-such-file",
        Rewrite('href="things.xhtml#wrn-end"', 'href="thongs.xhtml#wrn-end"', WORDS),
        Line("chapters/more.md", "It was written"),
    ),
    mutant(
        "the page list leads nowhere",
        "links",
        "no-such-place",
        Rewrite("#page-iii", "#page-ix", NAV),
        "EPUB/nav.xhtml, /html[1]/body[1]/nav[4]",
    ),
    mutant(
        "a style sheet names a font that is not there",
        "links",
        "no-such-file",
        Rewrite(r"fonts/Literata_400Regular\.ttf", "fonts/Literata.ttf", STYLE),
        "style sheet epub.css",
    ),
    mutant(
        "the contents are none",
        "epubcheck",
        "RSC-005",
        Rewrite('epub:type="toc" role', "role", NAV),
        "EPUB/nav.xhtml, line",
    ),
    mutant(
        "the NCX is that of another book",
        "epubcheck",
        "NCX-001",
        Rewrite('content="urn:uuid:7b4f', 'content="urn:uuid:7b4e', "EPUB/toc.ncx"),
        "the package file toc.ncx",
    ),
    mutant(
        "the book has no identifier",
        "epubcheck",
        "RSC-005",
        Rewrite("<dc:identifier.*?</dc:identifier>", "", PACKAGE),
        "the package file content.opf",
    ),
    mutant(
        "nobody says when it was changed",
        "epubcheck",
        "RSC-005",
        Rewrite('<meta property="dcterms:modified">.*?</meta>', "", PACKAGE),
        "the package file content.opf",
    ),
    mutant(
        "the title of a page is empty",
        "epubcheck",
        "RSC-005",
        Rewrite("<title>.*?</title>", "<title/>", FACTS),
        "template epub-page.xhtml",
    ),
    mutant(
        "a script runs that the package does not tell of",
        "epubcheck",
        "OPF-014",
        Rewrite("</section>(?=\\s*</body>)", "<script>document.title</script></section>", FACTS),
        "EPUB/facts.xhtml",
    ),
    mutant(
        "a page is not well-formed",
        "epubcheck",
        "RSC-016",
        Rewrite("<p>A tip, with", "<p><em>A tip, with", WORDS),
        in_words("A tip, with a"),
    ),
    mutant("no access mode", "ace", "metadata-accessmode", lost("accessMode"), "the package file content.opf"),
    mutant(
        "no feature",
        "ace",
        "metadata-accessibilityfeature",
        lost("accessibilityFeature"),
        "the package file content.opf",
    ),
    mutant(
        "no hazard", "ace", "metadata-accessibilityhazard", lost("accessibilityHazard"), "the package file content.opf"
    ),
    mutant(
        "no summary",
        "ace",
        "metadata-accessibilitysummary",
        lost("accessibilitySummary"),
        "the package file content.opf",
    ),
    mutant(
        "a note is none to screen readers",
        "ace",
        "epub-type-has-matching-role",
        Rewrite(' role="doc-footnote"', "", THINGS),
        in_things("[^c]: Counted twice."),
    ),
    mutant(
        "a picture has no alternative text",
        "axe",
        "image-alt",
        Rewrite(' alt="of a dot"', "", THINGS),
        in_things("A small picture"),
    ),
    mutant(
        "a page has no language",
        "axe",
        "html-has-lang",
        Rewrite(' lang="en-GB" xml:lang="en-GB"', "", FACTS),
        "template epub-page.xhtml",
    ),
    mutant(
        "a level of headings is left out",
        "axe",
        "heading-order",
        Rewrite('<h2 id="included"(.*?)</h2>', r'<h5 id="included"\1</h5>', WORDS),
        Line("chapters/more.md", "## An included part"),
    ),
    mutant(
        "a link has no words",
        "axe",
        "link-name",
        Rewrite("“An included part”</a>", "</a>", WORDS),
        Line("chapters/more.md", "It was written"),
    ),
    mutant(
        "words are too pale",
        "axe",
        "color-contrast",
        Rewrite(r"\.checkbox \{", ".checkbox { color: #8a8a8a; background: #777777;", STYLE),
        "style sheet epub.css",
    ),
    mutant(
        "a cell is wider than a narrow page",
        "reflow",
        "sideways-scrolling",
        Rewrite("in a (?=<span[^>]*>cell)", f"in a {LONG} ", THINGS),
        in_things("| one  | in a"),
    ),
    mutant("a font is cut off", "loading", "font", Repack(with_half_a_font), "EPUB/words.xhtml"),
    mutant("a style sheet says nothing", "loading", "style", Repack(with_an_empty_sheet), "EPUB/words.xhtml"),
    mutant(
        "a picture comes from elsewhere",
        "loading",
        "picture",
        Rewrite('src="images/dot.png"(?=[^>]*of a dot)', 'src="https://elsewhere.invalid/dot.png"', THINGS),
        in_things("A small picture"),
    ),
)
