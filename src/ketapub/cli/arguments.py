"""The commands and their options, as a parser of arguments."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable
from pathlib import Path

from ketapub import __version__
from ketapub.cli import commands as run
from ketapub.cli.given import count_of_jobs, file_to_write, line_of_text, port_number, processors
from ketapub.cli.quick import CACHE

ENGINES = ("weasyprint", "ebooklib", "markdown-it-py", "pypandoc_binary", "pikepdf")


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="ketapub",
        description="One Markdown manuscript, checked once, as accessible PDF, EPUB and HTML.",
        epilog="`ketapub COMMAND --help` tells more. Exit status: 0 done, 1 the book has problems, 2 wrong usage.",
        allow_abbrev=False,
    )
    top.add_argument("--version", action=_Version, nargs=0, help="print the versions of ketapub and its engines")
    commands = top.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, function: Callable[[argparse.Namespace], int], help: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".", allow_abbrev=False)
        added.set_defaults(command=function, json=False, plain_engine=False)
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

    def how(added: argparse.ArgumentParser) -> None:
        text = "what the PDF and the large print are: PDF/UA-1 and PDF/A-2a (the default), or PDF/UA-2 and PDF/A-4f"
        added.add_argument("--pdf-standard", choices=("ua-1", "ua-2"), default="ua-1", help=text)
        added.add_argument("--strict", action="store_true", help="let warnings fail too")
        day(added)
        text = "keep results between runs here (default: $XDG_CACHE_HOME/ketapub)"
        added.add_argument(CACHE, type=Path, metavar="DIR", help=text)
        text = "processes to use (default: one for each processor)"
        added.add_argument("--jobs", type=count_of_jobs, default=processors(), metavar="N", help=text)
        text = "let the PDF engine do everything itself: slower, for the same PDFs"
        added.add_argument("--plain-engine", action="store_true", help=text)
        added.add_argument("--json", action="store_true", help="print problems and outputs as one JSON object")
        loudness = added.add_mutually_exclusive_group()
        loudness.add_argument("--quiet", action="store_true", help="print problems only")
        loudness.add_argument("--verbose", action="store_true", help="print each step")

    new = command("new", run.new, "start a small book that builds at once and shows each construct once")
    new.add_argument("folder", type=Path, metavar="DIR", help="a folder that is empty or does not exist yet")

    build = command("build", run.build, "make the PDF, the EPUB and the HTML of a book")
    book(build)
    text = "formats to make, separated by commas (default: `formats` of book.toml)"
    build.add_argument("--to", action="append", default=[], metavar="LIST", help=text)
    out(build)
    how(build)

    check = command("check", run.check, "look at what was built with every check there is, and say what is wrong where")
    book(check)
    text = "checks to make, separated by commas (default: all)"
    check.add_argument("--only", action="append", default=[], metavar="LIST", help=text)
    out(check)
    text = "write what was found as a SARIF 2.1.0 log as well, for code hosts and editors"
    check.add_argument("--sarif", type=file_to_write, metavar="FILE", help=text)
    how(check)
    check.set_defaults(pdf_standard="")  # whatever the PDFs conform to that are there

    text = "build with claims, check everything, and publish only if all of it holds"
    release = command("release", run.release, text)
    book(release)
    text = "the folder for the package, which is empty or does not exist yet"
    release.add_argument("-o", "--out", type=Path, required=True, metavar="DIST", help=text)
    text = 'the same package with "draft" in every name, and without a claim that needs a person'
    release.add_argument("--draft", action="store_true", help=text)
    how(release)

    text = "make sheets for patients, with the letterheads of clinics"
    handouts = command("handouts", run.handouts, text)
    book(handouts)
    out(handouts)
    text = "a table of clinics, CSV or XLSX (default: the files in the folder of clinics)"
    handouts.add_argument("--clinics", type=Path, metavar="FILE", help=text)
    text = 'only for this clinic, "general" for the set without one; may be given again'
    handouts.add_argument("--clinic", action="append", default=[], metavar="ID", help=text)
    text = "only this handout; may be given again"
    handouts.add_argument("--handout", action="append", default=[], metavar="ID", help=text)
    text = "only for this paper (default: both)"
    handouts.add_argument("--paper", action="append", choices=("letter", "a4"), default=[], help=text)
    text = "only this size, of 14 or 18 points (default: both)"
    handouts.add_argument("--size", action="append", choices=("standard", "large"), default=[], help=text)
    instead = handouts.add_mutually_exclusive_group()
    text = "make no sheet, but record in the book which versions the handouts are now"
    instead.add_argument("--record", action="store_true", help=text)
    text = "make no sheet, but say which ones in this folder are out of date, and what changed"
    instead.add_argument("--stale", type=Path, metavar="DIR", help=text)
    text = "make no sheet, but a notice for staff of what is new, replaced and withdrawn"
    instead.add_argument("--notice", action="store_true", help=text)
    text = "make no sheet, but a table of clinics to write over, CSV or XLSX"
    instead.add_argument("--template", type=file_to_write, metavar="FILE", help=text)
    how(handouts)
    text = "let the workers of this Dask scheduler make the sheets, as in tls://HOST:8786 (needs ketapub[dask])"
    handouts.add_argument("--scheduler", default="", metavar="ADDRESS", help=text)

    text = "show the book in the browser, as a site and as print pages, and follow each save"
    preview = command("preview", run.preview, text)
    book(preview)
    text = "the port of this computer to answer at, 0 for any free one (default: 8000)"
    preview.add_argument("--port", type=port_number, default=8000, metavar="N", help=text)
    how(preview)

    facts = command("facts", run.facts, "list the evidence ledger: each fact, its source, how often it is printed")
    book(facts)
    text = "one fact only: its forms, and each place that prints it, with the page once the PDF is built"
    facts.add_argument("--where", default="", metavar="ID", help=text)
    out(facts)
    day(facts)
    facts.add_argument("--json", action="store_true", help="print the facts as JSON")

    review = command("review", run.review, "make the packet that reviewers read and tick, and say what is signed")
    book(review)
    text, packet = "the folder for the packet (default: build/review)", Path("build/review")
    review.add_argument("-o", "--out", type=Path, default=packet, metavar="PACKET", help=text)
    day(review)
    review.set_defaults(quiet=False)

    sign = command("sign", run.sign, "record that a reviewer signed chapters as they stand")
    book(sign)
    for option, text in (
        ("--name", "who signs"),
        ("--credential", "what makes them able to"),
        ("--scope", "what they vouch for"),
    ):
        sign.add_argument(option, required=True, type=line_of_text, help=text)
    sign.add_argument("--file", action="append", required=True, help="file of a chapter or handout; once for each")
    day(sign)

    config = command("config", run.config, "show the settings of a book")
    book(config)
    day(config)
    what = config.add_mutually_exclusive_group()
    what.add_argument("--show", action="store_true", help="the settings in effect, as TOML (this is the default)")
    what.add_argument("--schema", action="store_true", help="JSON Schema of book.toml, for editors")
    text = "the citation styles with all these words in a name or title, the likeliest first"
    what.add_argument("--styles", nargs="+", default=[], metavar="WORD", help=text)

    explain = command("explain", run.explain, "say what a problem code means, with a wrong and a right example")
    explain.add_argument(
        "code", nargs="?", default="", metavar="CODE", help="as printed in brackets (default: list all)"
    )

    clean = command("clean", run.clean, "delete what `build` made, and nothing else")
    clean.add_argument("book", nargs="?", metavar="BOOK", help="accepted as in the other commands; the book stays")
    out(clean)
    return top


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib import metadata

        print(f"ketapub {__version__}")
        for name in ENGINES:
            with contextlib.suppress(metadata.PackageNotFoundError):
                print(f"{name} {metadata.version(name)}")
        parser.exit()
