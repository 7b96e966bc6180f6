"""Versions of handouts: recorded once, kept for ever; what a site, a folder of sheets and a notice say of them."""

from __future__ import annotations

import datetime
import io
import json
import re
from functools import partial
from pathlib import Path

import pikepdf
import pytest
from conftest import BOOKS, resolved as resolved_book
from lxml import etree
from reading import site_files
from test_handouts import SHEET, book_with, resolved

from ketapub.build import build
from ketapub.check.checks.links import faults as faults_of_links, output_of
from ketapub.check.equality import screen_differs
from ketapub.check.equality.on_screens import site_folder
from ketapub.check.findings import Place, Subject
from ketapub.check.leading.screens import Screens
from ketapub.check.screens import path_of, unpacked
from ketapub.check.tagging import faults
from ketapub.cli import main
from ketapub.editions import select
from ketapub.formats.pdf.sheets import words_of
from ketapub.handouts import Asked
from ketapub.handouts.qr import modules
from ketapub.handouts.versions import FILE, Versions
from ketapub.handouts.work import (
    current_handouts,
    pages_of_sheets,
    record_versions,
    stale_sheets,
    write_handouts,
    write_notice,
)
from ketapub.outputs import Built, OutputFile
from ketapub.problems import Problems, Stopped
from ketapub.reading import read_book
from ketapub.theme import load_theme

TODAY = datetime.date(2026, 2, 1)
LATER = datetime.date(2026, 5, 1)
LETTER = Asked(clinics=("general",), papers=("letter",), sizes=("standard",))


def record(root: Path, day: datetime.date = TODAY) -> Versions:
    problems, found = record_versions(root, as_of=day)
    assert not [one for one in problems if "version" in one.code]
    return found


def change(root: Path, old: str, new: str, file: str = "handouts/h1-next.md") -> None:
    text = (root / file).read_text("utf-8")
    assert text.count(old) == 1
    (root / file).write_text(text.replace(old, new), "utf-8")


def withdraw(root: Path, id: str, why: str = "the number to call was wrong") -> None:
    text = (root / FILE).read_text("utf-8")
    head, body = text.split(f"[{id}]")
    body = re.sub('state = "[a-z]+"', f'state = "withdrawn"\nwhy = "{why}"', body, count=1)
    (root / FILE).write_text(f"{head}[{id}]{body}", "utf-8")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return book_with(tmp_path)


# --- the list --------------------------------------------------------------------------------------------------------


def test_a_version_is_recorded_once_and_keeps_its_month(root: Path) -> None:
    ((id, version),) = record(root).items()
    assert (version.handout, version.label, version.month, version.state) == ("h1-next", "H1", "1", "current")
    text = (root / FILE).read_bytes()
    change(root, 'version = "1"', 'version = "2"', "book.toml")
    assert list(record(root, LATER)) == [id]
    assert (root / FILE).read_bytes() == text
    assert resolved(root)[0].version == f"H1 · 1 · {id}"  # not the book's version of today


def test_a_plain_run_warns_and_leaves_the_manuscript_alone(root: Path, tmp_path: Path) -> None:
    built = write_handouts(root, tmp_path / "out", LETTER, as_of=TODAY)
    (warning,) = [one for one in built.problems if one.code == "unrecorded-version"]
    assert (warning.severity, str(warning.at)) == ("warning", "handouts/h1-next.md:2:9")
    assert not (root / FILE).exists()
    record(root)
    built = write_handouts(root, tmp_path / "out", LETTER, as_of=TODAY)
    assert not [one for one in built.problems if one.code == "unrecorded-version"]


def test_a_new_text_replaces_the_old_one_and_may_come_back(root: Path) -> None:
    (first,) = record(root)
    change(root, "Plan the way home first.", "Plan your way home first.")
    found = record(root, LATER)
    second = next(id for id in found if id != first)
    assert (found[first].state, found[first].by, found[first].until) == ("replaced", second, LATER)
    assert (found[second].state, found[second].since) == ("current", LATER)
    change(root, "Plan your way home first.", "Plan the way home first.")
    found = record(root, LATER)
    assert (found[first].state, found[first].by, found[first].since) == ("current", "", TODAY)
    assert (found[second].state, found[second].by) == ("replaced", first)


def test_what_an_author_withdrew_stays_so(root: Path) -> None:
    (first,) = record(root)
    withdraw(root, first)
    change(root, "Plan the way home first.", "Plan your way home first.")
    found = record(root, LATER)
    assert (found[first].state, found[first].why) == ("withdrawn", "the number to call was wrong")
    assert found[first].until == LATER
    assert [one.state for one in found.values()] == ["withdrawn", "current"]


