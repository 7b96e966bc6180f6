"""The matrix of handouts: what is printed together, what is made again, what stays, and the same bytes by any means."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
import json
import shutil
from pathlib import Path

import pikepdf
import pytest
from test_handouts import CLINIC, SHEET, TODAY, book_with, resolved, without_callouts

from ketapub.cache import Cache
from ketapub.check.tagging import faults
from ketapub.cli import main
from ketapub.formats.pdf import sheets as on_paper
from ketapub.formats.pdf.sheets import sheet_engine, write_sheet
from ketapub.handouts import Asked, Kind, Resolved, stacks
from ketapub.handouts.clinics import Clinic, Extra
from ketapub.handouts.run import make_stacks, worker
from ketapub.handouts.run.stack import Done, Job
from ketapub.handouts.sheet import Fits, fit
from ketapub.handouts.work import write_handouts
from ketapub.outputs import Built, Bundle, OutputFile
from ketapub.problems import Problems, Stopped
from ketapub.theme import load_theme

ONE_KIND = Asked(papers=("letter",), sizes=("standard",))
SECOND = SHEET.replace("What comes next?", "What came before?").replace(
    "{{< slice #wrn-end >}}", "See [this](#sec-way)."
)
SECOND = SECOND.replace("## Before I leave", "## The way {#sec-way}")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = book_with(tmp_path_factory.mktemp("matrix"))
    (folder / "handouts/h2-before.md").write_text(SECOND, "utf-8")
    return folder


@pytest.fixture(scope="module")
def sheets(root: Path) -> tuple[Resolved, ...]:
    return resolved(root)


def made(sheets: tuple[Resolved, ...], asked: Asked = ONE_KIND, *clinics: Clinic, jobs: int = 1) -> Bundle:
    problems = Problems()
    bundle = make_stacks(stacks(sheets, clinics, asked), load_theme(), problems, jobs=jobs)
    assert not problems.found
    return bundle


def opened(bundle: Bundle, name: str) -> pikepdf.Pdf:
    (file,) = [file for file in bundle if file.path.endswith(f"/{name}")]
    return pikepdf.open(io.BytesIO(file.data))


# --- what is printed together ----------------------------------------------------------------------------------------


def test_a_clinic_has_its_sheets_all_of_them_in_one_file_and_a_page_for_staff(sheets: tuple[Resolved, ...]) -> None:
    kinds = Asked(papers=("a4",))
    assert [file.path.removeprefix("handouts/") for file in made(sheets, kinds, CLINIC)] == [
        f"{clinic}/{name}"
        for clinic in ("general", "sample")
        for names in (
            ("h1-next-a4.pdf", "h2-before-a4.pdf", "all-a4.pdf", "how-to-print.pdf"),
            ("h1-next-a4-large.pdf", "h2-before-a4-large.pdf", "all-a4-large.pdf"),
        )
        for name in names
    ]


def test_no_handout_has_the_name_of_another_file(tmp_path: Path) -> None:
    root = book_with(tmp_path)
    (root / "handouts/all.md").write_text(SHEET, "utf-8")
    with pytest.raises(Stopped, match=r"chapter-name-taken.*handouts/all\.md"):
        resolved(root)


def test_each_sheet_of_all_begins_on_paper_of_its_own(sheets: tuple[Resolved, ...]) -> None:
    bundle = made(sheets)
    single = [len(opened(bundle, f"{sheet.handout.name}-letter.pdf").pages) for sheet in sheets]
    assert single == [1, 1]
    with opened(bundle, "all-letter.pdf") as pdf:
        assert len(pdf.pages) == 3
        labels = list(pdf.Root.PageLabels.Nums)
        assert labels[::2] == [0, 2]
        assert [str(label.P) for label in labels[1::2]] == ["H1-", "H2-"]
        assert [str(line.title) for line in pdf.open_outline().root] == ["What comes next?", "What came before?"]
        assert pdf.pages[1].Contents.read_bytes().find(b"Tj") < 0
        assert list(faults(pdf)) == []


def test_a_link_in_a_file_of_all_leads_into_its_own_sheet(sheets: tuple[Resolved, ...]) -> None:
    """Both sheets have a section with that id."""
    same = tuple(dataclasses.replace(sheet, book=sheets[1].book) for sheet in sheets)
    with opened(made(same), "all-letter.pdf") as pdf:
        names = pdf.Root.Names.Dests.Names
        place = {str(names[index]): names[index + 1] for index in range(0, len(names), 2)}
        for page in (pdf.pages[0], pdf.pages[2]):
            (link,) = [note for note in page.get("/Annots", ()) if note.Subtype == "/Link"]
            assert place[str(link.get("/Dest") or link.A.D)][0].objgen == page.objgen


def test_the_page_for_staff_says_which_file_is_which(sheets: tuple[Resolved, ...]) -> None:
    import pypdfium2

    with opened(made(sheets, ONE_KIND, CLINIC), "general/how-to-print.pdf") as pdf:
        assert list(faults(pdf)) == []
        assert len(pdf.pages) == 1
        out = io.BytesIO()
        pdf.save(out)
    words = pypdfium2.PdfDocument(out.getvalue())[0].get_textpage().get_text_bounded()
    assert "-a4-large.pdf" in words
    assert all(sheet.version in words for sheet in sheets)


# --- the same by any means -------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_two_processes_make_the_same_bytes_as_one(sheets: tuple[Resolved, ...]) -> None:
    assert made(sheets, Asked(papers=("letter",)), CLINIC, jobs=2) == made(sheets, Asked(papers=("letter",)), CLINIC)


def test_what_fitted_before_is_laid_out_once_and_the_same(
    sheets: tuple[Resolved, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, fits, kind, count = sheet_engine(sheets[0].book, load_theme(), {}, Problems()), Fits(), Kind("letter"), []
    lay_out = engine.lay_out
    monkeypatch.setattr(engine, "lay_out", lambda *given: count.append(given) or lay_out(*given))
    like = dataclasses.replace(CLINIC, id="other", name="Another Clinic")
    taller = dataclasses.replace(CLINIC, id="tall", name="A Clinic with a Name of Many Words that Takes Two Lines")
    more = dataclasses.replace(CLINIC, id="long", extra=(Extra(text="Park behind.", approved_by="A. B.", date=TODAY),))
    layouts, sheet = [], without_callouts(sheets[0])  # which leaves room for notes
    for clinic in (CLINIC, like, taller, more):
        problems = Problems()
        once = fit(sheet, clinic, kind, engine, problems, fits)
        layouts.append(len(count))
        alone = fit(sheet, clinic, kind, engine, problems)
        count.clear()
        assert once is not None
        assert alone is not None
        assert write_sheet(once, sheet.book, problems) == write_sheet(alone, sheet.book, problems)
    assert layouts[1] == 1 < layouts[0]


def test_a_sheet_is_the_same_whichever_stands_before_it(tmp_path: Path) -> None:
    """Also where it alone has a picture of a size."""
    root = book_with(tmp_path)
    sized = SECOND.replace("- [ ] I have", "![](../images/dot.png){.decorative width=36pt}\n\n- [ ] I have")
    (root / "handouts/h2-before.md").write_text(sized, "utf-8")
    first, second = resolved(root)
    files = {file.path: file.data for file in made((first, second))}
    path = "handouts/general/h2-before-letter.pdf"
    assert {path: files[path]}.items() <= {file.path: file.data for file in made((second,))}.items()
    with pikepdf.open(io.BytesIO(files[path])) as pdf:
        drawn = [
            tuple(map(float, part.operands))
            for part in pikepdf.parse_content_stream(pdf.pages[0])
            if str(part.operator) == "cm"
        ]
    assert 48 in [matrix[0] for matrix in drawn]  # pixels, of 0.75 points


def test_what_is_finished_is_handed_on_before_the_next_is_made(sheets: tuple[Resolved, ...]) -> None:
    """So memory need not hold it."""
    steps: list[str] = []

    def keep(file: OutputFile) -> OutputFile:
        steps.append(file.path)
        return OutputFile(file.path, b"")

    bundle = make_stacks(stacks(sheets, (CLINIC,), ONE_KIND), load_theme(), Problems(), steps.append, keep=keep)
    assert {file.data for file in bundle} == {b""}
    general, sample = steps.index("handouts/general, letter"), steps.index("handouts/sample, letter")
    assert steps[general + 1 : sample] == [file.path for file in bundle if "/general/" in file.path]
    assert steps[sample + 1 :] == [file.path for file in bundle if "/sample/" in file.path]


# --- what is made again ----------------------------------------------------------------------------------------------


@pytest.fixture
def laid(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The handouts that are laid out."""
    names: list[str] = []
    real = worker.fit

    def watched(sheet: Resolved, clinic: Clinic | None, *others: object) -> object:
        names.append(f"{clinic.id if clinic else 'general'}/{sheet.handout.name}")
        return real(sheet, clinic, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(worker, "fit", watched)
    return names


def kept(folder: Path, sheets: tuple[Resolved, ...], *clinics: Clinic) -> Bundle:
    problems = Problems()
    return make_stacks(stacks(sheets, clinics, ONE_KIND), load_theme(), problems, cache=Cache(folder, problems))


def test_only_what_changed_is_made_again(tmp_path: Path, sheets: tuple[Resolved, ...], laid: list[str]) -> None:
    first = kept(tmp_path, sheets, CLINIC)
    assert len(laid) == 4
    laid.clear()
    assert kept(tmp_path, sheets, CLINIC) == first
    assert laid == []
    kept(tmp_path, sheets, dataclasses.replace(CLINIC, phone="555-555-0199"))
    assert laid == ["sample/h1-next", "sample/h2-before"]
    laid.clear()
    kept(tmp_path, (sheets[0], dataclasses.replace(sheets[1], sources=("Singh 2016",))))
    assert laid == ["general/h1-next", "general/h2-before"]  # the first for the file of all


def test_a_run_that_was_cut_off_goes_on_where_it_stopped(
    tmp_path: Path, sheets: tuple[Resolved, ...], laid: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make = worker.Worker.make

    def cut_off(self: worker.Worker, job: Job) -> Done:
        if job.stack.clinic:
            raise KeyboardInterrupt
        return make(self, job)

    with monkeypatch.context() as patch:
        patch.setattr(worker.Worker, "make", cut_off)
        with pytest.raises(KeyboardInterrupt):
            kept(tmp_path, sheets, CLINIC)
    laid.clear()
    assert kept(tmp_path, sheets, CLINIC) == made(sheets, ONE_KIND, CLINIC)
    assert laid[:2] == ["sample/h1-next", "sample/h2-before"]


def test_what_is_wrong_is_told_of_in_each_run(tmp_path: Path, sheets: tuple[Resolved, ...]) -> None:
    long = dataclasses.replace(sheets[0], handout=dataclasses.replace(sheets[0].handout, pages=0))
    for _ in range(2):
        problems = Problems()
        bundle = make_stacks(stacks((long,), (), ONE_KIND), load_theme(), problems, cache=Cache(tmp_path, problems))
        assert [one.code for one in problems.found] == ["handout-too-long"]
        assert [file.path for file in bundle] == ["handouts/general/how-to-print.pdf"]  # and no file of all


def test_another_version_of_an_engine_makes_all_anew(
    tmp_path: Path, sheets: tuple[Resolved, ...], laid: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(tmp_path, sheets)
    laid.clear()
    monkeypatch.setattr(on_paper, "engine_versions", lambda fonts: {"pango": "1"})
    kept(tmp_path, sheets)
    assert len(laid) == 2


# --- what stays, and the manifest ------------------------------------------------------------------------------------


def written(root: Path, out: Path, asked: Asked, cache: Path) -> Built:
    return write_handouts(root, out, asked, as_of=TODAY, cache=cache)


def test_a_part_of_the_matrix_leaves_the_rest_as_it_is(tmp_path: Path, root: Path) -> None:
    out, cache = tmp_path / "out", tmp_path / "cache"
    written(root, out, Asked(sizes=("standard",)), cache)
    before = {path.name: path.read_bytes() for path in (out / "handouts/general").iterdir()}
    (out / "handouts/general/h2-before-a4.pdf").write_bytes(b"not ours")
    written(root, out, Asked(handouts=("h1-next",), papers=("letter",)), cache)
    after = {path.name: path.read_bytes() for path in (out / "handouts/general").iterdir()}
    gone = {"all-letter.pdf", "h2-before-a4.pdf"}  # it may hold other sheets now; it is not what was written
    assert after.keys() == before.keys() - gone | {"h1-next-letter-large.pdf"}
    changed = gone | {"index.html"}  # which lists what is there
    assert [name for name in before.keys() - changed if after[name] != before[name]] == []


def test_the_manifest_lists_what_stands_there(tmp_path: Path, root: Path) -> None:
    out, cache = tmp_path / "out", tmp_path / "cache"
    written(root, out, ONE_KIND, cache)
    written(root, out, Asked(sizes=("large",)), cache)
    rows = json.loads((out / "handouts/manifest.json").read_bytes())
    with (out / "handouts/manifest.csv").open(encoding="utf-8", newline="") as stream:
        table = list(csv.DictReader(stream))
    assert table == [{key: str(value) for key, value in row.items()} for row in rows]
    there = {path.relative_to(out / "handouts").as_posix(): path for path in (out / "handouts").glob("*/*")}
    assert [row["path"] for row in rows] == sorted(there)
    for row in rows:
        data = there[row["path"]].read_bytes()
        assert row["sha256"] == hashlib.sha256(data).hexdigest()
        if row["path"].endswith(".pdf"):
            with pikepdf.open(io.BytesIO(data)) as pdf:
                assert row["pages"] == len(pdf.pages)
        else:
            assert row["pages"] == 0
    (row,) = [row for row in rows if row["path"] == "general/h1-next-a4-large.pdf"]
    assert (row["clinic"], row["handout"], row["paper"], row["size"]) == ("general", "h1-next", "a4", "large")
    assert row["version"].startswith("H1 · ")


def test_the_manifest_keeps_the_version_of_a_sheet_that_was_not_made_again(tmp_path: Path, root: Path) -> None:
    own, out, cache = tmp_path / "book", tmp_path / "out", tmp_path / "cache"
    shutil.copytree(root, own)
    written(own, out, ONE_KIND, cache)
    file = own / "handouts/h2-before.md"
    file.write_text(file.read_text("utf-8").replace("I have asked", "I asked"), "utf-8")

    def versions() -> dict[str, str]:
        return {row["path"]: row["version"] for row in json.loads((out / "handouts/manifest.json").read_bytes())}

    before = versions()
    written(own, out, Asked(handouts=("h1-next",), papers=("letter",), sizes=("standard",)), cache)
    assert versions()["general/h2-before-letter.pdf"] == before["general/h2-before-letter.pdf"]
    written(own, out, ONE_KIND, cache)
    assert versions()["general/h2-before-letter.pdf"] != before["general/h2-before-letter.pdf"]


def test_a_clinic_is_told_of_in_a_line(tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    given = ["--paper", "a4", "--size", "standard", "--cache", str(tmp_path / "cache"), "--as-of", TODAY.isoformat()]
    assert main(["handouts", str(root), "-o", str(out), "--jobs", "1", *given]) == 0
    told = [line.rsplit("  ", 1) for line in capsys.readouterr().out.splitlines()]
    assert [path for path, _ in told] == [
        str(out / "handouts" / name) for name in ("manifest.json", "manifest.csv", "general")
    ]
    assert told[-1][1].endswith(" in 7 files")
