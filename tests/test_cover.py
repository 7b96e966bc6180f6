"""The cover of the printed book: sheet, spine, words, bar code, inks, and what becomes of too many words."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from conftest import BOOKS, make, resolved
from cover_parts import decode, letters, panels, picture, scan, words_of
from PIL import Image, ImageDraw

from ketapub import document as d
from ketapub.cache import Cache
from ketapub.check.printing import press_faults
from ketapub.formats.pdf import cover as covers
from ketapub.formats.pdf.cover import cover_image, cover_picture
from ketapub.formats.pdf.press.intent import intent_of
from ketapub.formats.pdf.wrap import draw_cover
from ketapub.formats.pdf.wrap.barcode import ean13
from ketapub.formats.pdf.wrap.sheet import FOLD, MM, sheet_of
from ketapub.problems import Problems
from ketapub.shapes import Length, isbn_digits
from ketapub.theme import load_theme

ISBN = "978-3-16-148410-0"
QUARTER = 18.0  # points: what printers keep free of type along the trim
BLEED = 9.0


@pytest.fixture(scope="module")
def book() -> d.Book:
    return changed(resolved(BOOKS / "stock", Problems()), isbn=ISBN)


def changed(book: d.Book, isbn: str = "", press: dict[str, Any] | None = None, **settings: Any) -> d.Book:
    info = book.info
    printed = {"trim": tuple(map(Length, settings.pop("trim"))) if "trim" in settings else info.print_.trim}
    info = replace(
        info,
        book=replace(info.book, **settings),
        print_=replace(info.print_, **printed),
        press=replace(info.press, **(press or {})),
        isbn=replace(info.isbn, print_=isbn or info.isbn.print_),
    )
    return replace(book, info=info)


def drawn(book: d.Book, pages: int = 300, problems: Problems | None = None) -> bytes:
    told = Problems() if problems is None else problems
    intent = intent_of(book, load_theme(), told)
    assert intent
    data = draw_cover(book, load_theme(), sheet_of(book, pages), intent, told)
    assert problems is not None or told.found == []
    return data


def parts_of(book: d.Book, pages: int) -> dict[str, tuple[float, float, float, float]]:
    sheet = sheet_of(book, pages)
    return panels(sheet.width, sheet.spine, sheet.height, mirrored=sheet.mirrored)


def closed(*texts: str) -> str:
    """Without spaces: on paper, these are gaps."""
    return "".join("".join(texts).split())


@pytest.fixture(scope="module")
def cover(book: d.Book) -> bytes:
    return drawn(book)


# --- the sheet ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pages", "caliper", "inches"),
    [
        (24, "0.0025in", 0.06),
        (223, "0.0025in", 0.56),
        (224, "0.0025in", 0.56),
        (100, "0.06mm", 6 / 25.4),
        (2, "0in", 0),
    ],
)
def test_the_spine_is_as_thick_as_the_pages(book: d.Book, pages: int, caliper: str, inches: float) -> None:
    """A caliper is that of a page; an odd last page has a blank one behind it."""
    info = replace(book.info, print_=replace(book.info.print_, paper_caliper=Length(caliper)))
    assert sheet_of(replace(book, info=info), pages).spine == pytest.approx(inches * 72)


@pytest.mark.parametrize(
    ("trim", "bleed", "pages", "trim_box", "bleed_box"),
    [
        (("6in", "9in"), "0.125in", 300, (0, 0, 918, 648), (-9, -9, 927, 657)),
        (("5.5in", "8.5in"), "0in", 24, (0, 0, 796.32, 612), (0, 0, 796.32, 612)),
        (("148mm", "210mm"), "3mm", 100, (0, 0, 857.0551, 595.2756), (-8.5039, -8.5039, 865.5591, 603.7795)),
    ],
)
def test_the_boxes_are_exact(
    book: d.Book, trim: tuple[str, str], bleed: str, pages: int, trim_box: tuple, bleed_box: tuple
) -> None:
    data = drawn(changed(book, trim=trim, press={"bleed": Length(bleed)}), pages)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        (page,) = pdf.pages
        boxes = {key: tuple(float(edge) for edge in page.obj[key]) for key in ("/TrimBox", "/BleedBox", "/MediaBox")}
    assert boxes["/TrimBox"] == pytest.approx(trim_box, abs=1e-4)
    assert boxes["/BleedBox"] == boxes["/MediaBox"] == pytest.approx(bleed_box, abs=1e-4)


@pytest.mark.parametrize("standard", ["x-4", "x-1a"])
def test_it_is_a_file_for_the_press(book: d.Book, cover: bytes, standard: str) -> None:
    data = cover if standard == "x-4" else drawn(changed(book, press={"standard": standard}))
    assert press_faults(data, standard) == []


def test_marks_show_where_to_cut_and_where_to_fold(book: d.Book) -> None:
    data = drawn(changed(book, press={"crop_marks": True}))
    with pikepdf.open(io.BytesIO(data)) as pdf:
        page = pdf.pages[0].obj
        media, bleed = ([float(edge) for edge in page[key]] for key in ("/MediaBox", "/BleedBox"))
        drawing = [
            (str(operator), [*map(float, operands)])
            for operands, operator in pikepdf.parse_content_stream(page)
            if str(operator) in ("m", "l")
        ]
    assert media[1] < bleed[1]
    upright = {line[0] for (_, line), (_, to) in pairwise(drawing) if line[0] == to[0] and line[1] < bleed[1] > to[1]}
    assert upright == {0, 432, 486, 918}


def test_the_same_book_gives_the_same_bytes(book: d.Book, cover: bytes) -> None:
    assert drawn(book) == cover


def test_the_ground_reaches_over_the_bleed(cover: bytes) -> None:
    with pikepdf.open(io.BytesIO(cover)) as pdf:
        box = [float(edge) for edge in pdf.pages[0].MediaBox]
    whole = picture(cover, (-BLEED, -BLEED, box[2], box[3]), BLEED, 0.5)
    corners = {whole.getpixel((x, y)) for x in (0, whole.width - 1) for y in (0, whole.height - 1)}
    assert len(corners) == 1
    assert max(corners.pop()) < 128


# --- inks --------------------------------------------------------------------------------------------------------


def inks_of(data: bytes) -> set[tuple[float, ...]]:
    """All colours of the page. Any operator but those of inks fails."""
    found = set()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        page = pdf.pages[0].obj
        forms = [one for one in page.Resources.get("/XObject", {}).values() if one.Subtype == "/Form"]
        for stream in (page, *forms):
            for operands, operator in pikepdf.parse_content_stream(stream):
                if str(operator) in ("k", "K"):
                    found.add(tuple(round(float(ink), 4) for ink in operands))
                assert str(operator) not in ("rg", "RG", "sc", "SC", "scn", "SCN", "cs", "CS", "sh")
    return found


@pytest.mark.parametrize("limit", [240, 200, 110])
def test_no_spot_has_more_ink_than_the_limit(book: d.Book, cover: bytes, limit: int) -> None:
    found = inks_of(cover if limit == 240 else drawn(changed(book, press={"ink_limit": limit})))
    most = max(sum(ink) for ink in found)
    assert limit - 1 < most * 100 <= limit + 0.001
    assert (0, 0, 0, 1) in found  # the bar code's black is black ink alone


def test_pages_in_black_alone_have_a_cover_in_colour(book: d.Book, cover: bytes) -> None:
    assert inks_of(drawn(changed(book, press={"black_only": True}))) == inks_of(cover)


# --- words -------------------------------------------------------------------------------------------------------


def test_the_cover_says_what_the_settings_say(book: d.Book, cover: bytes) -> None:
    info, parts, found = book.info.book, parts_of(book, 300), letters(cover)
    assert book.info.review
    stamp = book.info.review.stamp
    assert words_of(found, parts["front"]) == closed(info.title, info.subtitle, ", ".join(info.authors), stamp)
    assert words_of(found, parts["spine"]) == closed(info.title, ", ".join(info.authors), info.publisher)
    code = closed("ISBN", ISBN, isbn_digits(ISBN))
    assert words_of(found, parts["back"]) == closed(info.description, code, info.publisher, stamp)


def test_a_bare_book_has_a_bare_cover(book: d.Book) -> None:
    bare = changed(book, title="Ox", subtitle="", authors=(), description="", publisher="")
    bare = replace(bare, info=replace(bare.info, review=None, isbn=replace(bare.info.isbn, print_="")))
    assert closed(*(letter.sign for letter in letters(drawn(bare, 100)))) == "Ox"


LONG = "Interventions of Every Kind Against Depression That Has Not Responded, for People Who Want to Know All of It"
SENTENCE = "This sentence stands here often enough to fill the back of any book. "
CASES: dict[str, tuple[int, dict[str, Any]]] = {
    "24 pages": (24, {}),
    "the thinnest spine with text": (142, {}),
    "800 pages": (800, {}),
    "long": (400, {"title": LONG, "subtitle": LONG, "authors": ("Ada Example", "Bruno Muster") * 4}),
    "a long word": (300, {"title": "Donaudampfschifffahrtsgesellschaftskapitän", "language": "de"}),
    "much to say": (200, {"description": SENTENCE * 14}),
    "small": (200, {"trim": ("4.25in", "6.87in")}),
    "large": (200, {"trim": ("8.5in", "11in")}),
    "wide": (200, {"trim": ("9in", "7in")}),
    "right to left": (300, {"language": "he"}),
}


SLOW = ("800 pages", "much to say", "small", "large", "wide")


@pytest.mark.parametrize("case", [pytest.param(case, marks=pytest.mark.slow if case in SLOW else ()) for case in CASES])
def test_type_keeps_from_trim_folds_and_other_type(book: d.Book, case: str) -> None:
    pages, settings = CASES[case]
    shown = changed(book, **settings)
    found, parts = letters(drawn(shown, pages)), parts_of(shown, pages)
    sheet = sheet_of(shown, pages)
    seen = set()
    for letter in found:
        left, bottom, right, top = letter.box
        (name,) = (name for name, box in parts.items() if box[0] <= (left + right) / 2 < box[2])
        seen.add(name)
        assert bottom >= QUARTER
        assert top <= sheet.height - QUARTER
        assert left >= (QUARTER if parts[name][0] == 0 else parts[name][0] + FOLD - 0.1), letter
        assert right <= (sheet.whole - QUARTER if parts[name][2] >= sheet.whole - 1 else parts[name][2] - FOLD + 0.1), (
            letter
        )
    assert ("spine" in seen) == (sheet.spine >= 9 * MM)
    for one, other in ((one, other) for at, one in enumerate(found) for other in found[at + 2 :]):
        width = min(one.box[2], other.box[2]) - max(one.box[0], other.box[0])
        height = min(one.box[3], other.box[3]) - max(one.box[1], other.box[1])
        assert width < 1 or height < 1, (one, other)


def test_no_word_of_a_large_title_is_broken(book: d.Book) -> None:
    shown = changed(book, title=LONG)
    assert "-" not in words_of(letters(drawn(shown)), parts_of(shown, 300)["front"])


def test_the_spine_reads_from_top_to_bottom(book: d.Book, cover: bytes) -> None:
    """A book that lies with its front up then shows a spine that can be read."""
    spine = parts_of(book, 300)["spine"]
    heights = [letter.box[3] for letter in letters(cover) if spine[0] < letter.box[0] < spine[2]]
    assert heights == sorted(heights, reverse=True)
    assert len(heights) > 10


def test_a_book_from_right_to_left_is_mirrored(book: d.Book) -> None:
    """The front lies left; the spine's letters have their heads towards it, and its lines begin at the top."""
    shown = changed(book, language="he", title="שלום")
    sheet, parts = sheet_of(shown, 300), parts_of(shown, 300)
    assert sheet.mirrored
    assert parts["front"][0] == 0
    assert "rotate(-90deg)" in sheet.css()
    assert "rotate(90deg)" in replace(sheet, mirrored=False).css()
    found = letters(drawn(changed(book, language="he"), 300))
    assert closed(book.info.book.title) in words_of(found, parts["front"])
    spine = [letter.box[3] for letter in found if parts["spine"][0] < letter.box[0] < parts["spine"][2]]
    names = len(closed(", ".join(book.info.book.authors)))
    assert min(sorted(spine, reverse=True)[: len(closed(book.info.book.title))]) > sheet.height / 2
    assert len(spine) > names


