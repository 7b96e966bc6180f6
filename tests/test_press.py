"""The press edition: the pages of the reading edition, in ink, by the rules of PDF/X."""

from __future__ import annotations

import datetime
import io
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from conftest import BOOKS, Made, make, resolved
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, ImageChops, ImageCms, ImageStat
from press_pages import CLEAR, PLAIN, Printed, colours, picture, pictures_in, printed, shipped, shown

from ketapub import document as d
from ketapub.book_toml import read_info
from ketapub.check.equality.on_sheets import press_differs
from ketapub.check.glyph_runs import words
from ketapub.check.printing import press_faults
from ketapub.editions import check_same_words, select
from ketapub.formats.pdf.press.colour import Inks, limited, most_ink
from ketapub.formats.pdf.press.intent import intent_of
from ketapub.info import show
from ketapub.presses import presets
from ketapub.problems import Problems, Stopped
from ketapub.shapes import Length
from ketapub.theme import load_theme

ROOT = Path(__file__).parents[1]
WORDS = BOOKS / "stock/chapters/01-words.md"
STANDARDS = ("x-4", "x-1a")


@pytest.fixture(scope="session")
def press() -> Made:
    return make(BOOKS / "stock", "press")


# --- the same pages ----------------------------------------------------------------------------------------


def test_every_letter_stands_where_it_stands_for_readers(stock: Made, press: Made) -> None:
    check_same_pages(stock.book, stock.files["stock.pdf"], press.file("-press.pdf"))


def check_same_pages(book: d.Book, reading: bytes, press: bytes) -> None:
    """Words, line ends, places, faces, sizes and gaps, page by page; and the numbers of the pages."""
    looked = press_differs(book, reading, press)
    assert looked.findings == ()
    assert looked.things > 1
    with pikepdf.open(io.BytesIO(press)) as pdf:
        assert sum(len(words(page)) for page in pdf.pages) > 10_000


def test_a_moved_letter_and_another_word_are_found(stock: Made, press: Made) -> None:
    def found_with(old: bytes, new: bytes) -> list[tuple[str, int, str, int]]:
        with pikepdf.open(io.BytesIO(press.file("-press.pdf"))) as pdf:
            page = pdf.pages[9]
            page.Contents = pdf.make_stream(re.sub(old, new, page.Contents.read_bytes(), count=1))
            out = io.BytesIO()
            pdf.save(out)
        found = press_differs(select(stock.book, Problems(), format="pdf"), stock.files["stock.pdf"], out.getvalue())
        return [(one.rule, one.place.page, one.at.file, one.at.line) for one in found.findings]

    line = [number for number, text in enumerate(WORDS.read_text("utf-8").split("\n"), 1) if "> [!WARNING]" in text]
    assert found_with(rb"(\S+) Tm", rb"7 Tm") == [("moved", 10, "chapters/01-words.md", *line)]
    assert found_with(rb"\] TJ", rb"<0021>] TJ") == [("changed", 10, "chapters/01-words.md", *line)]


def test_what_only_one_of_the_two_says_is_told(tmp_path: Path) -> None:
    root = tmp_path / "book"
    shutil.copytree(BOOKS / "stock", root)
    chapter = root / "chapters/02-things.md"
    words = '\n::: {.content-visible when-format="FORMAT"}\nOnly there.\n:::\n'
    text = chapter.read_text("utf-8")
    line = text.count("\n") + 2
    chapter.write_text("".join((text, *(words.replace("FORMAT", name) for name in ("press", "pdf", "html")))), "utf-8")
    problems = Problems()
    check_same_words(resolved(root, problems), problems, format="press", other="pdf")
    assert [(problem.code, problem.at.line, problem.message, problem.severity) for problem in problems.found] == [
        ("press-differs", line, "this stands only in press", "warning")
    ]


# --- the file -----------------------------------------------------------------------------------------------


def test_same_bytes_again(press: Made) -> None:
    assert make(BOOKS / "stock", "press").files == press.files


def test_the_stock_book_has_no_fault(press: Made) -> None:
    assert press_faults(press.file("-press.pdf"), "x-4") == []
    assert {problem.code for problem in press.problems.found} == {"picture-resolution"}


