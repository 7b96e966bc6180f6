"""Faults in what an output says: it is sound, and says something else than the manuscript.

Those of one table fit into one copy of the output, one after the other: `tests/test_equality.py` puts them there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import pikepdf

from mutants import Line, Mutant
from mutants.changes import Change, Rewrite, fault
from mutants.pdf import in_pdf

PREFACE, WORDS, THINGS = "chapters/00-preface.md", "chapters/01-words.md", "chapters/02-things.md"
FACTS, MORE = "chapters/03-facts.md", "chapters/more.md"
TERMS, GLOSSARY, SETTINGS = "chapters/90-terms.md", "chapters/91-glossary.md", "book.toml"

Row = tuple[str, Change, str, Line | str]  # what is wrong, how it is done, the rule that is broken, and where


def mutants(output: str, rows: Iterable[Row]) -> tuple[Mutant, ...]:
    return tuple(fault(name, output, "equality", rule, change, where) for name, change, rule, where in rows)


# --- screens ---------------------------------------------------------------------------------------------------------

IN_HTML = mutants(
    "html",
    (
        (
            "a paragraph is missing",
            Rewrite("<p>A quotation mark can.*?</p>", ""),
            "missing",
            Line(WORDS, "A quotation mark can"),
        ),
        (
            "a paragraph too many",
            Rewrite("(<p>It was written)", r"<p>Whoever reads this.</p>\1"),
            "extra",
            Line(MORE, "An included part"),
        ),
        (
            "a number is another one",
            Rewrite("about 47 in 100 said", "about 74 in 100 said"),
            "changed",
            Line(FACTS, "In a study"),
        ),
        (
            "a callout lost its label",
            Rewrite('<span class="callout-kind">Tip:</span> ', ""),
            "changed",
            Line(WORDS, ":::{tip} The third spelling"),
        ),
        (
            "two notes are swapped",
            Rewrite(
                r"(1</a> )(The note has two paragraphs.*?)</p>(.*?2</a> )(An <em>inline</em> note.*?)</p>",
                r"\1\4</p>\3\2</p>",
            ),
            "changed",
            Line(WORDS, "[^a]: The note has two"),
        ),
        (
            "a citation leads to another work",
            Rewrite("found it, as\ndid(.*?)#ref-dpp2002", r"found it, as\ndid\1#ref-rose2002"),
            "link",
            Line(WORDS, "One work [@halpern2002]"),
        ),
        (
            "an address is another one",
            Rewrite(r"example\.org/a\?b=1", "example.org/a?b=2"),
            "link",
            Line(WORDS, "A sentence can hold `code`"),
        ),
        (
            "a language is lost",
            Rewrite('<div lang="fr" class="inner">|<div class="inner" lang="fr">', '<div class="inner">'),
            "language",
            Line(THINGS, "À l’intérieur"),
        ),
        (
            "an alternative text is another one",
            Rewrite("Two bars; the second is twice as high.", "Two bars; the first is twice as high."),
            "changed",
            Line(THINGS, "{#fig-chart alt="),
        ),
        (
            "a heading is of another level",
            Rewrite(r"<h4 (id=.words-deeper-down.*?)</h4>", r"<h3 \1</h3>"),
            "kind",
            Line(WORDS, "### Deeper down"),
        ),
        ("a list is numbered from elsewhere", Rewrite('<ol start="5">', "<ol>"), "changed", Line(THINGS, "5. five")),
        (
            "a header heads its column, not its row",
            Rewrite('<th scope="row">Two', '<th scope="col">Two'),
            "kind",
            Line(THINGS, "| Two   | 2 |"),
        ),
        (
            "cells are swapped",
            Rewrite(r"(<t[dh][^>]*>)Mark(</t[dh]>\s*<t[dh][^>]*>)Where", r"\1Where\2Mark"),
            "order",
            Line(THINGS, "| Mark | Where |"),
        ),
        (
            "paragraphs are swapped",
            Rewrite(r"(<p>Its meaning.</p>\s*)(<p>With a second paragraph.</p>\s*)", r"\2\1"),
            "order",
            Line(THINGS, "    With a second paragraph"),
        ),
        (
            "an abbreviation stands for something else",
            Rewrite("World Health Organization", "World Wide Web"),
            "changed",
            Line(WORDS, "A sentence can hold `code`"),
        ),
        (
            "an id leads elsewhere",
            Rewrite(r'<aside id="wrn-end"', '<aside id="wrn-other"'),
            "anchor",
            Line(THINGS, "#wrn-end"),
        ),
        (
            "the contents lost a line",
            Rewrite(r'<li><a href="#included">.*?</li>', ""),
            "missing",
            Line(MORE, "An included part"),
        ),
        (
            "a number to call is another one",
            Rewrite('(<section class="crisis".*?)tel:112', r"\1tel:113"),
            "link",
            Line(SETTINGS, "[crisis]"),
        ),
        ("the imprint is another one", Rewrite("CC0 1.0</p>", "CC1 1.0</p>"), "changed", Line(SETTINGS, "[book]")),
    ),
)
IN_EPUB = mutants(
    "epub",
    (
        (
            "a number is another one",
            Rewrite("2,665 people", "2,565 people", "EPUB/facts.xhtml"),
            "changed",
            Line(FACTS, "{{< fact halpern2002-answer people >}}"),
        ),
        (
            "a link leads nowhere",
            Rewrite(r'things\.xhtml#sec-things">another', 'thongs.xhtml#sec-things">another', "EPUB/words.xhtml"),
            "link",
            Line(WORDS, "A sentence can hold"),
        ),
        (
            "a line of the contents leads to another chapter",
            Rewrite(r"terms\.xhtml#terms-terms", "words.xhtml#sec-words", "EPUB/nav.xhtml"),
            "link",
            Line(TERMS, "# Terms"),
        ),
        (
            "an alternative text is another one",
            Rewrite('alt="of a dot"', 'alt="of a cat"', "EPUB/things.xhtml"),
            "changed",
            Line(THINGS, "A small picture"),
        ),
        (
            "a line of help is lost",
            Rewrite("<p>At night: ask at the gate.</p>", "", "EPUB/preface.xhtml"),
            "missing",
            Line(PREFACE, "{.callout-alarm #alm-help}"),
        ),
        (
            "a note is lost",
            Rewrite(r'<section class="notes".*?Counted twice\.</p></div>\s*</section>', "", "EPUB/things.xhtml"),
            "missing",
            Line(THINGS, "[^c]: Counted twice."),
        ),
        (
            "works stand in another order",
            Rewrite(
                r'(<li id="ref-rose2002">.*?</li>\s*)(<li id="ref-dpp2002">.*?</li>)', r"\2\1", "EPUB/references.xhtml"
            ),
            "order",
            "references.xhtml, /html[1]",
        ),
    ),
)
IN_SITE = mutants(
    "site",
    (
        (
            "a line of the contents leads to another chapter",
            Rewrite('"facts.html#sec-facts"', '"words.html#sec-words"', "index.html"),
            "link",
            Line(FACTS, "# What was counted"),
        ),
        (
            "words are in another order",
            Rewrite("Being as good as well", "Being as well as good", "glossary.html"),
            "changed",
            Line(GLOSSARY, "Being as good as well"),
        ),
        (
            "a row of a table is lost",
            Rewrite(r'<tr><th scope="row">Two</th>.*?</tr>', "", "things.html"),
            "missing",
            Line(THINGS, "| Two   | 2 |"),
        ),
        (
            "a caption stands before its picture",
            Rewrite(
                r'(<figure id="fig-answers">)(<svg.*?</svg>)(<figcaption>.*?</figcaption>)', r"\1\3\2", "facts.html"
            ),
            "order",
            Line(FACTS, "![Answers, drawn"),
        ),
        (
            "a page does not say whom to call",
            Rewrite('<section class="crisis".*?</section>', "", "words.html"),
            "missing",
            Line(SETTINGS, "[crisis]"),
        ),
        (
            "an entry of the index is lost",
            Rewrite(r"<li>caption, <a.*?</li>", "", "book-index.html"),
            "missing",
            Line(THINGS, ": A table with a [caption]"),
        ),
    ),
)
# Of whole chapters.
NOT_THERE = fault(
    "a chapter is missing",
    "epub",
    "equality",
    "missing",
    Rewrite('<itemref idref="page-terms"/>', "", "EPUB/content.opf"),
    Line(TERMS, "# Terms"),
)
NOT_LED_TO = fault(
    "no link leads to a chapter from the one before",
    "site",
    "equality",
    "order",
    Rewrite('href="words.html" rel="next"', 'href="things.html" rel="next"', "preface.html"),
    Line(WORDS, "# Words in a row"),
)

# --- paper -----------------------------------------------------------------------------------------------------------

Tagged = Callable[[pikepdf.Pdf, pikepdf.Object], None]


def tag(path: str, change: Tagged) -> Change:
    """Do something to the structure element on a path below that of the document."""
    return in_pdf(lambda pdf: change(pdf, element_of(pdf, path)))


def element_of(pdf: pikepdf.Pdf, path: str) -> pikepdf.Object:
    found = pdf.Root.StructTreeRoot.K
    found = found[0] if isinstance(found, pikepdf.Array) else found
    for role, number in re.findall(r"(\w+)\[(\d+)\]", path):
        found = [kid for kid in kids(found) if f"/{role}" == kid.S][int(number) - 1]
    return found


def kids(element: pikepdf.Object) -> list[pikepdf.Object]:
    listed = element.K if isinstance(element.K, pikepdf.Array) else [element.K]
    return [kid for kid in listed if isinstance(kid, pikepdf.Object) and "/S" in kid]


def left_out(pdf: pikepdf.Pdf, element: pikepdf.Object) -> None:
    siblings = element.P.K
    del siblings[next(at for at, kid in enumerate(siblings) if kid == element)]


def without(key: str) -> Tagged:
    return lambda pdf, element: element.__delitem__(key)


def set_to(key: str, value: object) -> Tagged:
    return lambda pdf, element: element.__setitem__(key, value)


def turned_round(pdf: pikepdf.Pdf, element: pikepdf.Object) -> None:
    element.K = pikepdf.Array(list(reversed(list(element.K))))


def leading_to(target: str) -> Tagged:
    def change(pdf: pikepdf.Pdf, element: pikepdf.Object) -> None:
        (link,) = (kid.Obj for kid in element.K if isinstance(kid, pikepdf.Object) and "/Obj" in kid)
        link.Dest = pikepdf.String(target)

    return change


def note_elsewhere(pdf: pikepdf.Pdf, element: pikepdf.Object) -> None:
    """The note stands behind the call of the next one."""
    notes = [at for at, kid in enumerate(element.K) if isinstance(kid, pikepdf.Object) and kid.get("/S") == "/Note"]
    one, other = element.K[notes[0]], element.K[notes[1]]
    element.K[notes[0]], element.K[notes[1]] = other, one


def turned_digits(pdf: pikepdf.Pdf, element: pikepdf.Object) -> None:
    """The first two signs of an element are drawn in each other's place: 46 becomes 64."""
    first = element.K[0] if isinstance(element.K, pikepdf.Array) else element.K
    number = int(first if isinstance(first, int) else first.MCID)
    page = element.Pg if isinstance(first, int) else first.Pg
    drawn = rb"(/MCID %d\b.*?\[)(<\w+>)([^<]*)(<\w+>)" % number
    content, count = re.subn(drawn, rb"\1\4\3\2", page.Contents.read_bytes(), count=1, flags=re.DOTALL)
    assert count == 1
    page.Contents = pdf.make_stream(content)