def test_a_description_that_is_too_long_ends_with_a_sentence(book: d.Book) -> None:
    shown, problems = changed(book, description=SENTENCE * 60), Problems()
    data = drawn(shown, 300, problems)
    (told,) = problems.found
    assert (told.code, told.severity, told.at) == ("cover-text", "warning", book.info.at("book.description"))
    said = words_of(letters(data), parts_of(shown, 300)["back"])
    count = said.count(closed(SENTENCE))
    assert said.startswith(closed(SENTENCE) * count + "ISBN")
    assert 25 < count < 60
    assert f": {count} of its 60 sentences" in told.message


def test_words_that_cannot_fit_are_named(book: d.Book) -> None:
    problems = Problems()
    drawn(changed(book, title="word " * 300, authors=("A Name",) * 30), 300, problems)
    (told,) = problems.found
    assert (told.code, told.at) == ("cover-text", book.info.at("book.title"))
    assert "lie over each other" in told.message


def test_a_title_too_long_for_the_spine_leaves_it_empty(book: d.Book) -> None:
    shown, problems = changed(book, title=" ".join([LONG] * 2)), Problems()
    data = drawn(shown, 300, problems)
    assert words_of(letters(data), parts_of(shown, 300)["spine"]) == ""
    assert [told.message for told in problems.found] == ["the title is too long for the spine, which stays empty"]


