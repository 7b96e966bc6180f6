"""The reading edition: a PDF for everyone (PDF/UA and PDF/A in one), 6 × 9 inches unless the book says otherwise."""

from __future__ import annotations

from contextlib import closing

from markupsafe import Markup

from ketapub import document as d
from ketapub.collector import give_back
from ketapub.formats.made import Made, Printed
from ketapub.formats.pdf.edition import Edition
from ketapub.formats.pdf.engine import Engine, log_as_problems, to_pdf
from ketapub.formats.pdf.standard import STANDARDS
from ketapub.formats.styling import book_sheet, face_rule, own_faces, sheet
from ketapub.outputs import OutputFile
from ketapub.problems import Problems
from ketapub.theme import Theme


def print_plain(page: Markup, book: d.Book, theme: Theme, sheet_name: str, problems: Problems) -> bytes:
    """One whole XML page as a PDF of its own, with the fonts of the book and one style sheet of the theme."""
    from xml.etree import ElementTree

    rules = [face_rule(face, f'url("{face.file}")') for face in own_faces(book)]
    with log_as_problems(problems):
        engine = Engine("\n".join((*rules, sheet(theme, sheet_name))), book.files, theme.folder / "fonts")
        data = to_pdf(engine.lay_out(ElementTree.fromstring(page), ""))
    problems.stop_on_errors()
    return data


def make_pdf(book: d.Book, theme: Theme, made: Made, problems: Problems) -> Printed:
    return make_edition(book, theme, reading_edition(book, theme, made), made, problems)


def reading_edition(book: d.Book, theme: Theme, made: Made) -> Edition:
    trim = " ".join(str(length) for length in book.info.print_.trim)
    css = book_sheet(book, theme, "print.css", f"@page {{ size: {trim} }}")
    return Edition("", css, book.info.isbn.print_, STANDARDS[made.pdf_standard])


def make_edition(book: d.Book, theme: Theme, edition: Edition, made: Made, problems: Problems) -> Printed:
    """Any edition on pages of its own: laid out, tagged, `<slug><suffix>.pdf`."""
    from ketapub.formats.pdf.setter import Setter  # not for a run that needs no more than the cover
    from ketapub.formats.pdf.typeset import typeset
    from ketapub.formats.pdf.write import write_pdf

    with closing(Setter(book, theme, edition, problems, made.cache, made.jobs, made.meanwhile)) as setter:
        layout = typeset(book, edition, setter, problems)
        if layout is None:
            return Printed(())
        made.progress(f"{layout.reused} of {len(layout.parts)} parts as before")
        data = write_pdf(book, layout, setter, problems)
    give_back()  # half of what the tags of a long book took
    return Printed((OutputFile(f"{book.info.book.slug}{edition.suffix}.pdf", data),), layout.pages)
