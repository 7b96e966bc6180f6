"""The command `ketapub`: arguments come in; what people and programs read goes out, and an exit status.

The only module that prints, and that reads the clock and the environment. Everything heavy is imported when a command
needs it, so that `--help` and `explain` answer at once.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ketapub import __version__
from ketapub.problems import NOWHERE, Problem, Problems, Stopped, did_you_mean, explanations

if TYPE_CHECKING:
    import datetime

    from ketapub.document import Fact
    from ketapub.ledger import Claim
    from ketapub.outputs import OutputFile

DONE, WITH_PROBLEMS, WRONG_USAGE, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 128 + 2, 128 + 13
ENGINES = ("weasyprint", "ebooklib", "markdown-it-py", "pypandoc_binary", "pikepdf")
BROKEN_LIBRARY = "cannot load library"  # how cffi begins when the system has no Pango
PANGO = (
    "Debian, Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; "
    "Fedora: dnf install pango harfbuzz; macOS: brew install pango"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0 (done), 1 (the book has problems), 2 (wrong usage or settings), 130 (Ctrl-C)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show a character is no reason to fail
            stream.reconfigure(errors="backslashreplace")
    try:
        options = _parser().parse_args(arguments)
        status = _run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("ketapub: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    return status


def _run(options: argparse.Namespace) -> int:
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except Stopped as stopped:
        _tell(options, stopped.problems, ())
        _say(_count(stopped.problems))
        return WRONG_USAGE if stopped.usage else WITH_PROBLEMS


# --- the commands ------------------------------------------------------------------------------------


def _new(options: argparse.Namespace) -> int:
    import uuid
    from importlib import resources

    from ketapub.outputs import OutputFile, write_new_folder

    given = {b"00000000-0000-0000-0000-000000000000": str(uuid.uuid4()), b"2000-01-01": _today("").isoformat()}
    bundle = []
    with resources.as_file(resources.files("ketapub").joinpath("new")) as starter:
        for path in sorted(path for path in starter.rglob("*") if path.is_file()):
            content = path.read_bytes()
            for blank, value in given.items():
                content = content.replace(blank, value.encode())
            bundle.append(OutputFile(path.relative_to(starter).as_posix(), content))
    write_new_folder(options.folder, tuple(bundle), Problems())
    print(f"{options.folder} holds a small book. To build it:\n\n    cd {options.folder}\n    ketapub build")
    return DONE


def _build(options: argparse.Namespace) -> int:
    formats = _formats(options.to)
    as_of = _today(options.as_of)
    with _quiet_libraries():
        with _progress(options) as progress:
            from ketapub.build import build

            built = build(
                _book(options.book),
                options.out,
                formats=formats,
                as_of=as_of,
                cache=options.cache or _cache_folder(),
                strict=options.strict,
                jobs=options.jobs,
                progress=progress,
            )
    _tell(options, built.problems, built.outputs)
    if built.problems:
        _say(_count(built.problems))
    return DONE


def _review(options: argparse.Namespace) -> int:
    """The packet, and for people the state of each chapter."""
    problems = Problems()
    with _quiet_libraries():
        from ketapub.build import read_book, write_packet
        from ketapub.signatures import review_of
        from ketapub.theme import load_theme

        read = read_book(_book(options.book), load_theme(), problems, as_of=_today(options.as_of))
        outputs = write_packet(read, _book(options.book), options.out, problems)
    _tell(options, problems.in_order(), outputs)
    for chapter in review_of(read.book, read.signatures):
        names = ", ".join(one.name for one in chapter.signed)
        _say(f"{chapter.chapter.source}: {f'signed by {names}' if names else 'nobody has signed it as it stands'}")
        for signature, new in chapter.outdated:
            places = ", ".join(str(chapter.passages[index].at) for index in new)
            _say(f"  changed since {signature.name} signed on {signature.date}: {places or 'something was taken out'}")
    return DONE


def _sign(options: argparse.Namespace) -> int:
    from ketapub.build import read_book
    from ketapub.outputs import write_new_file
    from ketapub.signatures import sign
    from ketapub.theme import load_theme

    problems = Problems()
    root, today = _book(options.book), _today(options.as_of)
    book = read_book(root, load_theme(), problems, as_of=today).book
    known = [chapter.source for chapter in book.chapters if chapter.source]
    for file in options.file:
        if file not in known:
            hint = did_you_mean(file, known) or f"these can be signed: {', '.join(known)}"
            raise _usage("unknown-signed-file", f'no chapter "{file}"', hint)
    who = {"name": options.name, "credential": options.credential, "scope": options.scope}
    path, text = sign(book, tuple(dict.fromkeys(options.file)), **who, date=today)
    written = write_new_file(root / path, text.encode(), problems)
    print(f"{written} records that {options.name} signed {', '.join(options.file)}. It is a record, not a proof.")
    return DONE


def _facts(options: argparse.Namespace) -> int:
    """The ledger as a list; with --where, one claim and the places that print it."""
    from ketapub.build import read_book
    from ketapub.document import facts_in
    from ketapub.theme import load_theme

    problems = Problems()
    read = read_book(_book(options.book), load_theme(), problems, as_of=_today(options.as_of))
    claims = read.ledger.claims if read.ledger else {}
    if options.where and options.where not in claims:
        hint = did_you_mean(options.where, claims) or "`ketapub facts` lists them"
        raise _usage("unknown-fact", f'no fact "{options.where}"', hint)
    printed: dict[str, list[Fact]] = {id: [] for id in claims}
    for chapter in read.book.chapters:
        for fact in facts_in((chapter.heading, chapter.subtitle, chapter.blocks)):
            printed[fact.id].append(fact)
    if options.json:
        print(json.dumps([_fact_as_json(id, claims[id], printed[id]) for id in claims], indent=1, ensure_ascii=False))
        return DONE
    pages = _pages_in(options.out / f"{read.book.info.book.slug}.pdf", _book(options.book))
    for id in [options.where] if options.where else claims:
        claim = claims[id]
        source = ", ".join(claim.source) or claim.basis
        state = "" if claim.verified else "  NOT VERIFIED, not printed"
        print(f"{id}  [{source}]  printed {_many(len(printed[id]), 'time')}{state}")
        if options.where:
            assert read.ledger is not None
            for form in (*claim.text, *(name for name in claim.value if name not in claim.text)):
                print(f"  {form}: {read.ledger.printed(id, form)}")
            for fact in printed[id]:
                page = f", page {pages[fact.anchor]}" if fact.anchor in pages else ""
                print(f"  {fact.at} ({fact.form}){page}")
    return DONE


def _config(options: argparse.Namespace) -> int:
    from ketapub import info

    if options.schema:
        print(json.dumps(info.schema(), indent=2))
        return DONE
    from ketapub.book_folder import BookFolder
    from ketapub.manuscript import read_settings

    problems = Problems()
    settings = read_settings(BookFolder(_book(options.book)), problems, _today(options.as_of))
    print(info.show(settings), end="")
    _tell(options, problems.in_order(), ())
    return DONE


def _explain(options: argparse.Namespace) -> int:
    import textwrap

    known = explanations()
    if not options.code:
        width = max(map(len, known))
        for code, entry in sorted(known.items()):
            print(f"{code:{width}}  {textwrap.shorten(entry['what'], 100, placeholder=' …')}")
        return DONE
    if options.code not in known:
        hint = did_you_mean(options.code, known) or "`ketapub explain` lists all codes"
        raise _usage("unknown-code", f'no problem code "{options.code}"', hint)
    entry = known[options.code]
    print(f"{options.code}\n\n{textwrap.fill(entry['what'], 88)}")
    for name in ("wrong", "right"):
        print(f"\n{name.capitalize()}:\n{textwrap.indent(entry[name].strip(), '    ')}")
    return DONE


def _clean(options: argparse.Namespace) -> int:
    from ketapub.outputs import clean

    problems = Problems()
    deleted = clean(options.out, problems)
    _tell(options, problems.in_order(), ())
    _say(f"{_many(len(deleted), 'file')} deleted from {options.out}")
    return DONE


@contextlib.contextmanager
def _quiet_libraries() -> Iterator[None]:
    """Libraries may print; standard output belongs to the answer."""
    captured = io.StringIO()
    try:
        with contextlib.redirect_stdout(captured):
            yield
    except OSError as error:
        if BROKEN_LIBRARY not in str(error):
            raise
        captured.truncate(0)
        raise _usage("missing-library", "WeasyPrint does not find the system library Pango", PANGO) from None
    finally:
        sys.stderr.write(captured.getvalue())


# --- what they are given -----------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ketapub",
        description="One Markdown manuscript, checked once, as accessible PDF, EPUB and HTML.",
        epilog="`ketapub COMMAND --help` tells more. Exit status: 0 done, 1 the book has problems, 2 wrong usage.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the versions of ketapub and its engines")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, function: Callable[[argparse.Namespace], int], help: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".", allow_abbrev=False)
        added.set_defaults(command=function, json=False)
        return added

    def book(added: argparse.ArgumentParser) -> None:
        text = "the folder that holds book.toml (default: this folder if it has one, else ./manuscript)"
        added.add_argument("book", nargs="?", default="", metavar="BOOK", help=text)

    def day(added: argparse.ArgumentParser) -> None:
        text = "what counts as today, as in 2026-11-23 (default: SOURCE_DATE_EPOCH, else the clock)"
        added.add_argument("--as-of", default="", metavar="DATE", help=text)

    def out(added: argparse.ArgumentParser) -> None:
        text = "the folder for the outputs (default: build)"
        added.add_argument("-o", "--out", type=Path, default=Path("build"), metavar="OUT", help=text)

    new = command("new", _new, "start a small book that builds at once and shows each construct once")
    new.add_argument("folder", type=Path, metavar="DIR", help="a folder that is empty or does not exist yet")

    build = command("build", _build, "make the PDF, the EPUB and the HTML of a book")
    book(build)
    text = "formats to make, separated by commas (default: `formats` of book.toml)"
    build.add_argument("--to", action="append", default=[], metavar="LIST", help=text)
    out(build)
    build.add_argument("--strict", action="store_true", help="let warnings fail the build")
    day(build)
    text = "keep results between runs here (default: $XDG_CACHE_HOME/ketapub)"
    build.add_argument("--cache", type=Path, metavar="DIR", help=text)
    text = "processes to use (default: one for each processor)"
    build.add_argument("--jobs", type=_count_of_jobs, default=_processors(), metavar="N", help=text)
    build.add_argument("--json", action="store_true", help="print problems and outputs as one JSON object")
    loudness = build.add_mutually_exclusive_group()
    loudness.add_argument("--quiet", action="store_true", help="print problems only")
    loudness.add_argument("--verbose", action="store_true", help="print each step")

    facts = command("facts", _facts, "list the evidence ledger: each fact, its source, how often it is printed")
    book(facts)
    text = "one fact only: its forms, and each place that prints it, with the page once the PDF is built"
    facts.add_argument("--where", default="", metavar="ID", help=text)
    out(facts)
    day(facts)
    facts.add_argument("--json", action="store_true", help="print the facts as JSON")

    review = command("review", _review, "make the packet that reviewers read and tick, and say what is signed")
    book(review)
    review.add_argument(
        "-o", "--out", type=Path, default=Path("review-packet"), metavar="PACKET", help="the folder for the packet"
    )
    day(review)
    review.set_defaults(quiet=False)

    sign = command("sign", _sign, "record that a reviewer signed chapters as they stand")
    book(sign)
    sign.add_argument("--name", required=True, help="who signs")
    sign.add_argument("--credential", required=True, help="what makes them able to")
    sign.add_argument("--scope", required=True, help="what they vouch for")
    sign.add_argument("--file", action="append", required=True, help="a chapter's file; give the option once for each")
    day(sign)

    config = command("config", _config, "show the settings of a book")
    book(config)
    day(config)
    what = config.add_mutually_exclusive_group()
    what.add_argument("--show", action="store_true", help="the settings in effect, as TOML (this is the default)")
    what.add_argument("--schema", action="store_true", help="JSON Schema of book.toml, for editors")

    explain = command("explain", _explain, "say what a problem code means, with a wrong and a right example")
    explain.add_argument(
        "code", nargs="?", default="", metavar="CODE", help="as printed in brackets (default: list all)"
    )

    clean = command("clean", _clean, "delete what `build` made, and nothing else")
    clean.add_argument("book", nargs="?", metavar="BOOK", help="accepted as in the other commands; the book stays")
    out(clean)
    return parser


def _fact_as_json(id: str, claim: Claim, printed: Sequence[Fact]) -> dict[str, object]:
    places = [{"file": fact.at.file, "line": fact.at.line, "column": fact.at.column} for fact in printed]
    return {"id": id, "source": claim.source, "basis": claim.basis, "verified": claim.verified, "printed": places}


def _pages_in(pdf: Path, root: Path) -> Mapping[str, str]:
    """The page of each id in the PDF of an earlier build, unless the book is newer."""
    if not pdf.is_file():
        return {}
    if max(path.stat().st_mtime for path in root.rglob("*") if path.is_file()) > pdf.stat().st_mtime:
        _say(f"{pdf} is older than the book: build again to see pages")
        return {}
    from ketapub.formats.pdf.pages import page_labels

    return page_labels(pdf.read_bytes())


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib import metadata

        print(f"ketapub {__version__}")
        for name in ENGINES:
            with contextlib.suppress(metadata.PackageNotFoundError):
                print(f"{name} {metadata.version(name)}")
        parser.exit()


def _count_of_jobs(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes")
    return int(text)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _book(given: str) -> Path:
    if given:
        path = Path(given)
        return path.parent if path.name == "book.toml" and path.is_file() else path
    return Path() if Path("book.toml").is_file() else Path("manuscript")


def _formats(lists: Sequence[str]) -> tuple[str, ...] | None:
    """The names in `--to`, each once; None without it."""
    if not lists:
        return None
    from ketapub.formats import FORMATS

    names = dict.fromkeys(name.strip() for name in ",".join(lists).split(","))
    for name in names:
        if name not in FORMATS:
            hint = did_you_mean(name, FORMATS) or f"known here: {', '.join(FORMATS)}"
            raise _usage("unknown-format", f'no format "{name}"', hint)
    return tuple(names)


def _today(given: str) -> datetime.date:
    """The one date of a run: `--as-of`, else SOURCE_DATE_EPOCH (seconds since 1970, in UTC), else the clock."""
    import datetime

    if given:
        try:
            return datetime.date.fromisoformat(given)
        except ValueError:
            raise _usage("wrong-date", f'"{given}" is no date', "write it as in 2026-11-23") from None
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        try:
            return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC).date()
        except (ValueError, OverflowError, OSError):
            hint = "it counts seconds since 1970, as in 1795392000"
            raise _usage("wrong-date", f'SOURCE_DATE_EPOCH is "{epoch}"', hint) from None
    return datetime.date.today()


def _cache_folder() -> Path | None:
    """$XDG_CACHE_HOME/ketapub (an absolute path, XDG Base Directory Specification), else ~/.cache/ketapub."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(base):
        return Path(base, "ketapub")
    with contextlib.suppress(RuntimeError):  # nobody's home
        return Path.home() / ".cache" / "ketapub"
    return None