def test_the_cover_of_the_ebook_has_room_for_a_long_title(book: d.Book) -> None:
    """The yellow rule stands free between title and author."""
    seen = cover_image(changed(book, title=LONG, subtitle=LONG), load_theme(), Problems())
    rows = [len({seen.getpixel((x, y)) for x in range(140, 1460, 4)}) for y in range(seen.height)]
    rule = next(y for y in range(seen.height) if seen.getpixel((300, y)) == (246, 201, 99))
    assert all(colours == 1 for colours in rows[rule - 60 : rule - 2])
    assert seen.size == (1600, 2560)


def test_the_cover_of_the_ebook_is_drawn_once(book: d.Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theme, cache = load_theme(), Cache(tmp_path, Problems())
    drawn = cover_picture(book, theme, cache, Problems())
    with monkeypatch.context() as patch:
        patch.setattr(covers, "Engine", lambda *_: pytest.fail("a cover is drawn a second time"))
        assert cover_picture(book, theme, cache, Problems()) == drawn
    assert cover_picture(changed(book, title="Another"), theme, cache, Problems()) != drawn


# --- bar code ----------------------------------------------------------------------------------------------------


def test_a_symbol_by_hand() -> None:
    """4 takes its left half from the sets A B A A B B."""
    left = "0001101 0100111 0101111 0111101 0001001 0110011"  # 0 0 6 3 8 1
    right = "1000010 1000010 1000010 1110100 1000010 1100110"  # 3 3 3 9 3 1
    assert ean13("4006381333931") == closed("101", left, "01010", right, "101")


def test_every_symbol_can_be_read() -> None:
    chance = random.Random(13)
    for first in range(10):
        for _ in range(50):
            body = f"{first}{chance.randrange(10**11):011}"
            check = -sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(body)) % 10
            assert decode(ean13(f"{body}{check}")) == f"{body}{check}"


