"""The command: exit statuses, what goes to which stream, and what is told before any work begins."""

import datetime
import json
import os
import re
import subprocess
import sys
import types
from dataclasses import dataclass
from pathlib import Path

import pytest

from ketapub import __version__, cli
from ketapub.formats.pdf.standard import STANDARDS
from ketapub.outputs import LIST, OutputFile, write_outputs
from ketapub.problems import Position, Problem, Problems, Stopped, explanations

WARNING = Problem("missing-file", Position("a.md", 2, 3), "a warning", "a hint", "warning", "the ä line")
ERROR = Problem("missing-file", Position("a.md"), "an error")


@dataclass
class Fake:
    """Stands in for the pipeline: remembers how it was called, does what it is told."""

    problems: tuple = ()
    outputs: tuple = (OutputFile("x.pdf", b"x" * 1_500_000),)
    remarks: tuple = ()
    raises: BaseException | None = None
    steps: tuple = ("reading", "pdf")
    says: str = ""
    calls: tuple = ()

    def __call__(self, root, out, **options):
        self.calls += ((root, out, options),)
        for step in self.steps:
            options["progress"](step)
        if self.says:
            print(self.says)
        if self.raises:
            raise self.raises
        return self


@pytest.fixture
def fake(monkeypatch):
    fake = Fake()
    monkeypatch.setitem(sys.modules, "ketapub.build", types.SimpleNamespace(build=fake))
    return fake


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty folder to stand in, and an environment without our variables."""
    for name in ("SOURCE_DATE_EPOCH", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    """The exit status; argparse leaves by an exception."""
    try:
        return cli.main([str(argument) for argument in arguments])
    except SystemExit as exit:
        return exit.code


# --- exit statuses and streams -----------------------------------------------------------------------


def test_done(fake, capsys):
    assert run("build") == 0
    out, err = capsys.readouterr()
    assert out == "build/x.pdf  1.5 MB\n"
    assert err == ""


def test_done_with_warnings(fake, capsys):
    fake.problems = (WARNING,)
    assert run("build") == 0
    out, err = capsys.readouterr()
    assert out == "build/x.pdf  1.5 MB\n"
    assert err == f"{WARNING}\nketapub: 1 warning\n"


@pytest.mark.parametrize(("usage", "status"), [(False, 1), (True, 2)])
def test_stopped(fake, capsys, usage, status):
    fake.raises = Stopped([ERROR, ERROR, WARNING], usage=usage)
    assert run("build") == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"{ERROR}\n{ERROR}\n{WARNING}\n")
    assert err.endswith("ketapub: 2 errors, 1 warning\n")


def test_json(fake, capsys):
    fake.problems = (WARNING,)
    fake.says = "a library prints"
    assert run("build", "--json", "-o", "elsewhere") == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == {
        "problems": [
            {
                "code": "missing-file",
                "severity": "warning",
                "file": "a.md",
                "line": 2,
                "column": 3,
                "message": "a warning",
                "hint": "a hint",
            }
        ],
        "outputs": [{"path": "elsewhere/x.pdf", "size": 1_500_000}],
    }
    assert "a library prints" in err
    assert str(WARNING) in err


def test_json_when_stopped(fake, capsys):
    fake.raises = Stopped([ERROR])
    assert run("build", "--json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert [problem["message"] for problem in answer["problems"]] == ["an error"]
    assert answer["outputs"] == []


def test_quiet_prints_problems_only(fake, capsys):
    fake.problems = (WARNING,)
    assert run("build", "--quiet") == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert str(WARNING) in err


def test_verbose_prints_each_step(fake, capsys):
    assert run("build", "--verbose") == 0
    assert capsys.readouterr().err == "ketapub: reading\nketapub: pdf\n"


def test_interrupted(fake, capsys):
    fake.raises = KeyboardInterrupt()
    assert run("build") == 130
    assert capsys.readouterr().err == "ketapub: interrupted\n"


def test_a_fault_of_ours_is_a_traceback(fake):
    fake.raises = RuntimeError("a bug")
    with pytest.raises(RuntimeError, match="a bug"):
        run("build")


def test_a_missing_system_library_is_one_line(fake, capsys):
    fake.says = "WeasyPrint could not import some external libraries."
    fake.raises = OSError("cannot load library 'libgobject-2.0-0': libgobject-2.0-0: cannot open shared object file")
    assert run("build", "--json") == 2
    out, err = capsys.readouterr()
    (problem,) = json.loads(out)["problems"]
    assert problem["code"] == "missing-library"
    assert "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" in problem["hint"]
    assert "could not import" not in err


def test_another_fault_of_the_system_is_not_hidden(fake):
    fake.raises = OSError("no such device")
    with pytest.raises(OSError, match="no such device"):
        run("build")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["buidl"],
        ["build", "--too", "pdf"],
        ["build", "a", "b"],
        ["build", "--jobs", "0"],
        ["build", "--pdf-standard", "ua-3"],
        ["build", "--jobs", "many"],
        ["build", "--quiet", "--verbose"],
        ["build", "--str"],
        ["config", "--show", "--schema"],
        ["config", "--styles"],
        ["config", "--schema", "--styles", "bmj"],
        ["new"],
    ],
)
def test_wrong_usage(fake, capsys, arguments):
    assert run(*arguments) == 2
    assert capsys.readouterr().err
    assert fake.calls == ()


@pytest.mark.parametrize("name", ["import", "desk"])
def test_what_does_not_exist_is_not_offered(name, capsys):
    assert run(name) == 2
    assert run("--help") == 0
    assert f" {name} " not in capsys.readouterr().out


# --- what build is given -----------------------------------------------------------------------------


def asked(fake, *arguments):
    assert run("build", *arguments) == 0
    return fake.calls[-1]


def test_the_book(fake, folder):
    assert asked(fake)[0] == Path("manuscript")
    (folder / "book.toml").touch()
    assert asked(fake)[0] == Path()
    assert asked(fake, "elsewhere")[0] == Path("elsewhere")
    assert asked(fake, folder / "book.toml")[0] == folder


def test_out(fake):
    assert asked(fake)[1] == Path("build")
    assert asked(fake, "-o", "x")[1] == Path("x")


@pytest.mark.parametrize(
    ("lists", "formats"),
    [
        ([], None),
        (["--to", "pdf"], ("pdf",)),
        (["--to", "epub,pdf"], ("epub", "pdf")),
        (["--to", "epub, pdf,epub", "--to", "html"], ("epub", "pdf", "html")),
    ],
)
def test_formats(fake, lists, formats):
    assert asked(fake, *lists)[2]["formats"] == formats


@pytest.mark.parametrize(
    ("list_", "hint"), [("pdff", 'did you mean "pdf"?'), ("pdf,equb", 'did you mean "epub"?'), ("", "known here: pdf")]
)
def test_unknown_formats(fake, capsys, list_, hint):
    assert run("build", f"--to={list_}", "--json") == 2
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert problem["code"] == "unknown-format"
    assert problem["hint"].startswith(hint)
    assert fake.calls == ()


def test_unknown_checks(capsys):
    assert run("check", "--only=epubchek,qpdf", "--json") == 2
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert problem["code"] == "unknown-check"


def test_today(fake, monkeypatch):
    assert asked(fake)[2]["as_of"] == datetime.date.today()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86399")  # a second before the second day
    assert asked(fake)[2]["as_of"] == datetime.date(1970, 1, 1)
    assert asked(fake, "--as-of", "2026-11-23")[2]["as_of"] == datetime.date(2026, 11, 23)


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "23.11.2026"])
def test_no_date(fake, capsys, day):
    assert run("build", "--as-of", day) == 2
    assert "error[wrong-date]" in capsys.readouterr().err


@pytest.mark.parametrize("epoch", ["now", "9" * 30, "1.5"])
def test_no_epoch(fake, capsys, monkeypatch, epoch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert run("build") == 2
    assert "error[wrong-date]" in capsys.readouterr().err


def test_the_cache(fake, folder, monkeypatch):
    assert asked(fake)[2]["cache"] == folder / "home/.cache/ketapub"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # to be ignored, says the specification
    assert asked(fake)[2]["cache"] == folder / "home/.cache/ketapub"
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert asked(fake)[2]["cache"] == Path("/caches/ketapub")
    assert asked(fake, "--cache", "here")[2]["cache"] == Path("here")


def test_the_other_options(fake):
    options = asked(fake, "--strict", "--jobs", "3")[2]
    assert (options["strict"], options["jobs"]) == (True, 3)
    options = asked(fake)[2]
    assert options["pdf_standard"] == "ua-1"
    assert all(asked(fake, "--pdf-standard", name)[2]["pdf_standard"] == name for name in STANDARDS)
    assert options["strict"] is False
    assert options["jobs"] >= 1


def test_the_plain_engine(fake, monkeypatch):
    said = []
    monkeypatch.setattr("ketapub.formats.pdf.fast.set_plain", said.append)
    asked(fake)
    assert said == []
    asked(fake, "--plain-engine")
    assert said == [True, False]


# --- the other commands ------------------------------------------------------------------------------


def test_version(capsys):
    assert run("--version") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"ketapub {__version__}"
    assert "weasyprint 70.0" in lines


def test_explain(capsys):
    assert run("explain", "foreign-file") == 0
    out = capsys.readouterr().out
    assert out.startswith("foreign-file\n\nSomething stands where")
    assert "\nWrong:\n    build/my-book.pdf was copied there" in out
    assert "\nRight:\n    mv build/my-book.pdf" in out


def test_explain_lists_all(capsys):
    assert run("explain") == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == sorted(explanations())


def test_explain_knows_the_nearest(capsys):
    assert run("explain", "foriegn-file") == 2
    assert 'did you mean "foreign-file"?' in capsys.readouterr().err


@pytest.mark.parametrize("code", ["missing-library", "unknown-format", "unknown-code", "wrong-date"])
def test_its_own_codes_are_explained(code):
    assert code in explanations()


def test_new(folder, capsys):
    assert run("new", "book") == 0
    assert "cd book\n    ketapub build" in capsys.readouterr().out
    settings = (folder / "book/book.toml").read_text()
    assert datetime.date.today().isoformat() in settings
    assert run("new", "other") == 0
    assert (folder / "other/book.toml").read_text() != settings  # an identifier of its own
    assert run("config", "book", "--show") == 0


def test_new_refuses_what_is_there(folder, capsys):
    (folder / "file").touch()
    assert run("new", ".") == 2
    assert "error[folder-not-empty]" in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["file"]


def test_config(folder, capsys):
    assert run("config") == 2
    assert "error[no-book]" in capsys.readouterr().err
    assert run("config", "--schema") == 0
    assert json.loads(capsys.readouterr().out)["properties"]["book"]
    (folder / "book.toml").write_text('[book]\ntitle = "T"\nlanguage = "en"\nchapters = ["a.md"]\n')
    for arguments in ([], ["--show"], [".", "--show"]):
        assert run("config", *arguments) == 0
        assert 'title = "T"' in capsys.readouterr().out
    (folder / "book.toml").write_text("[book\n")
    assert run("config") == 2


def test_config_lists_styles_without_a_book(folder, capsys):
    assert run("config", "--styles", "Lancet", "neuro") == 0
    assert capsys.readouterr().out == (
        "the-lancet-neurology  numeric      The Lancet Neurology, printed as the-lancet\n"
    )
    assert run("config", "no-such-folder", "--styles", "jama") == 0
    first, *_ = capsys.readouterr().out.splitlines()
    assert first.split()[:2] == ["jama", "numeric"]
    assert first.endswith(", printed as american-medical-association")
    assert run("config", "--styles", "vancouver") == 0
    assert capsys.readouterr().out.splitlines()[0].endswith(", once vancouver")


def test_config_lists_no_more_styles_than_a_screen_holds(folder, capsys):
    assert run("config", "--styles", "journal") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 41
    assert re.fullmatch(r"… and \d{3,} more", lines[-1])


def test_config_names_the_styles_nearest_to_an_unknown_one(folder, capsys):
    assert run("config", "--styles", "vancuver") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert 'error[unknown-style]: no citation style has "vancuver" in its names' in told.err
    assert 'did you mean "vancouver",' in told.err
    for nothing in ("zzzzq", "", "§", "new zzzzq"):
        assert run("config", "--styles", nothing) == 1
        assert "hint: try one word" in capsys.readouterr().err


def test_clean(folder, capsys):
    (folder / "manuscript").mkdir()
    bundle = (OutputFile("x.pdf", b"x"), OutputFile("site/index.html", b"x"))
    write_outputs(folder / "build", bundle, build_id="", manuscript_root=folder / "manuscript", problems=Problems())
    (folder / "build/mine").touch()
    assert run("clean") == 0
    assert capsys.readouterr().err == "ketapub: 2 files deleted from build\n"
    assert [path.name for path in (folder / "build").iterdir()] == ["mine"]
    assert run("clean", "manuscript", "-o", "build") == 0
    assert capsys.readouterr().err == "ketapub: 0 files deleted from build\n"
    assert not (folder / "build" / LIST).exists()


# --- as a process ------------------------------------------------------------------------------------


def process(*arguments, **options):
    return subprocess.run([sys.executable, "-m", "ketapub", *arguments], capture_output=True, **options)


@pytest.mark.parametrize("arguments", [["--help"], ["build", "--help"], ["--version"], ["explain", "foreign-file"]])
def test_help_is_quick_because_it_loads_nothing_heavy(arguments):
    code = (
        "import sys; from ketapub.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "heavy = {'weasyprint', 'lxml', 'markdown_it', 'jinja2', 'ebooklib', 'pikepdf', 'PIL', 'fontTools', 'rich'}\n"
        "print(sorted(heavy & {*sys.modules}), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True)
    assert done.stderr == b"[]\n"
    assert done.stdout


def test_a_closed_pipe_is_no_traceback():
    reader, writer = os.pipe()
    os.close(reader)
    started = subprocess.Popen([sys.executable, "-m", "ketapub", "explain"], stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert started.communicate()[1] == b""
    assert started.returncode == 141


def test_a_terminal_without_our_characters(folder):
    (folder / "book.toml").write_text('[book]\ntitle = "Tür"\nlanguage = "en"\nchapters = ["a.md"]\n', encoding="utf-8")
    done = process("config", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert b'title = "T\\xfcr"' in done.stdout


def test_problems_without_a_place_print_as_well():
    done = process("build", "--to", "pdff")
    assert done.returncode == 2
    expected = 'error[unknown-format]: no format "pdff"\n  hint: did you mean "pdf"?\nketapub: 1 error\n'
    assert done.stderr.decode() == expected