def test_text_is_black_and_nothing_else(press: Made) -> None:
    """Colours with other inks than black are those that a drawing of the book brings itself."""
    with pikepdf.open(io.BytesIO(press.file("-press.pdf"))) as pdf:
        coloured = {colour for colour in colours(pdf) if any(colour[1:4])}
        assert len(coloured) == 1  # images/chart.svg
        assert ("k", 0, 0, 0, 1) in colours(pdf)


def test_pictures_too_coarse_are_named_where_they_stand(press: Made) -> None:
    found = [problem for problem in press.problems.found if problem.code == "picture-resolution"]
    lines = (BOOKS / "stock/chapters/02-things.md").read_text("utf-8").split("\n")
    assert [lines[problem.at.line - 1].find("![") + 1 for problem in found] == [problem.at.column for problem in found]
    assert all("dot.png is printed with 64 pixels an inch" in problem.message for problem in found)  # 8 in 12 px


BOXES = [("3in 4in", "0.125in"), ("148mm 210mm", "3mm"), ("100mm 90mm", "15mm"), ("4in 4in", "0in")]


@pytest.mark.parametrize(("size", "bleed"), BOXES)
@pytest.mark.parametrize("marks", [False, True])
def test_boxes_are_exact(size: str, bleed: str, marks: bool) -> None:
    made = printed("<p>words</p>", f"@page {{ size: {size} }}", bleed=Length(bleed), crop_marks=marks)
    assert press_faults(made.data, "x-4") == []
    width, height = (Length(one).points for one in size.split())
    over = Length(bleed).points
    with made.pdf() as pdf:
        (page,) = pdf.pages
        assert box(page.TrimBox) == pytest.approx((0, 0, width, height), abs=0.001)
        assert box(page.BleedBox) == pytest.approx((-over, -over, width + over, height + over), abs=0.001)
        room = over + 27 if marks else over
        assert box(page.MediaBox) == pytest.approx((-room, -room, width + room, height + room), abs=0.001)
        lines = re.findall(rb"(\S+) (\S+) m (\S+) (\S+) l S", page.Contents.read_bytes()) if marks else []
        assert len(lines) == 8 * marks
        for x, y, to_x, to_y in (map(float, line) for line in lines):
            # In line with an edge of the trim, and beyond the bleed.
            upright = x == to_x
            assert min(abs((x if upright else y) - edge) for edge in (0, width if upright else height)) < 0.001
            ends, far = ((y, to_y), height) if upright else ((x, to_x), width)
            assert max(ends) < -over or min(ends) > far + over


def test_a_spine_without_bleed() -> None:
    """For printers who want none there: on the left of right-hand pages, on the right of the others."""
    pages = '<p style="break-after: page">one</p><p>two</p>'
    for spine, first, second in (("left", (0, 225), (-9, 216)), ("right", (-9, 216), (0, 225))):
        with printed(pages, spine=spine).pdf() as pdf:
            edges = [box(page.BleedBox)[::2] for page in pdf.pages]
            assert edges == [first, second]
            assert {box(page.TrimBox) for page in pdf.pages} == {(0, 0, 216, 288)}
            assert [box(page.MediaBox) for page in pdf.pages] == [box(page.BleedBox) for page in pdf.pages]


def box(edges: pikepdf.Object) -> tuple[float, ...]:
    return tuple(float(edge) for edge in edges)


def test_crop_marks_are_on_every_plate() -> None:
    with printed("<p>words</p>", crop_marks=True).pdf() as pdf:
        (space,) = pdf.pages[0].Resources.ColorSpace.values()
        assert list(space)[:3] == [Name.Separation, Name.All, Name.DeviceCMYK]


def test_the_identifier_follows_the_content() -> None:
    def identifier(made: Printed) -> str:
        with made.pdf() as pdf, pdf.open_metadata() as xmp:
            return str(xmp["xmpMM:DocumentID"])

    one, same, other = (identifier(printed(f"<p>{word}</p>")) for word in ("one", "one", "other"))
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", one)
    assert one == same != other


# --- colours -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("standard", STANDARDS)
@pytest.mark.parametrize("name", PLAIN)
def test_every_colour_becomes_ink(name: str, standard: str) -> None:
    made = printed(PLAIN[name], standard=standard)
    assert press_faults(made.data, standard) == []
    assert made.codes == []
    with made.pdf() as pdf:
        assert max(sum(colour[1:]) for colour in colours(pdf)) <= 2.4


