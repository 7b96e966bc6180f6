"""The booklet: the pages of the reading edition two and two on sheets to print, fold and staple or sew.

In: a `Book`, the reading edition where this run made it. Out: `<slug>-booklet.pdf`. It is for paper, so it has no tags,
no links and no outline; it keeps the title, the language and the text.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator, Mapping

from ketapub import __version__, document as d
from ketapub.formats.made import Made
from ketapub.formats.pdf import make_pdf
from ketapub.formats.pdf.imposition import ROOM, Fit, Sheet, Side, fit, imposition
from ketapub.formats.pdf.outlines import outlines
from ketapub.locale import direction
from ketapub.outputs import Bundle, OutputFile
from ketapub.problems import Problems
from ketapub.theme import Theme

PAPERS: Mapping[str, tuple[float, float]] = {  # landscape, in points
    "letter": (792, 612),
    "a4": (297 * 7.2 / 2.54, 210 * 7.2 / 2.54),
}
SMALL = 0.75  # of their size: what was eleven points is eight now
BAR = (3.0, 14.0)  # width and height of a back mark, in points
FIGURES = "fonts/AtkinsonHyperlegibleNext_400Regular.ttf"
FIGURE_SIZE = 7.0


def make_booklet(book: d.Book, theme: Theme, made: Made, problems: Problems) -> Bundle:
    reading = made.reading.data if made.reading and made.reading.shown == book else b""
    if not reading:  # not asked for, or a condition shows something else in the booklet
        for file in make_pdf(book, theme, made, problems).files:
            reading = file.data
    if problems.errors or not reading:
        return ()
    return (OutputFile(f"{book.info.book.slug}-booklet.pdf", impose(reading, book, theme, problems)),)


def impose(reading: bytes, book: d.Book, theme: Theme, problems: Problems) -> bytes:
    """ISO 32000-1: forms 8.10, viewer preferences 12.2. A page of `reading` becomes a form, drawn once."""
    import pikepdf
    from pikepdf import Dictionary, Name

    settings = book.info.booklet
    paper, creep = PAPERS[settings.paper], settings.creep.points
    with pikepdf.open(io.BytesIO(reading)) as source, pikepdf.new() as target:
        boxes = [tuple(float(edge) for edge in page.trimbox) for page in source.pages]
        sizes = [(right - left, top - bottom) for left, bottom, right, top in boxes]
        largest = (max(width for width, _ in sizes), max(height for _, height in sizes))
        sheets = imposition(len(sizes), settings.signature)
        lies = fit(largest, paper, creep * (max(sheet.among for sheet in sheets) - 1))
        _complain_if_small(lies, largest, book, problems)
        if direction(book.info.book.language) == "rtl":
            sheets = tuple(sheet.mirrored() for sheet in sheets)
        forms = [target.copy_foreign(page.as_form_xobject()) for page in source.pages]
        for sheet in sheets:
            offset = lies.gap - creep * (sheet.place - 1)
            for side, is_front in ((sheet.front, True), (sheet.back, False)):
                content = list(_pages(side, boxes, lies, paper, offset))
                if is_front:
                    content += _marks(sheet, sheets[-1].signature, lies, paper, largest[1], theme)
                page = target.add_blank_page(page_size=paper)
                drawn = {f"/P{index + 1}": forms[index] for index in side if index is not None}
                page.obj.Resources = Dictionary(XObject=Dictionary(drawn))
                page.obj.Contents = target.make_stream("\n".join(content).encode())
        for key, value in _information(book).items():
            target.docinfo[key] = value
        target.Root.Lang = book.info.book.language
        target.Root.ViewerPreferences = Dictionary(
            DisplayDocTitle=True, PrintScaling=Name("/None"), Duplex=Name.DuplexFlipShortEdge
        )
        out = io.BytesIO()
        target.save(
            out,
            min_version="1.7",
            deterministic_id=True,
            compress_streams=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
        return out.getvalue()


def _information(book: d.Book) -> dict[str, str]:
    """What the booklet says of itself: the words of the reading edition, which says them in XMP in every standard."""
    info = book.info.book
    day = f"D:{info.date or datetime.date(1970, 1, 1):%Y%m%d}"
    said = {
        "/Title": info.title,
        "/Author": ", ".join(info.authors),
        "/Subject": info.description,
        "/Keywords": ", ".join(info.subjects),
        "/Creator": f"ketapub {__version__}",
        "/CreationDate": day,
        "/ModDate": day,
    }
    return {key: text for key, text in said.items() if text}


def _complain_if_small(lies: Fit, page: tuple[float, float], book: d.Book, problems: Problems) -> None:
    if lies.scale < SMALL:
        width, height = (f"{length / 72:.2f}".rstrip("0").rstrip(".") for length in page)
        paper = {"letter": "letter", "a4": "A4"}[book.info.booklet.paper]
        message = f"two pages of {width} × {height} in fit on {paper} paper only at {lies.scale:.0%} of their size"
        hint = "choose a smaller trim, or print the reading edition as it is"
        problems.add("booklet-small", book.info.at("booklet.paper"), message, hint, severity="warning")


def _pages(
    side: Side, boxes: list[tuple[float, ...]], lies: Fit, paper: tuple[float, float], offset: float
) -> Iterator[str]:
    """The operators that draw a side of a sheet; `offset` lies between its pages and the fold."""
    for index, is_left in zip(side, (True, False), strict=True):
        if index is None:
            continue
        left, bottom, right, top = (edge * lies.scale for edge in boxes[index])
        x = paper[0] / 2 + (-offset - right if is_left else offset - left)
        y = (paper[1] - top - bottom) / 2
        yield f"q {_n(lies.scale)} 0 0 {_n(lies.scale)} {_n(x)} {_n(y)} cm /P{index + 1} Do Q"


def _marks(
    sheet: Sheet, signatures: int, lies: Fit, paper: tuple[float, float], height: float, theme: Theme
) -> Iterator[str]:
    """Beyond the pages: where to fold, and which sheet of which signature it is. On the back: a step a signature,
    so that signatures in their order show a staircase."""
    fold = paper[0] / 2
    if lies.room >= ROOM - 0.01:
        end = lies.room - 2
        lines = ((paper[1], paper[1] - end), (0.0, end))
        for start, stop in lines:
            yield f"q 0 G 0.5 w [3 2] 0 d {_n(fold)} {_n(start)} m {_n(fold)} {_n(stop)} l S Q"
        width, rise, paths = outlines(f"{sheet.signature}.{sheet.place}", theme.read(FIGURES), FIGURE_SIZE)
        yield f"q 0 g 1 0 0 1 {_n(fold - 4 - width)} {_n(end - rise)} cm {paths} f Q"
    if signatures > 1 and sheet.place == 1:
        width, step = BAR
        pages = height * lies.scale
        steps = max(1, int((pages - 72) // step))
        top = (paper[1] + pages) / 2 - 36 - (sheet.signature - 1) % steps * step
        yield f"q 0 g {_n(fold - width / 2)} {_n(top - step)} {_n(width)} {_n(step)} re f Q"


def _n(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")