def without_stamp(pdf: pikepdf.Pdf) -> None:
    page = pdf.pages[8]
    content = re.sub(rb"(?s)/Artifact\s+<</Type /Pagination.*?EMC", b"", page.Contents.read_bytes())
    page.Contents = pdf.make_stream(content)


def leading_elsewhere(pdf: pikepdf.Pdf) -> None:
    pikepdf.NameTree(pdf.Root.Names.Dests)["wrn-end"][0] = pdf.pages[0].obj


def other_bookmark(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Outlines.First.Title = pikepdf.String("Foreword")


IN_PDF = mutants(
    "pdf",
    (
        (
            "a paragraph is not tagged",
            tag("Sect[7]/Aside[2]/P[2]", left_out),
            "missing",
            Line(WORDS, "A quotation mark can"),
        ),
        (
            "a language is lost",
            tag("Sect[7]/P[1]/Span[1]", without("/Lang")),
            "language",
            Line(WORDS, "A sentence can hold"),
        ),
        (
            "an abbreviation is lost",
            tag("Sect[7]/P[1]/Span[2]", without("/E")),
            "changed",
            Line(WORDS, "A sentence can hold"),
        ),
        (
            "a citation leads to another work",
            tag("Sect[7]/P[2]/Reference[4]/Link[1]", leading_to("ref-dpp2002")),
            "link",
            Line(WORDS, "One work [@halp"),
        ),
        ("two notes are swapped", tag("Sect[7]/P[1]", note_elsewhere), "link", Line(WORDS, "A sentence can hold")),
        (
            "a heading is of another level",
            tag("Sect[7]/H2[2]", set_to("/S", pikepdf.Name.H3)),
            "kind",
            Line(MORE, "An included part"),
        ),
        (
            "a list is read backwards",
            tag("Sect[7]/BlockQuote[1]/L[1]", turned_round),
            "order",
            Line(WORDS, "> 1. first"),
        ),
        (
            "an alternative text is another one",
            tag("Sect[8]/Div[1]/Figure[1]", set_to("/Alt", pikepdf.String("Two bars."))),
            "changed",
            Line(THINGS, "{#fig-chart alt="),
        ),
        (
            "a header heads nothing",
            tag("Sect[8]/Table[1]/TBody[1]/TR[2]/TH[1]", without("/A")),
            "kind",
            Line(THINGS, "| Two   | 2 |"),
        ),
        (
            "a line of the contents is not tagged",
            tag("Sect[3]/TOC[1]/TOCI[4]", left_out),
            "missing",
            Line(FACTS, "# What was counted"),
        ),
        ("an id is on another page", in_pdf(leading_elsewhere), "anchor", Line(THINGS, "#wrn-end")),
        ("a bookmark is another one", in_pdf(other_bookmark), "changed", Line(PREFACE, "title: Preface")),
        ("a page is no draft", in_pdf(without_stamp), "stamp", Line(SETTINGS, "[review]")),
    ),
)
IN_LARGE_PRINT = mutants(
    "large-print",
    (
        (
            "a number is another one",
            tag("Sect[9]/Table[1]/TBody[1]/TR[1]/TH[1]", turned_digits),
            "changed",
            Line(FACTS, "| {{< fact halpern2002-answer cell"),
        ),
        (
            "a row of a table is lost",
            tag("Sect[8]/Table[1]/TBody[1]/TR[2]", left_out),
            "missing",
            Line(THINGS, "| Two   | 2 |"),
        ),
        (
            "a note is lost",
            tag("Sect[8]/Table[1]/THead[1]/TR[1]/TH[2]/Note[1]", left_out),
            "missing",
            Line(THINGS, "[^c]: Counted twice."),
        ),
    ),
)

# --- sheets ----------------------------------------------------------------------------------------------------------


def misprinted(page: pikepdf.Object) -> None:
    """A sign too many stands at the end of the first line of a page, or of a form."""
    stream = page.get("/Contents", page)
    content, count = re.subn(rb"\] TJ", b"<0021>] TJ", stream.read_bytes(), count=1)
    assert count == 1
    stream.write(content)


def moved(page: pikepdf.Object) -> None:
    """The first line of a page stands lower."""
    content = page.Contents.read_bytes()
    content, count = re.subn(rb"(1 0 0 -1 \S+) (\S+) Tm", rb"\1 9\2 Tm", content, count=1)
    assert count == 1
    page.Contents.write(content)


def misprinted_in_booklet(pdf: pikepdf.Pdf) -> None:
    misprinted(next(page.Resources.XObject["/P9"] for page in pdf.pages if "/P9" in page.Resources.XObject))


def swapped_in_booklet(pdf: pikepdf.Pdf) -> None:
    drawn = pdf.pages[1].Resources.XObject
    one, other = sorted(drawn.keys())
    drawn[one], drawn[other] = drawn[other], drawn[one]


(PAGES_SWAPPED, MISPRINT) = mutants(
    "booklet",
    (
        ("pages are in each other's place", in_pdf(swapped_in_booklet), "order", "stock-booklet.pdf"),
        ("a word is another one", in_pdf(misprinted_in_booklet), "changed", Line(WORDS, "# Words in a row")),
    ),
)
ON_SHEETS = (
    PAGES_SWAPPED,
    MISPRINT,
    *mutants(
        "press",
        (
            (
                "a word is another one",
                in_pdf(lambda pdf: misprinted(pdf.pages[8].obj)),
                "changed",
                Line(WORDS, "# Words in a row"),
            ),
            (
                "a line stands elsewhere",
                in_pdf(lambda pdf: moved(pdf.pages[8].obj)),
                "moved",
                Line(WORDS, "# Words in a row"),
            ),
            ("a page is missing", in_pdf(lambda pdf: pdf.pages.remove(p=len(pdf.pages))), "pages", "stock-press.pdf"),
        ),
    ),
)
MUTANTS: tuple[Mutant, ...] = (
    *IN_HTML,
    *IN_EPUB,
    *IN_SITE,
    NOT_THERE,
    NOT_LED_TO,
    *IN_PDF,
    *IN_LARGE_PRINT,
    *ON_SHEETS,
)