@pytest.mark.parametrize("name", CLEAR)
def test_what_shines_through_stays_in_x_4_and_is_an_error_in_x_1a(name: str) -> None:
    made = printed(CLEAR[name])
    assert (press_faults(made.data, "x-4"), made.codes) == ([], [])
    with made.pdf() as pdf:
        assert str(pdf.pages[0].Group.CS) == "/DeviceCMYK"  # inks mix as inks
    refused = printed(CLEAR[name], standard="x-1a")
    assert [(problem.code, problem.severity) for problem in refused.problems.found] == [("transparency", "error")]
    assert refused.problems.found[0].message.startswith("page 1: ")


@pytest.mark.parametrize("colour", ["lab(50% 40 -30)", "device-cmyk(1 0 0 0)"])
def test_a_gradient_that_the_engine_cannot_draw_is_told(colour: str) -> None:
    with pytest.raises(Stopped, match="cannot mix"):
        printed(f'<p style="background: linear-gradient({colour}, white)">a</p>')


@pytest.mark.parametrize("shade", ["#000", "#777", "#fff", "gray", "hsl(200 0% 30%)"])
def test_a_grey_is_black_ink_alone(shade: str) -> None:
    with printed(f'<p style="color: {shade}; border: 1pt solid">a</p>').pdf() as pdf:
        assert {colour[1:4] for colour in colours(pdf)} == {(0, 0, 0)}


def test_a_book_may_be_printed_in_black_alone() -> None:
    """Each colour becomes the grey that Pillow makes of it; in pictures, gradients and drawings as well."""
    inked = '<p style="color: device-cmyk(1 0 0 0)">a</p><p style="color: teal">b</p>'
    files = {"a.jpg": picture("RGB", "JPEG"), "b.jpg": picture("CMYK", "JPEG")}
    made = printed(
        inked + PLAIN["gradients"] + CLEAR["drawing"] + shown("a.jpg") + shown("b.jpg"), "", files, black_only=True
    )
    assert press_faults(made.data, "x-4") == []
    with made.pdf() as pdf:
        assert {colour[1:4] for colour in colours(pdf) if colour[0] == "k"} == {(0, 0, 0)}
        teal = Image.new("RGB", (1, 1), "teal").convert("L").getpixel((0, 0))
        assert min(abs(colour[-1] - (1 - teal / 255)) for colour in colours(pdf)) < 0.005
        assert {str(image.ColorSpace) for image in pictures_in(pdf)} == {"/DeviceGray"}
        stops = [list(map(float, stop)) for stop in gradient_stops(pdf) if len(stop) == 4]
        assert stops
        assert not any(any(stop[:3]) for stop in stops)


def gradient_stops(pdf: pikepdf.Pdf) -> list[pikepdf.Object]:
    left = [one.Function for one in pdf.objects if isinstance(one, Dictionary) and "/ShadingType" in one]
    found = []
    while left:
        function = left.pop()
        left.extend(list(function.get("/Functions", [])))
        found += [function[key] for key in ("/C0", "/C1") if key in function]
    return found


def test_colours_look_as_the_profile_says() -> None:
    """Through the profile back to Lab, each mix of inks is near the colour that was asked for."""
    inks = Inks(shipped(), 240)
    profile = ImageCms.ImageCmsProfile(io.BytesIO(shipped().profile))
    lab = ImageCms.createProfile("LAB")
    back = ImageCms.buildTransform(profile, lab, "CMYK", "LAB", ImageCms.Intent.RELATIVE_COLORIMETRIC)
    there = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), lab, "RGB", "LAB")
    for red, green, blue in ((200, 120, 90), (90, 140, 110), (230, 210, 150), (120, 110, 150), (70, 90, 120)):
        mix = tuple(round(ink * 255) for ink in inks.of_rgb((red / 255, green / 255, blue / 255)))
        asked = there.apply(Image.new("RGB", (1, 1), (red, green, blue))).getpixel((0, 0))
        found = back.apply(Image.new("CMYK", (1, 1), mix)).getpixel((0, 0))
        gaps = [one - other for one, other in zip(_signed(found), _signed(asked), strict=True)]
        assert sum(gap * gap for gap in gaps) ** 0.5 < 8, (red, green, blue)


