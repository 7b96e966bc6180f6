"""Pictures of a book: found, checked by their bytes, freed of what they tell about their maker."""

from __future__ import annotations

import contextlib
import io
import random
import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image as Pillow, ImageFile

from ketapub import document as d
from ketapub.book_folder import BookFolder
from ketapub.cache import Cache
from ketapub.callouts import BUILT_IN, Kind
from ketapub.problems import Position, Problems
from ketapub.resolve.assets import checked_bytes, collect_assets, collect_icons
from ketapub.resolve.raster import Unfit, read_raster
from ketapub.theme import load_theme

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 18"><rect width="3" height="2"/></svg>'


@dataclass
class Settings:
    """As much of `Info` as pictures need."""

    cover: str = ""
    callouts: dict[str, Kind] = field(default_factory=dict)

    @property
    def book(self) -> Any:
        return SimpleNamespace(cover=self.cover)

    def at(self, key: str) -> Position:
        return Position("book.toml", 1, 1)


def picture(form: str, mode: str = "RGB", size: tuple[int, int] = (40, 20), **options: Any) -> bytes:
    """Noise, so that there is something to cut off."""
    image = Pillow.effect_noise(size, 60).convert(mode)
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def private(turn: int = 1) -> Pillow.Exif:
    exif = Pillow.Exif()
    exif[0x0112] = turn
    exif[0x013B] = "Ann Author"
    exif.get_ifd(0x8825)[1] = "N"  # GPS
    return exif


def chapter(*images: d.Image, file: str = "chapters/01-a.md") -> d.Chapter:
    heading = d.Heading(1, (d.Text("A"),))
    return d.Chapter("a", "body", heading, tuple(d.Paragraph((image,)) for image in images), file)


def image(source: str, line: int = 3) -> d.Image:
    return d.Image(source, "words", at=Position("chapters/01-a.md", line, 1))


def collect(root: Path, *images: d.Image, cover: str = "") -> tuple[list[str], Any, str, list[str]]:
    problems = Problems()
    settings: Any = Settings(cover)
    chapters, assets, front = collect_assets((chapter(*images),), BookFolder(root), settings, problems)
    sources = [node.source for node in d.walk_chapter(chapters[0]) if isinstance(node, d.Image)]
    return sources, assets, front, [f"{problem.at}: {problem.code}" for problem in problems.in_order()]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("images", "chapters", "other"):
        (tmp_path / folder).mkdir()
    (tmp_path / "images" / "Steps one.svg").write_bytes(SVG)
    return tmp_path


def test_names_sizes_and_kinds(root: Path) -> None:
    for name, data in (
        ("a.png", picture("PNG")),
        ("a.jpg", picture("JPEG")),
        ("a.gif", picture("GIF", "L")),
        ("a.webp", picture("WEBP")),
    ):
        (root / "images" / name).write_bytes(data)
    names = ["images/Steps one.svg", "images/a.png", "images/a.jpg", "images/a.gif", "images/a.webp"]
    sources, assets, _, found = collect(root, *map(image, names))
    assert found == []
    assert sources == ["images/steps-one.svg", "images/a.png", "images/a.jpg", "images/a.gif", "images/a.webp"]
    assert list(assets) == sources
    assert [asset.media_type.partition("/")[2] for asset in assets.values()] == [
        "svg+xml",
        "png",
        "jpeg",
        "gif",
        "webp",
    ]
    assert {(asset.width, asset.height) for asset in assets.values()} == {(32, 18), (40, 20)}
    assert [asset.svg is None for asset in assets.values()] == [False, True, True, True, True]


def test_one_file_is_one_asset_however_it_is_written(root: Path) -> None:
    ways = ["images/Steps one.svg", "./../images/Steps%20one.svg", "images/../images/Steps one.svg"]
    sources, assets, front, found = collect(root, *map(image, ways), cover="images/Steps one.svg")
    assert found == []
    assert sources == ["images/steps-one.svg"] * 3
    assert list(assets) == [front]