# --- what people read --------------------------------------------------------------------------------


def _tell(options: argparse.Namespace, problems: Sequence[Problem], outputs: Sequence[OutputFile]) -> None:
    """Problems for people on standard error; the outputs, or all of it as JSON, on standard output."""
    for problem in problems:
        print(problem, file=sys.stderr)
    if options.json:
        made = [{"path": str(options.out / file.path), "size": len(file.data)} for file in outputs]
        print(json.dumps({"problems": [problem.as_json() for problem in problems], "outputs": made}, indent=1))
    elif outputs and not options.quiet:
        for file in outputs:
            print(f"{options.out / file.path}  {_size(len(file.data))}")


def _say(text: str) -> None:
    print(f"ketapub: {text}", file=sys.stderr)


def _usage(code: str, message: str, hint: str) -> Stopped:
    return Stopped([Problem(code, NOWHERE, message, hint)], usage=True)


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _count(problems: Sequence[Problem]) -> str:
    errors = sum(problem.severity == "error" for problem in problems)
    counted = ((errors, "error"), (len(problems) - errors, "warning"))
    return ", ".join(_many(number, noun) for number, noun in counted if number)


def _size(length: int) -> str:
    return f"{length / 1e6:.1f} MB" if length >= 1e6 else f"{max(1, round(length / 1e3))} kB"


@contextlib.contextmanager
def _progress(options: argparse.Namespace) -> Iterator[Callable[[str], None]]:
    """On a terminal, the present step, once a second has passed; every step with `--verbose`; else nothing."""
    if options.verbose:
        yield _say
        return
    if options.quiet or not sys.stderr.isatty():
        yield lambda step: None
        return
    import threading

    steps = ["starting"]
    done = threading.Event()

    def show() -> None:
        if done.wait(1):
            return
        from rich.console import Console  # NO_COLOR and dumb terminals are its business

        with Console(stderr=True).status("") as status:
            while not done.wait(0.1):
                status.update(f"{steps[-1]} …")

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield steps.append
    finally:
        done.set()
        thread.join()