def _signed(lab: tuple[int, int, int]) -> tuple[float, ...]:
    """Pillow keeps a and b as signed bytes."""
    lightness, *hue = lab
    return (lightness / 2.55, *(one - 256 if one > 127 else one for one in hue))


# --- ink -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [100, 180, 240, 300, 400])
def test_no_pixel_has_more_ink_than_the_limit(limit: int) -> None:
    steps = [0, 60, 128, 200, 255]
    mixes = [(c, m, y, k) for c in steps for m in steps for y in steps for k in steps]
    before = Image.new("CMYK", (25, 25))
    before.putdata(mixes)
    after = limited(before, limit)
    assert most_ink(after) <= limit + 0.01
    for one, other in zip(mixes, pixels(after), strict=True):
        if sum(one) <= int(limit * 2.55):
            assert other == one  # what is within the limit stays
        elif limit >= 240:
            assert other[3] >= one[3]  # no black is lost: a part of the three becomes black


def test_colours_brought_down_look_the_same() -> None:
    inks = Inks(shipped(), 400)
    steps = range(0, 256, 15)
    cube = Image.frombytes(
        "RGB", (18, 18 * 18), bytes(one for r in steps for g in steps for b in steps for one in (r, g, b))
    )
    before = inks.of_picture(cube, None)
    lab = ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(io.BytesIO(shipped().profile)),
        ImageCms.createProfile("LAB"),
        "CMYK",
        "LAB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )
    assert most_ink(before) > 260
    pairs = zip(pixels(lab.apply(before)), pixels(lab.apply(limited(before, 240))), strict=True)
    changes = [sum((x - y) ** 2 for x, y in zip(_signed(one), _signed(two), strict=True)) ** 0.5 for one, two in pairs]
    assert 0 < sum(change > 0 for change in changes) < 40
    assert max(changes) < 7


def pixels(picture: Image.Image) -> list[tuple[int, ...]]:
    return list(zip(*(band.tobytes() for band in picture.split()), strict=True))


def test_a_colour_given_in_too_much_ink_is_told_not_changed() -> None:
    made = printed('<p style="background: device-cmyk(1 1 .9 .5)">a</p>')
    (problem,) = made.problems.found
    assert (problem.code, problem.severity) == ("too-much-ink", "warning")
    assert problem.message == ("page 1: device-cmyk(1 1 0.9 0.5) lays 340% ink on one spot, and the limit is 240%")
    with made.pdf() as pdf:
        assert ("k", 1, 1, 0.9, 0.5) in colours(pdf)
    assert printed('<p style="background: device-cmyk(1 1 .9 .5)">a</p>', ink_limit=340).codes == []


# --- pictures --------------------------------------------------------------------------------------------------

PICTURES = {  # file: how it is printed, and whether it stays packed as JPEG
    ("RGB", "PNG"): ("/DeviceCMYK", 8, False),
    ("RGB", "JPEG"): ("/DeviceCMYK", 8, True),
    ("RGB", "WEBP"): ("/DeviceCMYK", 8, False),
    ("RGBA", "PNG"): ("/DeviceCMYK", 8, False),
    ("P", "PNG"): ("/DeviceCMYK", 8, False),
    ("P", "GIF"): ("/DeviceCMYK", 8, False),
    ("CMYK", "JPEG"): ("/DeviceCMYK", 8, True),
    ("L", "PNG"): ("/DeviceGray", 8, False),
    ("L", "JPEG"): ("/DeviceGray", 8, True),
    ("LA", "PNG"): ("/DeviceGray", 8, False),
    ("grey", "PNG"): ("/DeviceGray", 8, False),
    ("grey", "JPEG"): ("/DeviceGray", 8, True),
    ("1", "PNG"): ("/DeviceGray", 1, False),
}