def test_what_is_withdrawn_is_not_made_again(root: Path, tmp_path: Path) -> None:
    (root / "handouts/h2-other.md").write_text(SHEET.replace("What comes next?", "What else?"), "utf-8")
    first = next(id for id, version in record(root).items() if version.label == "H1")
    withdraw(root, first)
    built = write_handouts(root, tmp_path / "out", LETTER, as_of=TODAY)
    made = {file.path for file in built.outputs}
    assert "handouts/general/h2-other-letter.pdf" in made
    assert not [path for path in made if "h1-" in path]
    (problem,) = [one for one in built.problems if one.code == "withdrawn-version"]
    assert problem.message == f"H1 · 1 · {first} is withdrawn, because the number to call was wrong"


def test_where_all_is_withdrawn_nothing_is_made(root: Path, tmp_path: Path) -> None:
    (first,) = record(root)
    withdraw(root, first)
    with pytest.raises(Stopped, match="withdrawn-version"):
        write_handouts(root, tmp_path / "out", LETTER, as_of=TODAY)
    read = read_book(root, load_theme(), Problems(), as_of=TODAY)
    (page,) = pages_of_sheets(current_handouts(read, Problems(), TODAY), Problems())
    assert (page.state, page.today, page.newer) == ("withdrawn", None, "")


def test_a_book_without_handouts_has_no_versions(tmp_path: Path) -> None:
    for work in (record_versions, partial(write_notice, out=tmp_path), partial(stale_sheets, folder=tmp_path)):
        with pytest.raises(Stopped, match=r"error\[missing-setting\]: the book has no handouts") as stopped:
            work(BOOKS / "stock", as_of=TODAY)
        assert stopped.value.usage


def test_two_texts_never_share_an_id(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "handouts/h2-next.md").write_text(SHEET, "utf-8")
    with pytest.raises(Stopped, match=r"handouts/h2-next\.md:2:9: error\[version-taken\]"):
        record_versions(root, as_of=TODAY)
    (root / "handouts/h2-next.md").unlink()
    (first,) = record(root)
    change(root, "Plan the way home first.", "Plan your way home first.")
    monkeypatch.setattr("ketapub.handouts.text_id", lambda book: first)
    kept = (root / FILE).read_bytes()
    with pytest.raises(Stopped, match=rf"h1-next\.md:2:9: error\[version-taken\]: another text has the id {first}"):
        record_versions(root, as_of=TODAY)
    assert (root / FILE).read_bytes() == kept


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (r"\[[A-Z0-9]{4}\]", "[K7Q0]", r'versions\.toml:3:2: error\[broken-versions\]: "K7Q0" is no id'),
        ('handout = "h1-next"', 'handout = "h1-nxt"', r'4:1: error\[broken-versions\]: .* no handout "h1-nxt"'),
        ('state = "current"', 'state = "withdrawn"', r"8:1: error\[broken-versions\]: .* without a reason"),
        ('state = "current"', 'state = "replaced"\nby = "K7QD"', r"9:1: error\[broken-versions\]: .*no other version"),
        ('state = "current"', 'state = "gone"', r'8:1: error\[wrong-setting\]: state cannot be "gone"'),
        ("label", "labl", r"5:1: error\[unknown-setting\]"),
        ("since = ", "since = x", r"error\[broken-toml\]"),
    ],
)
def test_a_list_that_contradicts_itself_is_told_of(root: Path, old: str, new: str, told: str) -> None:
    record(root)
    text, count = re.subn(old, new, (root / FILE).read_text("utf-8"), count=1)
    assert count
    (root / FILE).write_text(text, "utf-8")
    with pytest.raises(Stopped, match=told):
        record_versions(root, as_of=TODAY)


# --- the site --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[str]]:
    """A book with a replaced, a withdrawn and a current version, its site, and their ids in that order."""
    folder = tmp_path_factory.mktemp("site")
    root = book_with(folder)
    change(root, "[book]", '[site]\nurl = "https://book.example/guide"\n\n[book]', "book.toml")
    record(root)
    change(root, "Plan the way home first.", "Plan your way home first.")
    withdraw(root, list(record(root, LATER))[1])
    change(root, "Plan your way home first.", "Plan your ride home first.")
    ids = list(record(root, LATER))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ketapub.formats.site.assets.cut_faces", lambda *_: iter(()))
        build(root, folder / "out", as_of=LATER, formats=("site",))
    return root, folder / "out", ids


def said(out: Path, page: str) -> str:
    main_of = etree.fromstring((out / "site/h" / page).read_bytes(), etree.HTMLParser()).find(".//main")
    assert main_of is not None
    return " ".join("".join(main_of.itertext()).split())