@pytest.mark.parametrize("isbn", [ISBN, "0-306-40615-2", "9791090636071"])
def test_the_bar_code_on_the_cover_can_be_scanned(book: d.Book, isbn: str) -> None:
    """At full size and in place: 0.33 mm a module, 22.85 mm high, with its quiet zones, and digits below."""
    shown = changed(book, isbn=isbn)
    data, scale = drawn(shown, 100), 12
    right = 432 - 12.7 * MM
    area = (right - 48 * MM, 12.7 * MM + 3, right + 2 * MM, 12.7 * MM + 34 * MM)
    seen = picture(data, area, BLEED, scale).convert("L")
    lines = [list(seen.crop((0, y, seen.width, y + 1)).tobytes()) for y in range(0, seen.height, 8)]
    scans = []
    for line in lines:
        try:
            found = scan(line)
            assert decode(found.modules) == isbn_digits(isbn)
        except (AssertionError, IndexError, StopIteration, ValueError):
            continue
        scans.append(found)
        assert found.module / scale == pytest.approx(0.33 * MM, rel=0.005)
        assert found.before >= 11
        assert found.after >= 7
    assert len(scans) * 8 / scale == pytest.approx(22.85 * MM, abs=1.5)
    text = words_of(letters(data), parts_of(shown, 100)["back"])
    assert isbn_digits(isbn) in text
    assert f"ISBN{ {'0-306-40615-2': '978-0-306-40615-7'}.get(isbn, isbn) }" in text


