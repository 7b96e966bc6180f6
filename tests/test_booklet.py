"""The booklet, folded by arithmetic: its sheets, laid into each other, give the reading edition page by page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby, pairwise
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from conftest import Made, make
from PIL import ImageChops, ImageStat

from ketapub.check.pdf_tree import drawn_words
from ketapub.formats.pdf.booklet import PAPERS, impose
from ketapub.formats.pdf.imposition import ROOM, Sheet, fit, imposition
from ketapub.problems import Problems
from ketapub.shapes import Length
from ketapub.theme import load_theme


def folded(sheets: list[tuple[tuple, tuple]]) -> list:
    """One signature as one leafs through it. A sheet is its front and its back, each left and right.

    Folded with its front out, the right half of a sheet is its first leaf: the front's right, and behind it the back's
    left. All first halves come, from the outermost sheet in; then the second halves, from the innermost out.
    """
    first = [page for front, back in sheets for page in (front[1], back[0])]
    second = [page for front, back in reversed(sheets) for page in (back[1], front[0])]
    return first + second


def bound(sheets: list[Sheet]) -> Iterator[object]:
    for _, of_one in groupby(sheets, key=lambda sheet: sheet.signature):
        yield from folded([(sheet.front, sheet.back) for sheet in of_one])


@pytest.mark.parametrize("signature", range(4, 129, 4))
def test_folded_sheets_give_the_pages_in_order(signature: int) -> None:
    for pages in [*range(1, 140), 500, 1001]:
        sheets = imposition(pages, signature)
        assert len(sheets) == -(-pages // 4)  # no sheet without need
        assert list(bound(list(sheets))) == [*range(pages), *[None] * (len(sheets) * 4 - pages)]
        sizes = [len(list(one)) for _, one in groupby(sheets, key=lambda sheet: sheet.signature)]
        assert len(sizes) == -(-len(sheets) // (signature // 4))  # as few signatures as may be
        assert signature // 4 >= max(sizes) >= min(sizes) >= max(sizes) - 1
        places = [(sheet.place, sheet.among) for sheet in sheets]
        assert places == [(place, size) for size in sizes for place in range(1, size + 1)]


def test_a_signature_by_hand() -> None:
    """The sheet of eight pages that printers know by heart, counted from 1."""
    found = [[index + 1 for index in (*sheet.front, *sheet.back) if index is not None] for sheet in imposition(8, 8)]
    assert found == [[8, 1, 2, 7], [6, 3, 4, 5]]


def test_a_book_from_right_to_left_opens_on_the_other_side() -> None:
    (sheet,) = imposition(4, 4)
    assert (sheet.mirrored().front, sheet.mirrored().back) == ((0, 3), (2, 1))


@pytest.mark.parametrize(
    ("page", "paper", "creep", "scale"),
    [
        ((396, 612), "letter", 0.85, 1),  # half of letter
        ((419.527559, 595.275591), "a4", 0.85, 1),  # A5, rounded up
        ((288, 432), "letter", 0.85, 1),  # small pages are not made larger
        ((432, 648), "letter", 0, (612 - 2 * ROOM) / 648),
        ((432, 400), "letter", 6, 390 / 432),
    ],
)
def test_pages_fit_their_sheet(page: tuple[float, float], paper: str, creep: float, scale: float) -> None:
    lies = fit(page, PAPERS[paper], creep)
    width, height = PAPERS[paper]
    assert lies.scale == pytest.approx(scale)
    assert page[0] * lies.scale + (lies.gap if scale < 1 else 0) <= width / 2 + 0.01
    assert page[1] * lies.scale + 2 * lies.room == pytest.approx(height, abs=0.01)
    assert 0 <= lies.gap <= creep


# --- the finished file -------------------------------------------------------------------------------------


def leafed_through(sides: list[object], pages: int) -> list[object]:
    """What stands on the sides of all sheets, as (left, right), in the order of a reader."""
    found: list[object] = []
    for _, of_one in groupby(imposition(pages, 16), key=lambda sheet: sheet.signature):
        count = 2 * len(list(of_one))
        found += folded(list(zip(sides[:count:2], sides[1:count:2], strict=True)))
        sides = sides[count:]
    assert not sides
    return found


def test_the_booklet_says_what_the_reading_edition_says(stock: Made) -> None:
    """Its halves of sheets, folded, have the words of the pages of the reading edition, each page once."""
    with pikepdf.open(io.BytesIO(stock.file("stock.pdf"))) as pdf:
        wanted = [drawn_words(page.obj) for page in pdf.pages]
    data, middle, sides = stock.file("-booklet.pdf"), PAPERS["letter"][0] / 2, []
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for page, places in zip(pdf.pages, placed(data), strict=True):
            halves: list[list[str]] = [[], []]
            for which, left, _, right, _ in places:
                assert right <= middle or left >= middle
                halves[left >= middle] += drawn_words(page.Resources.XObject[f"/P{which + 1}"])
            sides.append(tuple(halves))
    assert leafed_through(sides, len(wanted)) == wanted + [[]] * (-len(wanted) % 4)
    assert len(wanted) > 16  # more than one signature


def test_the_booklet_looks_like_the_reading_edition(stock: Made) -> None:
    """Each half of a sheet, as it is seen, is nearer to its page than to any other."""
    with pypdfium2.PdfDocument(io.BytesIO(stock.file("stock.pdf"))) as pdf:
        wanted = [page.render(scale=0.5).to_pil().convert("L").resize(SEEN) for page in pdf]
    data, sides = stock.file("-booklet.pdf"), []
    left, bottom, right, top = min(place[1:] for place in placed(data)[0])  # creep moves others by less than a point
    with pypdfium2.PdfDocument(io.BytesIO(data)) as pdf:
        for page in pdf:
            whole = page.render(scale=1).to_pil().convert("L")
            boxes = [(left, bottom, right, top), (whole.width - right, bottom, whole.width - left, top)]
            sides.append(tuple(whole.crop(tuple(map(round, box))).resize(SEEN) for box in boxes))
    found = leafed_through(sides, len(wanted))
    for index, seen in enumerate(found[: len(wanted)]):
        off = [ImageStat.Stat(ImageChops.difference(seen, page)).mean[0] for page in wanted]
        assert off[index] == min(off) < 4, (index, off)
    assert all(ImageStat.Stat(seen).mean[0] > 254 for seen in found[len(wanted) :])  # but for a back mark


SEEN = (108, 162)
DRAWN = re.compile(r"q (\S+) 0 0 (\S+) (\S+) (\S+) cm /P(\d+) Do Q")


def placed(data: bytes) -> list[list[tuple[int, float, float, float, float]]]:
    """On each side of a sheet the pages that are drawn: which, and its left, bottom, right and top."""
    found = []
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            of_side = []
            for drawn in DRAWN.findall(page.Contents.read_bytes().decode()):
                scale, again, x, y = (float(number) for number in drawn[:4])
                assert scale == again
                box = [float(edge) * scale for edge in page.Resources.XObject[f"/P{drawn[4]}"].BBox]
                of_side.append((int(drawn[4]) - 1, x + box[0], y + box[1], x + box[2], y + box[3]))
            found.append(of_side)
    return found


def imposed(stock: Made, **changes: object) -> bytes:
    info = stock.book.info
    book = replace(stock.book, info=replace(info, booklet=replace(info.booklet, **changes)))
    problems = Problems()
    data = impose(stock.file("stock.pdf"), book, load_theme(), problems)
    assert problems.found == []
    return data


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("creep", ["0mm", "0.1mm", "0.4mm"])
def test_pages_lie_at_the_fold_and_creep_towards_it(stock: Made, paper: str, creep: str) -> None:
    signature = 24
    data = imposed(stock, paper=paper, creep=Length(creep), signature=signature)
    width, height = PAPERS[paper]
    with pikepdf.open(io.BytesIO(stock.file("stock.pdf"))) as pdf:
        sheets = imposition(len(pdf.pages), signature)
    deepest = max(sheet.among for sheet in sheets)
    seen = set()
    for index, pages in enumerate(placed(data)):
        sheet = sheets[index // 2]
        side = sheet.back if index % 2 else sheet.front
        assert [page[0] for page in pages] == [page for page in side if page is not None]
        for which, left, bottom, right, top in pages:
            assert left >= -0.001
            assert right <= width + 0.001
            assert bottom == pytest.approx(height - top, abs=0.001)
            assert bottom >= ROOM - 0.001  # this book's pages have to be made smaller, with room for marks
            gap = width / 2 - right if which == side[0] else left - width / 2
            assert gap == pytest.approx(Length(creep).points * (deepest - sheet.place), abs=0.001)
            seen.add(which)
    assert seen == set(range(max(seen) + 1))


def test_marks_stand_beyond_the_pages_on_first_sides_only(stock: Made) -> None:
    with pikepdf.open(io.BytesIO(stock.file("-booklet.pdf"))) as pdf:
        contents = [page.Contents.read_bytes().decode() for page in pdf.pages]
        sheets = imposition(len(placed(stock.file("-booklet.pdf"))) * 2, 16)
    steps = []
    for index, content in enumerate(contents):
        folds = re.findall(r"^q 0 G 0\.5 w \[3 2\] 0 d 396 (\S+) m 396 (\S+) l S Q$", content, re.MULTILINE)
        backs = re.findall(r"^q 0 g 394\.5 (\S+) 3 14 re f Q$", content, re.MULTILINE)
        numbers = re.findall(r"^q 0 g 1 0 0 1 (\S+) (\S+) cm .* f Q$", content, re.MULTILINE)
        if index % 2:
            assert folds == backs == numbers == []
            continue
        assert [tuple(map(float, fold)) for fold in folds] == [(612, 612 - ROOM + 2), (0, ROOM - 2)]
        ((x, y),) = numbers
        assert 360 < float(x) < 396
        assert 0 < float(y) < ROOM - 2
        assert len(backs) == (sheets[index // 2].place == 1)
        steps += map(float, backs)
    assert len(steps) > 1
    assert {high - low for high, low in pairwise(steps)} == {14}


def test_what_the_booklet_keeps_and_what_it_does_not(stock: Made) -> None:
    with (
        pikepdf.open(io.BytesIO(stock.file("-booklet.pdf"))) as pdf,
        pikepdf.open(io.BytesIO(stock.file("stock.pdf"))) as reading,
    ):
        assert {**pdf.docinfo, "/Producer": reading.docinfo.Producer} == dict(reading.docinfo)
        assert str(pdf.docinfo.Title) == stock.book.info.book.title
        assert str(pdf.Root.Lang) == "en-GB"
        assert pdf.Root.ViewerPreferences.Duplex == "/DuplexFlipShortEdge"
        assert not {"/StructTreeRoot", "/MarkInfo", "/Names", "/Outlines"} & set(pdf.Root.keys())
        assert not any("/Annots" in page for page in pdf.pages)
        # Each font stands there once, whatever number of pages it draws.
        assert font_files(pdf) == font_files(reading)
    assert len(stock.file("-booklet.pdf")) < len(stock.file("stock.pdf"))


def font_files(pdf: pikepdf.Pdf) -> list[bytes]:
    descriptors = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and "/FontFile2" in one]
    return sorted(one.FontFile2.read_bytes() for one in descriptors)


def test_one_signature_needs_no_back_marks(stock: Made) -> None:
    with pikepdf.open(io.BytesIO(imposed(stock, signature=128))) as pdf:
        assert not any(b"394.5" in page.Contents.read_bytes() for page in pdf.pages)


def test_pages_that_must_be_made_small_are_named(stock: Made) -> None:
    with pikepdf.open(io.BytesIO(stock.file("stock.pdf"))) as pdf:
        for page in pdf.pages:
            page.mediabox = page.trimbox = [0, 0, 612, 792]
        out = io.BytesIO()
        pdf.save(out)
    problems = Problems()
    data = impose(out.getvalue(), stock.book, load_theme(), problems)
    (problem,) = problems.found
    assert (problem.code, problem.severity) == ("booklet-small", "warning")
    assert problem.message == "two pages of 8.5 × 11 in fit on letter paper only at 65% of their size"
    assert all(right <= 792.001 and left >= -0.001 for side in placed(data) for _, left, _, right, _ in side)


BOOK = """
[book]
title = "A sheet"
language = "en"
chapters = ["one.md"]
"""


def test_the_booklet_has_what_is_shown_in_it_alone(tmp_path: Path) -> None:
    """As a rule it is the pages of the reading edition; a condition can make them differ."""
    (tmp_path / "book.toml").write_text(BOOK)
    (tmp_path / "one.md").write_text('# One\n\n::: {.content-visible when-format="booklet"}\nFold this sheet.\n:::\n')
    made = make(tmp_path, "booklet", "pdf")
    assert "Fold this sheet." not in whole_text(made.file("a-sheet.pdf"))
    assert "Fold this sheet." in whole_text(made.file("-booklet.pdf"))


def test_the_booklet_alone_leaves_no_reading_edition(tmp_path: Path) -> None:
    (tmp_path / "book.toml").write_text(BOOK)
    (tmp_path / "one.md").write_text("# One\n")
    assert list(make(tmp_path, "booklet").files) == ["a-sheet-booklet.pdf"]


def whole_text(data: bytes) -> str:
    with pypdfium2.PdfDocument(io.BytesIO(data)) as pdf:
        return " ".join(page.get_textpage().get_text_range() for page in pdf)