@pytest.mark.parametrize("standard", STANDARDS)
@pytest.mark.parametrize(("mode", "kind"), PICTURES)
def test_pictures_become_inks(mode: str, kind: str, standard: str) -> None:
    options = {"quality": 95} if kind == "JPEG" else {"lossless": True} if kind == "WEBP" else {}
    name = f"a.{kind.lower()}"
    made = printed(shown(name), pictures={name: picture(mode, kind, **options)}, standard=standard)
    assert (press_faults(made.data, standard), made.codes) == ([], [])
    with made.pdf() as pdf:
        (image,) = pictures_in(pdf)
        space, bits, packed = PICTURES[mode, kind]
        assert (image.ColorSpace, image.BitsPerComponent) == (space, bits)
        assert (image.Filter == "/DCTDecode") == packed
        assert ("/SMask" in image) == (mode in ("RGBA", "LA") and standard == "x-4")
        assert image.Interpolate is False
        if bits == 1:
            return  # the next test looks at it
        found = unmasked(image)
        assert most_ink(found) <= 240.01 if space == "/DeviceCMYK" else found.mode == "L"
        with Image.open(io.BytesIO(picture(mode, kind, **options))) as opened:
            asked = _as_asked(opened, space, on_paper=standard == "x-1a")
        gap = ImageChops.difference(asked, found)
        assert max(ImageStat.Stat(gap).mean) < (2 if packed else 0.6)


def _as_asked(source: Image.Image, space: str, *, on_paper: bool) -> Image.Image:
    """What a picture should be in print."""
    if source.mode in ("RGBA", "LA"):
        alpha, source = source.getchannel("A"), source.convert(source.mode[:-1])
        if on_paper:
            source = Image.composite(source, Image.new(source.mode, source.size, "white"), alpha)
    if space == "/DeviceGray":
        return source.convert("L")
    inks = Inks(shipped(), 240)
    return limited(source if source.mode == "CMYK" else inks.of_picture(source.convert("RGB"), None), 240)


def test_a_picture_in_black_and_white_keeps_them_apart() -> None:
    data = picture("1")
    with printed(shown("a.png"), pictures={"a.png": data}).pdf() as pdf, Image.open(io.BytesIO(data)) as asked:
        (image,) = pictures_in(pdf)
        assert Image.frombytes("1", asked.size, image.read_bytes()).tobytes() == asked.tobytes()


def unmasked(image: pikepdf.Object) -> Image.Image:
    """The pixels of a picture in inks, whatever shines through."""
    if image.Filter == "/DCTDecode":
        return pikepdf.PdfImage(image).as_pil_image()
    mode = "CMYK" if image.ColorSpace == "/DeviceCMYK" else "L"
    return Image.frombytes(mode, (int(image.Width), int(image.Height)), image.read_bytes())


def test_a_clear_picture_stands_on_paper_in_x_1a() -> None:
    clear = io.BytesIO()
    Image.new("RGBA", (160, 160), (255, 0, 0, 0)).save(clear, "PNG")
    with printed(shown("a.png"), pictures={"a.png": clear.getvalue()}, standard="x-1a").pdf() as pdf:
        (image,) = pictures_in(pdf)
        assert pikepdf.PdfImage(image).as_pil_image().convert("L").getextrema() == (255, 255)