def test_beside_the_chapter(root: Path) -> None:
    (root / "chapters" / "here.svg").write_bytes(SVG)
    assert collect(root, image("here.svg"), image("./here.svg"))[0] == ["images/here.svg"] * 2


def test_names_in_outputs_are_unique_and_safe(root: Path) -> None:
    for path in ("images/fig.svg", "other/FIG.svg", "other/Ünïcode (1).svg", "other/図.svg"):
        (root / path).write_bytes(SVG)
    written = ["images/fig.svg", "other/FIG.svg", "other/Ünïcode (1).svg", "other/図.svg"]
    sources, *_ = collect(root, *map(image, written))
    assert sources == ["images/fig.svg", "images/fig-2.svg", "images/unicode-1.svg", "images/picture.svg"]


def test_the_bytes_decide_not_the_name(root: Path) -> None:
    (root / "images" / "photo.png").write_bytes(picture("JPEG"))
    (root / "images" / "chart.png").write_bytes(SVG)
    sources, assets, _, found = collect(root, image("images/photo.png"), image("images/chart.png"))
    assert found == []
    assert sources == ["images/photo.jpg", "images/chart.svg"]
    assert assets["images/chart.svg"].svg is not None


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("https://example.org/a.png", "network-address"),
        ("//example.org/a.png", "network-address"),
        ("data:image/png;base64,AAAA", "network-address"),
        ("file:///etc/passwd", "network-address"),
        ("/etc/passwd", "outside-book"),
        ("../../secret.svg", "outside-book"),
        ("images/link.svg", "outside-book"),
        ("images/gone.png", "missing-file"),
        ("images", "unreadable-file"),
        ("images/page.png", "image-format"),
        ("images/photo.tiff", "image-format"),
        ("images/deep.png", "image-format"),
        ("images/moving.gif", "animated-image"),
        ("images/half.jpg", "broken-image"),
    ],
)
def test_what_is_no_picture_of_the_book(root: Path, source: str, code: str) -> None:
    (root.parent / "secret.svg").write_bytes(SVG)
    (root / "images" / "link.svg").symlink_to(root.parent / "secret.svg")
    (root / "images" / "page.png").write_bytes(b"MZ this is no picture")
    (root / "images" / "photo.tiff").write_bytes(picture("TIFF"))
    (root / "images" / "deep.png").write_bytes(picture("PNG", "I;16"))
    frames = [Pillow.new("L", (9, 9), shade) for shade in (0, 255)]
    frames[0].save(root / "images" / "moving.gif", save_all=True, append_images=frames[1:])
    (root / "images" / "half.jpg").write_bytes(picture("JPEG")[:-300])
    sources, assets, _, found = collect(root, image("images/Steps one.svg"), image(source, line=9))
    assert found == [f"chapters/01-a.md:9:1: {code}"]
    assert sources == list(assets) == ["images/steps-one.svg"]