# --- a picture of the book's own -----------------------------------------------------------------------------------


def with_picture(book: d.Book, picture: Image.Image, format: str = "PNG") -> d.Book:
    out = io.BytesIO()
    picture.save(out, format)
    asset = d.Asset("images/own.png", f"image/{format.lower()}", out.getvalue(), picture.width, picture.height)
    return replace(book, cover=asset.name, assets={**book.assets, asset.name: asset})


def colour_at(data: bytes, x: float, y: float) -> tuple[int, ...]:
    return picture(data, (x - 1, y - 1, x + 1, y + 1), BLEED, 4).getpixel((4, 4))


def test_a_picture_on_one_colour_is_shown_whole(book: d.Book) -> None:
    """In other proportions than the front. Its ground goes on to the bleed, over spine and back, without an edge."""
    own = Image.new("RGB", (500, 725), (18, 48, 63))
    ImageDraw.Draw(own).rectangle((20, 20, 479, 704), (250, 200, 90))
    data = drawn(with_picture(book, own), 300, Problems())
    ground = colour_at(data, 486 + 216, -5)
    assert ground == colour_at(data, -5, 300) == colour_at(data, 432 + 3, 300) == colour_at(data, 486 + 1, 300)
    scale, edge = 432 / 500, (648 - 725 * 432 / 500) / 2  # as wide as the front
    for x, y in ((486 + 22 * scale, edge + 22 * scale), (918 - 22 * scale, 648 - edge - 22 * scale)):
        assert colour_at(data, x, y) != ground
    assert max(sum(ink) for ink in inks_of(data)) <= 2.4001


@pytest.mark.parametrize("colour", [(0, 0, 0), (200, 40, 60)])
def test_other_pictures_reach_over_the_bleed_and_meet_the_spine(book: d.Book, colour: tuple[int, int, int]) -> None:
    own = Image.new("RGB", (459, 693), colour)
    ImageDraw.Draw(own).rectangle((230, 0, 459, 693), (40, 90, 160))
    data = drawn(with_picture(book, own), 300, Problems())
    left, right = colour_at(data, 486 - 2, 320), colour_at(data, 486 + 2, 320)
    assert max(abs(one - other) for one, other in zip(left, right, strict=True)) <= 2
    for x, y in ((926, 656), (926, -8), (900, 320)):
        assert colour_at(data, x, y) == colour_at(data, 800, 320) != left


def test_a_picture_of_another_shape_or_of_few_pixels_is_named(book: d.Book) -> None:
    own = Image.linear_gradient("L").resize((900, 600)).convert("RGB")
    problems = Problems()
    drawn(with_picture(book, own), 300, problems)
    assert {(told.code, told.severity, told.at) for told in problems.found} == {
        ("cover-cut", "warning", book.info.at("book.cover")),
        ("picture-resolution", "warning", book.info.at("book.cover")),
    }
    assert "56% of its width is cut off" in " ".join(told.message for told in problems.found)


# --- in a build ----------------------------------------------------------------------------------------------------

BOOK = """
[book]
title = "A short book"
language = "en"
chapters = ["one.md"]

[print]
paper-caliper = "1mm"
"""


def test_the_spine_counts_the_pages_of_the_press_edition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same, whether this run makes the press edition or not; what only that shows counts too."""
    (tmp_path / "book.toml").write_text(BOOK)
    extra = '::: {.content-visible when-format="press"}\n' + "{{< pagebreak >}}\n\nMore.\n\n" * 6 + ":::\n"
    (tmp_path / "one.md").write_text(f"# One\n\nText.\n\n{extra}")
    alone = make(tmp_path, "cover")
    monkeypatch.setattr("ketapub.formats.pdf.wrap.typeset", None)  # no page is set twice
    both = make(tmp_path, "cover", "press")
    assert list(alone.files) == ["a-short-book-cover.pdf"]
    assert both.file("-cover.pdf") == alone.file("-cover.pdf")
    with (
        pikepdf.open(io.BytesIO(both.file("-press.pdf"))) as press,
        pikepdf.open(io.BytesIO(both.file("-cover.pdf"))) as cover,
    ):
        count = len(press.pages)
        spine = float(cover.pages[0].TrimBox[2]) - 2 * 432
    assert count > 8
    assert spine == pytest.approx((count + count % 2) * MM, abs=1e-3)