def test_whoever_has_a_sheet_learns_whether_it_counts_before_its_text(site: tuple[Path, Path, list[str]]) -> None:
    _, out, (first, second, third) = site
    today = f"What follows is the text of today’s sheet, H1 · 1 · {third}."
    for id, state in (
        (first, f"There is a newer sheet. {today}"),
        (second, f"Withdrawn: do not use, because the number to call was wrong. {today}"),
        (third, "This sheet is current."),
    ):
        text = said(out, f"{id.lower()}.html")
        assert text.startswith(f"Version H1 · 1 · {id} {state} ")
        assert "Plan your ride home first." in text
        assert "Sources: Halpern 2002." in text


def test_one_page_lists_every_sheet_and_needs_no_script(site: tuple[Path, Path, list[str]]) -> None:
    _, out, (first, second, third) = site
    text = said(out, "index.html")
    title = "What comes next?"
    assert text.endswith(
        f"H1 · 1 · {third} {title} Current H1 · 1 · {second} {title} Withdrawn: do not use "
        f"H1 · 1 · {first} {title} There is a newer sheet"
    )
    landing = (out / "site/index.html").read_text("utf-8")
    assert '<a href="h/index.html">Is my sheet current?</a>' in landing
    listed = re.findall("<loc>https://book.example/guide/h/(.*?)</loc>", (out / "site/sitemap.xml").read_text("utf-8"))
    assert listed == ["index.html", f"{third.lower()}.html"]  # nobody should find the other ones by searching


def test_links_land_and_the_gate_still_finds_the_chapters(site: tuple[Path, Path, list[str]]) -> None:
    root, out, _ = site
    files = unpacked(out / "site")
    read = output_of(files, "/guide/")
    assert [name for name in read.sources if name.startswith("h/")]
    wrong = [one for one in faults_of_links(read) if one.place.part != "404.html"]  # which loads by the site's address
    assert wrong == []
    book = select(resolved_book(root, Problems()), Problems(), format="site")
    pages = site_folder(site_files({f"site/{name}": files.read(name) for name in files.names}))
    assert screen_differs(book, pages, "site").findings == ()


def test_what_the_gate_finds_on_such_a_page_leads_to_the_handout(site: tuple[Path, Path, list[str]]) -> None:
    root, out, ids = site
    theme = load_theme()
    read = read_book(root, theme, Problems(), as_of=LATER)
    sheets = pages_of_sheets(current_handouts(read, Problems(), LATER), Problems())
    subject = Subject(read.book, theme, {"site": out / "site"}, "", out, sheets)
    for name, tag, place in (
        (f"h/{ids[0].lower()}.html", "ul[@class='checklist']/li", "handouts/h1-next.md"),
        ("h/index.html", "ul[@class='sheets']", ""),
    ):
        page = etree.fromstring((out / "site" / name).read_bytes(), etree.HTMLParser())
        element = page.xpath(f"//main//{tag}")[0]
        origin = Screens(subject, "site").origin(Place(name, element=path_of(element)))
        assert origin.at.file == place
        assert origin.made_by == ("" if place else "template site/sheets.html, line 5")


def test_a_book_without_handouts_has_no_such_page(tmp_path: Path, root: Path) -> None:
    text = (root / "book.toml").read_text("utf-8")
    (root / "book.toml").write_text(text[: text.index("[handouts]")], "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ketapub.formats.site.assets.cut_faces", lambda *_: iter(()))
        built = build(root, tmp_path / "out", as_of=TODAY, formats=("site",))
    names = {file.path for file in built.outputs}
    assert "site/index.html" in names
    assert not [name for name in names if name.startswith("site/h/")]
    assert b"h/index.html" not in next(file.data for file in built.outputs if file.path == "site/index.html")


# --- the address on the sheet ----------------------------------------------------------------------------------------


def sheet_of(built: Built) -> OutputFile:
    return next(file for file in built.outputs if file.path == "handouts/general/h1-next-letter.pdf")


def test_a_sheet_names_its_page_where_the_site_has_an_address(root: Path, tmp_path: Path) -> None:
    without = sheet_of(write_handouts(root, tmp_path / "out", LETTER, as_of=TODAY))
    change(root, "[book]", '[site]\nurl = "https://book.example/guide/"\n\n[book]', "book.toml")
    (sheet,) = resolved(root)
    file = sheet_of(write_handouts(root, tmp_path / "out", LETTER, as_of=TODAY))
    address = f"https://book.example/guide/h/{sheet.id.lower()}.html"
    assert sheet.address == address
    assert f"book.example/guide/h/{sheet.id.lower()}" in "".join(words_of(file.data).split())
    assert "book.example" not in words_of(without.data)
    with pikepdf.open(io.BytesIO(file.data)) as pdf:
        assert list(faults(pdf)) == []
        alts = [str(one.Alt) for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and "/Alt" in one]
    assert alts.count(address) == 1