def test_a_fault_inside_a_drawing_is_reported_at_its_own_line(root: Path) -> None:
    (root / "images" / "bad.svg").write_bytes(SVG.replace(b"<rect", b"\n<script/><rect"))
    assert collect(root, image("images/bad.svg"))[3] == ["images/bad.svg:2: svg-not-allowed"]


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_truncated_picture_is_broken_even_if_the_process_is_lenient(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as the PDF engine does
    data = picture(form, "L" if form == "GIF" else "RGB", (200, 200))
    assert read_raster(data).width == 200
    for length in (20, len(data) // 2, len(data) - 200):
        with pytest.raises(Unfit, match="broken-image"):
            read_raster(data[:length])
    assert ImageFile.LOAD_TRUNCATED_IMAGES


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(60_001) * 10)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    with pytest.raises(Unfit, match="broken-image"):
        read_raster(data)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("turn", [1, 3, 6])
def test_private_data_goes_and_pixels_stay(form: str, turn: int) -> None:
    data = picture(form, exif=private(turn), **({"icc_profile": b"profile"} if form == "PNG" else {}))
    if form == "JPEG":
        data = data[:2] + b"\xff\xfe\x00\x0bAnn was \xff" + data[2:] + b"Ann behind the end"
    assert b"Ann" in data
    raster = read_raster(data)
    assert b"Ann" not in raster.data
    with Pillow.open(io.BytesIO(data)) as before, Pillow.open(io.BytesIO(raster.data)) as after:
        assert after.tobytes() == before.tobytes()
        assert after.info.get("icc_profile") == before.info.get("icc_profile")
        exif = after.getexif()
        assert dict(exif) == ({} if turn == 1 else {0x0112: turn})
        assert not exif.get_ifd(0x8825)
    assert (raster.width, raster.height) == ((20, 40) if turn == 6 else (40, 20))
    assert read_raster(raster.data).data == raster.data


def test_progressive_jpeg_and_text_of_png() -> None:
    from PIL.PngImagePlugin import PngInfo

    text = PngInfo()
    text.add_text("Author", "Ann")
    assert b"Ann" not in read_raster(picture("PNG", pnginfo=text)).data
    data = picture("JPEG", size=(300, 300), progressive=True, restart_marker_blocks=4)
    assert read_raster(data).data == data


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_what_is_known_of_a_picture_is_not_decoded_again(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(tmp_path, Problems())
    data = picture(form, "L" if form == "GIF" else "RGB", **({} if form == "GIF" else {"exif": private(6)}))
    first = read_raster(data, cache)
    with pytest.raises(Unfit):
        read_raster(data[:-50], cache)
    monkeypatch.setattr(Pillow, "open", None)
    assert read_raster(data, cache) == first


@pytest.mark.parametrize("seed", range(40))
def test_damaged_bytes_never_raise_anything_else(seed: int) -> None:
    chance = random.Random(seed)
    form = chance.choice(["PNG", "JPEG", "GIF", "WEBP"])
    data = bytearray(picture(form, "L" if form == "GIF" else "RGB"))
    for _ in range(6):
        data[chance.randrange(12, len(data))] = chance.randrange(256)
    with contextlib.suppress(Unfit):
        assert read_raster(bytes(data)).data


def test_icons_come_from_the_theme_or_the_book(root: Path) -> None:
    (root / "images" / "own.svg").write_bytes(SVG)
    (root / "images" / "linked.svg").write_bytes(SVG.replace(b"<rect", b'<use href="#r"/><rect id="r"'))
    kinds = dict(BUILT_IN) | {
        "own": Kind("own", icon="images/own.svg"),
        "linked": Kind("linked", icon="images/linked.svg"),
    }
    problems = Problems()
    settings: Any = Settings(callouts=kinds)
    icons = collect_icons(settings, BookFolder(root), load_theme(), problems)
    assert set(icons) == {*BUILT_IN, "own"}
    assert icons["own"].width == 32
    assert "currentColor" in icons["warning"].xml
    assert [(problem.code, problem.at.file) for problem in problems.found] == [("svg-not-allowed", "images/linked.svg")]


def test_pictures_of_style_sheets_are_checked_alike() -> None:
    at, problems = Position("css/a.css", 2, 3), Problems()
    assert b"Ann" not in (checked_bytes(picture("JPEG", exif=private()), "a.jpg", at, problems) or b"Ann")
    assert b"<rect" in (checked_bytes(SVG.replace(b"<rect", b"<script/><rect"), "a.svg", at, problems) or b"")
    assert checked_bytes(b"no picture", "a.png", at, problems) is None
    assert [(str(problem.at), problem.code) for problem in problems.found] == [
        ("a.svg:1", "svg-not-allowed"),
        ("css/a.css:2:3", "image-format"),
    ]
