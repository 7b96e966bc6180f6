"""Faults in the handouts of a clinic: in its PDFs, in its pages, and in what the site says of versions.

They are put into what is made of the stock book with tests/books/handouts laid over it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from ketapub.check.pdf_tree import tag_tree
from mutants import Line, Mutant
from mutants.changes import Rewrite
from mutants.pdf import element, elements, in_pdf, rewrite

GENERAL = "handouts/general"
SHEET, PAGE, ALL = "h1-next-letter.pdf", "h1-next.html", "all-letter.pdf"
FIRST, SECOND = "handouts/h1-next.md", "handouts/h2-after.md"
TITLE, OTHER_TITLE = Line(FIRST, "What comes next?"), Line(SECOND, "What comes after?")
NOW, THEN = Line(FIRST, "Call now"), Line(FIRST, "Call today")
SIGN = Line(FIRST, "Call if you cannot stand up.")
RIDE, PHONE = Line(FIRST, "I have asked"), Line(FIRST, "I can call")
PICTURE, TABLE, FIRST_DAY = Line(FIRST, "A small dot"), Line(FIRST, "| Day |"), Line(FIRST, "| First |")
QUESTION = Line(FIRST, "What would make us stop?")
REVIEW, CRISIS, TICK = Line("book.toml", "[review]"), Line("book.toml", "[crisis]"), Line("book.toml", "ticks = [")

Change = Callable[[Path], None]
_table: list[Mutant] = []


def fault(name: str, check: str, rule: str, change: Change, where: Line | str, output: str = GENERAL) -> None:
    line, place = (where, "") if isinstance(where, Line) else (None, where)
    _table.append(Mutant(name, output, check, rule, change, line, place=place, book="handouts"))


def in_sheet(change: Callable[[pikepdf.Pdf], None], name: str = SHEET) -> Change:
    """A change of one of the PDFs."""
    return lambda folder: in_pdf(change)(folder / name)


def untagged(role: str, words: str) -> Callable[[pikepdf.Pdf], None]:
    """An element taken out of the tree."""

    def change(pdf: pikepdf.Pdf) -> None:
        one = element(pdf, role, words)
        one.P.K = Array([kid for kid in one.P.K if not _is(kid, one)])

    return change


def _is(one: Any, other: Any) -> bool:
    return isinstance(one, Dictionary) and one.objgen == other.objgen


# --- what sheets of paper say


def swap_callouts(pdf: pikepdf.Pdf) -> None:
    one, other = elements(pdf, "Aside", "Get help: ")
    kids = one.P.K
    places = [index for index, kid in enumerate(kids) if _is(kid, one) or _is(kid, other)]
    kids[places[0]], kids[places[1]] = other, one


def without_margins(pdf: pikepdf.Pdf) -> None:
    """Page 2 without what stands in its margins: words that are no part of the text."""

    def change(operations: list[Any]) -> list[Any]:
        depth, left = 0, []
        for operands, operator in operations:
            if str(operator) in ("BDC", "BMC"):
                depth += bool(depth) or operands[0] == Name.Artifact
            if not (depth and str(operator) in ("TJ", "Tj")):
                left.append((operands, operator))
            if str(operator) == "EMC" and depth:
                depth -= 1
        return left

    rewrite(pdf, pdf.pages[1], change)


def rename_line(pdf: pikepdf.Pdf) -> None:
    element(pdf, "Figure", "Note of the first day").Alt = pikepdf.String("space to write")


def swap_sheets(pdf: pikepdf.Pdf) -> None:
    """The pages stay; their names are exchanged."""
    pdf.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(S=Name.D, P="H2-"), 1, Dictionary(S=Name.D, P="H1-")]))


fault("emergency sign lost on paper", "equality", "missing", in_sheet(untagged("P", "cannot stand up")), SIGN)
fault(
    "emergency sign lost in the file of all",
    "equality",
    "missing",
    in_sheet(untagged("P", "cannot stand up"), ALL),
    SIGN,
)
fault("callouts in another order", "equality", "order", in_sheet(swap_callouts), THEN)
fault("stamp lost from the text", "equality", "missing", in_sheet(untagged("P", "Draft for tests")), REVIEW)
fault("crisis help lost from the text", "equality", "missing", in_sheet(untagged("P", "Call 112")), CRISIS)
fault("page without its stamp", "equality", "stamp", in_sheet(without_margins), REVIEW)
fault("page without its version", "equality", "version", in_sheet(without_margins), TITLE)
fault("page without crisis help", "equality", "help", in_sheet(without_margins), CRISIS)
fault("line to write on that does not say what for", "equality", "changed", in_sheet(rename_line), FIRST_DAY)
fault("line of sources and copying lost", "equality", "missing", in_sheet(untagged("P", "You may copy")), TITLE)
fault("sheets called by each other's names", "equality", "order", in_sheet(swap_sheets, ALL), "all-letter.pdf")
fault(
    "another handout in the file",
    "equality",
    "changed",
    lambda folder: shutil.copy(folder / "h2-after-letter.pdf", folder / SHEET),
    TITLE,
)
fault("file lost", "equality", "missing", lambda folder: (folder / "h2-after-a4.pdf").unlink(), OTHER_TITLE)
fault(
    "file of no handout",
    "equality",
    "extra",
    lambda folder: shutil.copy(folder / SHEET, folder / "h3-old.pdf"),
    "h3-old.pdf",
)


# --- how they print


def colour_words(pdf: pikepdf.Pdf) -> None:
    def change(operations: list[Any]) -> list[Any]:
        is_black = [str(operator) == "rg" and not any(map(float, operands)) for operands, operator in operations]
        text = next(n for n, (_, operator) in enumerate(operations) if str(operator) == "Tj" or str(operator) == "TJ")
        last = max(n for n in range(text) if is_black[n])
        return [([1, 0, 0] if n == last else one[0], one[1]) for n, one in enumerate(operations)]

    rewrite(pdf, pdf.pages[0], change)


def colour_picture(pdf: pikepdf.Pdf) -> None:
    for image in pdf.pages[0].obj.Resources.XObject.values():
        if image.get("/Subtype") == "/Image":
            image.write(bytes((200, 30, 30)) * (int(image.Width) * int(image.Height)))
            image.ColorSpace, image.BitsPerComponent = Name.DeviceRGB, 8
            if "/DecodeParms" in image:
                del image["/DecodeParms"]


def thin_lines(pdf: pikepdf.Pdf) -> None:
    def change(operations: list[Any]) -> list[Any]:
        return [([0.2] if str(operator) == "w" else operands, operator) for operands, operator in operations]

    rewrite(pdf, pdf.pages[0], change)


def without_wish(key: str) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        del pdf.Root.ViewerPreferences[key]

    return change


def page_more(pdf: pikepdf.Pdf) -> None:
    pdf.pages.append(pdf.pages[-1])


def page_less(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[1]
    pdf.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(S=Name.D, P="H1-"), 1, Dictionary(S=Name.D, P="H2-")]))


def on_a4(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].mediabox = Array([0, 0, 595.28, 841.89])


def going_on(*ends: tuple[str, str]) -> Callable[[pikepdf.Pdf], None]:
    """Elements, by their roles and words, on the next page."""

    def change(pdf: pikepdf.Pdf) -> None:
        for role, words in ends:
            for one in tag_tree(pdf).walk():
                if one.role == role and words in one.text():
                    for inner in one.walk():
                        pdf.get_object(inner.number).Pg = pdf.pages[1].obj

    return change


def first_page_last(pdf: pikepdf.Pdf) -> None:
    first = pdf.pages[0]
    del pdf.pages[0]
    pdf.pages.append(first)


def notes_alone(pdf: pikepdf.Pdf) -> None:
    """What stands around the room for notes, taken out of the tree."""
    for role, words in (("Aside", "The end is near"), ("Sect", "Whom will you call?"), ("Div", "General information.")):
        one = list(elements(pdf, role, words))[-1]
        one.P.K = Array([kid for kid in one.P.K if not _is(kid, one)])


fault("words in red", "office-print", "colour", in_sheet(colour_words), "page 1, style sheet handout.css")
fault("picture in colours", "office-print", "colour", in_sheet(colour_picture), PICTURE)
fault("lines that a copier loses", "office-print", "line", in_sheet(thin_lines), "page 1, style sheet handout.css")
fault("shrunk to fit", "office-print", "printing", in_sheet(without_wish("/PrintScaling")), SHEET)
fault("printed on one side", "office-print", "printing", in_sheet(without_wish("/Duplex")), SHEET)
fault("a page too many", "office-print", "pages", in_sheet(page_more), TITLE)
fault("sheet on the back of another one", "office-print", "sides", in_sheet(page_less, ALL), OTHER_TITLE)
fault("page of another size", "office-print", "paper", in_sheet(on_a4), "page 1, style sheet handout.css")
fault("table broken across pages", "office-print", "broken", in_sheet(going_on(("TH", "Second"))), TABLE)
fault("callout broken across pages", "office-print", "broken", in_sheet(going_on(("P", "cannot stand up"))), NOW)
fault("page of nothing but notes", "office-print", "notes", in_sheet(notes_alone), "page 2, style sheet handout.css")
fault("pages in another order", "office-print", "emergency", in_sheet(first_page_last), NOW)


# --- to other readers


def speechless(pdf: pikepdf.Pdf) -> None:
    del element(pdf, "Figure", "A small dot")["/Alt"]


def cell_for_header(pdf: pikepdf.Pdf) -> None:
    for one in elements(pdf, "TH"):
        one.S = Name.TD
        del one["/A"]


def cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


fault("picture without words", "verapdf", "ua1 7.3-1", in_sheet(speechless), PICTURE)
fault("picture that nobody hears of", "pdf-tags", "pictures", in_sheet(speechless), PICTURE)
fault("table without headers", "pdf-tags", "tables", in_sheet(cell_for_header), TABLE)
fault("half a file, for qpdf", "qpdf", "qpdf", lambda folder: cut(folder / SHEET), SHEET)
fault("half a file, for Poppler", "poppler", "pdf", lambda folder: cut(folder / SHEET), SHEET)
fault("half a file, for MuPDF", "mupdf", "mutool", lambda folder: cut(folder / SHEET), SHEET)
fault("half a file, for Ghostscript", "ghostscript", "gs", lambda folder: cut(folder / SHEET), SHEET)


# --- pages


def in_page(old: str, new: str, part: str = PAGE) -> Rewrite:
    return Rewrite(old, new, part)


def with_rule(rule: str) -> Change:
    """A rule of style, and no policy that would not let it count."""

    def change(folder: Path) -> None:
        in_page(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "")(folder)
        in_page("</style>", f"{rule}</style>")(folder)

    return change


NAMED = ' aria-label="Note of the first day"'
fault("version missing on the page", "equality", "changed", in_page(r"Version H1 · 1 · \w{4}\. ", ""), TITLE)
fault(
    "version of another sheet on the page",
    "equality",
    "changed",
    in_page(r"Version H1 · 1 · \w{4}", "Version H2 · 1 · 4KQ2"),
    TITLE,
)
fault("stamp lost on the page", "equality", "missing", in_page(r'<div class="draftbar">.*?</div></div>', ""), REVIEW)
fault(
    "crisis help lost on the page", "equality", "missing", in_page(r'<section class="crisis".*?</section>', ""), CRISIS
)
fault(
    "emergency sign lost on the page", "equality", "missing", in_page(r"<p>Call if you cannot stand up\.</p>", ""), SIGN
)
fault("label of a callout lost", "equality", "changed", in_page(r"Get help:(</span> <[^>]*>Call now)", r"\1"), NOW)
fault("other words for a picture", "equality", "changed", in_page('alt="A small dot"', 'alt="A big dot"'), PICTURE)
fault("box to tick lost", "equality", "changed", in_page(r'<input type="checkbox"> First', "First"), TICK)
fault("box called by another name", "equality", "changed", in_page("I can call Clinic phone", "I can call"), PHONE)
fault("name of a field lost", "equality", "changed", in_page(NAMED, ""), FIRST_DAY)
fault("field that nobody can name", "axe", "label", in_page(NAMED, ""), FIRST_DAY)
fault(
    "question lost on the page", "equality", "missing", in_page(r"<li>What would make us stop\?\s*</li>", ""), QUESTION
)
fault(
    "note of the book lost",
    "equality",
    "missing",
    in_page(r"<p>It was written in a file.*?</p>", ""),
    Line("chapters/more.md", "It was written"),
)
fault(
    "term of the glossary lost",
    "equality",
    "missing",
    in_page(r"Being as good as well\.", "", "h2-after.html"),
    Line("chapters/91-glossary.md", "Being as good"),
)
fault("reference lost", "equality", "missing", in_page(r'<li id="ref-halpern2002">.*?</li>', ""), "references.json:2")
fault("link to nowhere", "links", "no-such", in_page('href="#ref-halpern2002"', 'href="#ref-halpern"'), PHONE)
fault(
    "element left open",
    "vnu",
    "error",
    in_page("Call if you cannot stand up\\.</p>", "<em>Call if you cannot stand up.</p>"),
    SIGN,
)
fault(
    "title as wide as a desk",
    "reflow",
    "sideways-scrolling",
    with_rule("h1 { min-width: 600px }"),
    TITLE,
)
fault(
    "picture that does not load",
    "loading",
    "picture",
    in_page(r'src="data:image/png;base64,', 'src="data:image/png;base64,x'),
    PICTURE,
)
fault(
    "focus that nobody sees",
    "focus",
    "focus-visible",
    with_rule("* { outline: none !important; box-shadow: none !important }"),
    PAGE,
)
fault(
    "sheet missing in the list",
    "equality",
    "missing",
    in_page(r'<li><a href="h1-next-a4\.pdf">.*?</li>', "", "index.html"),
    TITLE,
)
fault(
    "other number of pages in the list",
    "equality",
    "changed",
    in_page(r'(h1-next-letter\.pdf">[^<]*</a> \(PDF, pages: )2', r"\g<1>3", "index.html"),
    TITLE,
)
fault(
    "list that leads to no file",
    "links",
    "no-such",
    in_page('href="h1-next-a4\\.pdf"', 'href="h1-a4.pdf"', "index.html"),
    "index.html",
)


# --- the site


def on_site(old: str, new: str) -> Change:
    """In the page of the version whose text the first handout has: its name follows from its words."""

    def change(folder: Path) -> None:
        (page,) = (path for path in folder.glob("h/????.html") if "Plan the way home" in path.read_text("utf-8"))
        Rewrite(old, new, page.relative_to(folder).as_posix())(folder)

    return change


fault("text of today's sheet changed", "equality", "changed", on_site("cannot stand up", "can stand up"), SIGN, "site")
fault(
    "sheet that does not say whether it counts",
    "equality",
    "missing",
    on_site("<p><strong>This sheet is current.</strong></p>", ""),
    TITLE,
    "site",
)
fault(
    "page of a version lost",
    "equality",
    "missing",
    lambda folder: next(folder.glob("h/????.html")).unlink(),
    "h/",
    "site",
)
fault(
    "version lost from the list",
    "equality",
    "missing",
    Rewrite(r'<li><a href="\w{4}\.html">H1.*?</li>', "", "h/index.html"),
    Line("book.toml", "[handouts]"),
    "site",
)

MUTANTS = tuple(_table)