def test_a_picture_follows_its_own_profile() -> None:
    """Under a profile in which red and green have changed places, red is printed as green."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    turned = re.sub(rb"rXYZ|gXYZ", lambda name: {b"rXYZ": b"gXYZ", b"gXYZ": b"rXYZ"}[name[0]], srgb)
    inks = []
    for colour, profile in (("lime", srgb), ("red", turned), ("lime", b"words"), ("lime", shipped().profile)):
        flat = io.BytesIO()
        Image.new("RGB", (160, 160), colour).save(flat, "PNG", icc_profile=profile)
        with printed(shown("a.png"), pictures={"a.png": flat.getvalue()}).pdf() as pdf:
            (image,) = pictures_in(pdf)
            inks.append(tuple(image.read_bytes()[:4]))
    lime, *others = inks  # the last two profiles are none, or not one for such a picture: then it is sRGB
    assert lime[2] > 100 > lime[0] > lime[1]
    for other in others:
        assert max(abs(one - two) for one, two in zip(lime, other, strict=True)) <= 2


def test_a_picture_that_is_turned_is_turned() -> None:
    """JPEGs say in EXIF how they lie."""
    exif = Image.Exif()
    exif[0x0112] = 6
    wide = io.BytesIO()
    Image.new("RGB", (300, 160), "teal").save(wide, "JPEG", exif=exif)
    with printed(shown("a.jpg"), pictures={"a.jpg": wide.getvalue()}).pdf() as pdf:
        (image,) = pictures_in(pdf)
        assert (image.Width, image.Height, image.ColorSpace) == (160, 300, "/DeviceCMYK")


@pytest.mark.parametrize(
    ("pixels", "width", "ppi"), [(160, ".5in", 0), (150, ".5in", 0), (149, ".5in", 298), (160, "2in", 80)]
)
def test_the_resolution_is_the_one_in_print(pixels: int, width: str, ppi: int) -> None:
    made = printed(shown("a.png"), f"img {{ width: {width} }}", {"a.png": picture("L", size=pixels)})
    told = [(problem.at.file, problem.at.line, problem.message) for problem in made.problems.found]
    assert told == ([("a.md", 1, f"a.png is printed with {ppi} pixels an inch, and 300 look sharp")] if ppi else [])


def test_a_picture_behind_words_is_converted_and_measured() -> None:
    css = 'p { background: url("https://book.invalid/a.png"); background-size: 1in; height: 2in }'
    made = printed("<p>words</p>", css, {"a.png": picture("RGB")})
    assert press_faults(made.data, "x-4") == []
    assert [problem.message for problem in made.problems.found] == [
        "a.png is printed with 160 pixels an inch, and 300 look sharp"
    ]


# --- settings ---------------------------------------------------------------------------------------------------

SETTINGS = '[book]\ntitle = "A"\nlanguage = "en"\nchapters = ["a.md"]\n[press]\n'


def test_presets_lie_under_what_the_book_says() -> None:
    for name, preset in presets().items():
        info = read_info(f'{SETTINGS}preset = "{name}"', Problems(), datetime.date(2026, 1, 1))
        assert info is not None
        assert {key: getattr(info.press, key.replace("-", "_")) for key in preset.press} == preset.press
        own = read_info(f'{SETTINGS}preset = "{name}"\nink-limit = 399', Problems(), datetime.date(2026, 1, 1))
        assert own is not None
        assert (own.press.ink_limit, own.press.standard) == (399, info.press.standard)
        assert f'standard = "{info.press.standard}"' in show(own)


def test_an_unknown_preset_gets_the_near_one() -> None:
    problems = Problems()
    assert read_info(f'{SETTINGS}preset = "ingram-spark"', problems, datetime.date(2026, 1, 1)) is None
    (problem,) = problems.found
    assert (problem.at.line, problem.hint) == (6, 'did you mean "ingramspark"?')


def test_each_rule_of_a_preset_says_where_it_was_read() -> None:
    text = (ROOT / "docs/press.md").read_text("utf-8")
    for name, preset in presets().items():
        assert preset.press.keys() == preset.source.keys()
        assert all(source.startswith("http") for source in preset.source.values())
        assert preset.read.isoformat() in text
        assert f'`"{name}"`' in text


PROFILES = {
    "no profile": (b"words " * 50, "is no ICC profile"),
    "of a screen": (ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), "is a profile of the class"),
    "cut off": (b"", "cannot be used"),
    "without a way to inks": (b"", "cannot be used"),
}


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_that_cannot_be_used_is_told(stock: Made, name: str) -> None:
    data, words = PROFILES[name]
    whole = shipped().profile
    if name == "cut off":
        data = whole[:60_000]
    elif name == "without a way to inks":
        data = re.sub(rb"B2A([012])", rb"XXX\1", whole)
    problems = Problems()
    assert intent_of(replace(stock.book, output_intent=data), load_theme(), problems) is None
    (problem,) = problems.found
    assert problem.code == "output-intent"
    assert words in problem.message


def test_a_profile_of_the_book_is_the_intent(stock: Made) -> None:
    """Its printing condition is named as the registry names it, where the profile tells."""
    own = shipped().profile.replace(b"Chemical proof\0", b"For FOGRA39L  \0")
    found = intent_of(replace(stock.book, output_intent=own), load_theme(), Problems())
    assert found is not None
    assert (found.profile, found.identifier, found.info) == (own, "FOGRA39L", "For FOGRA39L")


# --- faults ------------------------------------------------------------------------------------------------------

Change = Callable[[pikepdf.Pdf], object]


def _append(content: bytes) -> Change:
    def change(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0].obj
        page.Contents = pdf.make_stream(page.Contents.read_bytes() + content)

    return change


def _xmp(old: bytes, new: bytes) -> Change:
    def change(pdf: pikepdf.Pdf) -> None:
        data = pdf.Root.Metadata.read_bytes()
        assert old in data
        pdf.Root.Metadata.write(data.replace(old, new))

    return change


def _images(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return pictures_in(pdf)[0]


def _font(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return next(one for one in pdf.objects if isinstance(one, Dictionary) and one.get("/Subtype") == "/Type0")


def _without_file(pdf: pikepdf.Pdf) -> None:
    del _font(pdf).DescendantFonts[0].FontDescriptor.FontFile2


MUTANTS: dict[str, Change] = {
    "red text": _append(b" 1 0 0 rg"),
    "red lines": _append(b" 1 0 0 RG"),
    "colours of a screen by name": _append(b" /DeviceRGB cs 1 0 0 sc"),
    "a picture in the content": _append(b" BI /W 1 /H 1 /BPC 8 /CS /G ID x EI"),
    "a picture in red, green and blue": lambda pdf: setattr(_images(pdf), "ColorSpace", Name.DeviceRGB),
    "a picture of 16 bits": lambda pdf: setattr(_images(pdf), "BitsPerComponent", 16),
    "no TrimBox": lambda pdf: pdf.pages[0].obj.__delitem__("/TrimBox"),
    "a TrimBox beyond the bleed": lambda pdf: setattr(pdf.pages[0].obj, "TrimBox", Array([-20, 0, 216, 288])),
    "a bleed beyond the paper": lambda pdf: setattr(pdf.pages[0].obj, "BleedBox", Array([-20, -9, 225, 297])),
    "an ArtBox": lambda pdf: setattr(pdf.pages[0].obj, "ArtBox", Array([0, 0, 216, 288])),
    "a link": lambda pdf: setattr(
        pdf.pages[0].obj, "Annots", Array([Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9])])
    ),
    "no output intent": lambda pdf: pdf.Root.__delitem__("/OutputIntents"),
    "two output intents": lambda pdf: pdf.Root.OutputIntents.append(pdf.Root.OutputIntents[0]),
    "no profile": lambda pdf: pdf.Root.OutputIntents[0].__delitem__("/DestOutputProfile"),
    "a profile of three colours": lambda pdf: setattr(pdf.Root.OutputIntents[0].DestOutputProfile, "N", 3),
    "no printing condition": lambda pdf: pdf.Root.OutputIntents[0].__delitem__("/OutputConditionIdentifier"),
    "not said whether it is trapped": lambda pdf: pdf.docinfo.__delitem__("/Trapped"),
    "trapped as a word": lambda pdf: setattr(pdf.docinfo, "Trapped", String("False")),
    "no title": lambda pdf: pdf.docinfo.__delitem__("/Title"),
    "another title in XMP": _xmp(b"A page", b"B page"),
    "no XMP": lambda pdf: pdf.Root.__delitem__("/Metadata"),
    "another standard": _xmp(b"PDF/X-4", b"PDF/X-3"),
    "no document id": _xmp(b"DocumentID", b"DocumentIX"),
    "JavaScript": lambda pdf: setattr(
        pdf.Root, "OpenAction", pdf.make_indirect(Dictionary(S=Name.JavaScript, JS=String("x")))
    ),
    "a font that is not there": _without_file,
    "a font without ToUnicode": lambda pdf: _font(pdf).__delitem__("/ToUnicode"),
    "a transfer curve": lambda pdf: setattr(pdf.pages[0].Resources.ExtGState, "/T", Dictionary(TR=Name.Identity)),
}


@pytest.fixture(scope="module")
def page() -> Printed:
    return printed(f"<p>words</p>{shown('a.png')}", pictures={"a.png": picture("RGB")})


@pytest.mark.parametrize("name", MUTANTS)
def test_faults_are_found(page: Printed, name: str) -> None:
    assert press_faults(page.data, "x-4") == []
    with page.pdf() as pdf:
        MUTANTS[name](pdf)
        out = io.BytesIO()
        pdf.save(out, force_version="1.6")
    assert press_faults(out.getvalue(), "x-4") != []


def test_faults_of_x_1a_are_found() -> None:
    made = printed(CLEAR["opacity"] + shown("a.png"), pictures={"a.png": picture("RGBA")})
    found = " ".join(fault.message for fault in press_faults(made.data, "x-1a"))
    for fault in ("PDF 1.6", "objects packed", "opacity", "soft mask", "transparency group", "calls itself"):
        assert fault in found, fault