def test_the_square_has_its_finders_and_says_different_things_of_different_addresses() -> None:
    """What it says is read back by a decoder in tests/check."""
    one, other = (modules(f"https://book.example/h/{id}.html") for id in ("k7qd", "m3xa"))
    assert one != other
    finder = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
    for rows in (slice(0, 7), slice(-7, None)):
        for columns in (slice(0, 7), slice(-7, None)):
            found = ["".join("01"[dark] for dark in row[columns]) for row in one[rows]]
            assert (found == finder) == ((rows.start, columns.start) != (-7, -7))


# --- a folder of sheets ----------------------------------------------------------------------------------------------


def test_stale_sheets_are_found_and_what_changed_is_named(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (first,) = record(root)
    write_handouts(root, out, LETTER, as_of=TODAY)
    _, (standing,) = stale_sheets(root, out, as_of=TODAY)
    assert (standing.version, standing.state) == (f"H1 · 1 · {first}", "current")
    # That of all sheets and the page for staff name it as well.
    files = tuple(f"handouts/general/{name}.pdf" for name in ("all-letter", "h1-next-letter", "how-to-print"))
    assert standing.files == files
    change(root, "Plan the way home first.", "Plan your way home first.")
    _, (standing,) = stale_sheets(root, out, as_of=LATER)  # whether that was recorded or not
    (second,) = resolved(root)
    assert (standing.state, standing.newer) == ("replaced", f"H1 · 1 · {second.id}")
    ((at, text),) = [(str(one.at), one.text) for one in standing.changes]
    assert at.startswith("handouts/h1-next.md:3:")
    assert text == "Plan your way home first."


def test_what_a_manifest_lists_is_not_opened(root: Path, tmp_path: Path) -> None:
    (first,) = record(root)
    folder = tmp_path / "out/handouts"
    (folder / "general").mkdir(parents=True)
    (folder / "general/a.pdf").write_bytes(b"no PDF")
    lines = [{"path": "general/a.pdf", "version": f"H1 · 1 · {first}"}]
    (folder / "manifest.json").write_text(json.dumps(lines), "utf-8")
    problems, (standing,) = stale_sheets(root, folder, as_of=TODAY)
    assert (standing.state, standing.files) == ("current", ("general/a.pdf",))
    assert not [one for one in problems if one.code == "unreadable-file"]
    (folder / "manifest.json").unlink()
    with pytest.raises(Stopped, match="unreadable-file"):
        stale_sheets(root, folder, as_of=TODAY)


def test_the_command_tells_and_fails_where_a_sheet_is_out_of_date(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, day = tmp_path / "out", ["--as-of", "2026-02-01", "--cache", str(tmp_path / "cache")]
    assert main(["handouts", str(root), "--record", *day]) == 0
    (first,) = resolved(root)
    assert f"{first.version}: current" in capsys.readouterr().err
    write_handouts(root, out, LETTER, as_of=TODAY)
    assert main(["handouts", str(root), "--stale", str(out), *day]) == 0
    assert capsys.readouterr().out == f"current    {first.version}  3 files\n"
    withdraw(root, first.id)
    assert main(["handouts", str(root), "--stale", str(out), *day]) == 1
    assert capsys.readouterr().out == (
        f"withdrawn  {first.version}  3 files, because the number to call was wrong\n"
        "           handouts/general/all-letter.pdf\n"
        "           handouts/general/h1-next-letter.pdf\n"
        "           handouts/general/how-to-print.pdf\n"
    )
    assert main(["handouts", str(root), "--stale", str(out), "--json", *day]) == 1
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["version"], told["state"]) == (first.version, "withdrawn")
    assert main(["handouts", str(root), "--stale", str(tmp_path / "nowhere"), *day]) == 2


# --- the notice ------------------------------------------------------------------------------------------------------


def test_the_notice_says_what_to_put_out_and_what_to_throw_away(site: tuple[Path, Path, list[str]]) -> None:
    root, out, (first, second, third) = site
    (file,) = write_notice(root, out, as_of=LATER).outputs
    assert file.path == "handouts/notice.pdf"
    assert (out / file.path).read_bytes() == file.data
    words = " ".join(words_of(file.data).split())
    withdrawn, replaced, new = (words.index(f"H1 · 1 · {id}") for id in (second, first, third))
    assert words.index("Throw these away at once.") < withdrawn < words.index("Throw the old ones away.") < replaced
    assert replaced < words.index("Print these, and put them out.") < words.rindex(f"H1 · 1 · {third}")
    assert new < words.index("Print these")  # it is named as what replaced the first one, too
    assert "because the number to call was wrong" in words
    assert "Since May 1, 2026." in words
    with pikepdf.open(io.BytesIO(file.data)) as pdf:
        assert len(pdf.pages) == 1
        assert list(faults(pdf, book=False)) == []
    _, standing = stale_sheets(root, out, as_of=LATER)  # it is no sheet, whatever versions it names
    assert standing == ()
