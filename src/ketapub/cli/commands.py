"""What each command does: its options come in, an exit status goes out."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ketapub.cli.given import book_folder, cache_folder, checks_of, day_of_clock, formats_of, today
from ketapub.cli.quick import in_full, speak
from ketapub.cli.statuses import DONE, WITH_PROBLEMS
from ketapub.cli.telling import (
    count,
    lines_of,
    many,
    progress_of,
    quiet_libraries,
    say,
    saying,
    tell,
    told,
    usage,
)
from ketapub.problems import NOWHERE, Problem, Problems, Stopped, did_you_mean, explanations

if TYPE_CHECKING:
    import datetime

    from ketapub.book_folder import BookFolder
    from ketapub.check.report.run import Run
    from ketapub.document import Fact
    from ketapub.last_build import Line
    from ketapub.ledger import Claim
    from ketapub.outputs import Built


MOST_STYLES = 40  # lines that a list of styles may have


def new(options: argparse.Namespace) -> int:
    import uuid
    from importlib import resources

    from ketapub.outputs import OutputFile, write_new_folder

    given = {b"00000000-0000-0000-0000-000000000000": str(uuid.uuid4()), b"2000-01-01": today("").isoformat()}
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


def build(options: argparse.Namespace) -> int:
    formats = formats_of(options.to)
    as_of = today(options.as_of)
    with _work(options, as_of) as work:
        from ketapub.cache import Cache
        from ketapub.collector import seldom
        from ketapub.last_build import Remembered
        from ketapub.theme import theme_folder

        remembered = Remembered(in_full(options.words), (str(work["root"]), str(theme_folder())), str(options.out))
        with seldom():
            from ketapub.build import build

            built = build(
                out=options.out,
                formats=formats,
                strict=options.strict,
                jobs=options.jobs,
                pdf_standard=options.pdf_standard,
                **work,
            )
        said = [*_told_of(options, built)]
        again = [saying("nothing has changed: all as before"), *said] if options.verbose else said
        remembered.put(built, again, day_of_clock(options.as_of), Cache(work["cache"], Problems()))
    speak(said)
    return DONE


def _told_of(options: argparse.Namespace, built: Built) -> Iterator[Line]:
    yield from told(options, built.problems, built.outputs)
    if built.problems:
        yield saying(count(built.problems))
    if not options.quiet:
        yield from map(saying, built.remarks)


def check(options: argparse.Namespace) -> int:
    """What came of each check, and a problem for each finding. A check that did not run fails under `--strict`."""
    only = checks_of(options.only)
    as_of = today(options.as_of)
    try:
        with _work(options, as_of) as work:
            from ketapub.check import check_book

            checked = check_book(
                out=options.out, only=only, jobs=options.jobs, pdf_standard=options.pdf_standard, **work
            )
    except Stopped as stopped:  # who reads the log wants the reason then most of all
        _write_sarif(options, stopped.problems, None)
        raise
    _write_sarif(options, checked.problems, checked.run)
    tell(options, checked.problems, checked.outputs if options.json else ())
    if not options.json and not options.quiet:
        for line in lines_of(checked.run.results):
            print(line)
        print(f"The report: {options.out / checked.outputs[0].path}")
    if checked.problems:
        say(count(checked.problems))
    failed = any(options.strict or problem.severity == "error" for problem in checked.problems)
    return WITH_PROBLEMS if failed else DONE


def release(options: argparse.Namespace) -> int:
    as_of = today(options.as_of)
    try:
        with _work(options, as_of) as work:
            from ketapub.release import release

            released = release(
                dist=options.out,
                draft=options.draft,
                strict=options.strict,
                jobs=options.jobs,
                pdf_standard=options.pdf_standard,
                **work,
            )
    except Stopped:
        say("nothing was published")
        raise
    tell(options, released.problems, released.outputs)
    if not options.json and not options.quiet:
        for line in lines_of(released.run.results):
            print(line)
    if released.problems:
        say(count(released.problems))
    return DONE


def preview(options: argparse.Namespace) -> int:
    """Until somebody stops it. After each save, the problems that are new, and how many there are; with --json, a line
    for each state of the book with all of them."""
    answer, told = sys.stdout, frozenset[Problem]()

    def tell_of(problems: tuple[Problem, ...]) -> None:
        nonlocal told
        if options.json:
            line = {"problems": [problem.as_json() for problem in problems], "outputs": []}
            print(json.dumps(line), file=answer, flush=True)
        for problem in problems:
            if problem not in told:
                print(problem, file=sys.stderr)
        if not options.quiet and frozenset(problems) != told:
            say(count(problems) or "no problems any more")
        told = frozenset(problems)

    as_of = today(options.as_of)
    with quiet_libraries(), _engine(options), contextlib.suppress(KeyboardInterrupt):  # the way to end it
        from ketapub.preview import Asked, preview

        cache = options.cache or cache_folder()
        how = options.strict, options.jobs, options.pdf_standard, say if options.verbose else lambda step: None
        asked = Asked(book_folder(options.book), as_of, cache, *how)
        preview(asked, options.port, ready=lambda url: say(f"{url} shows the book; Ctrl-C ends that"), tell=tell_of)
    say("the preview has ended")
    return DONE


def handouts(options: argparse.Namespace) -> int:
    """Sheets for clinics. What is wrong with one clinic is told, and the others get theirs."""
    if options.record:
        return _record_versions(options)
    if options.stale is not None:
        return _list_stale_sheets(options)
    if options.template is not None:
        return _write_template(options.template)
    as_of = today(options.as_of)
    with _work(options, as_of) as work:
        if options.notice:
            from ketapub.handouts.work import write_notice

            built = write_notice(out=options.out, **work)
        else:
            from ketapub.handouts import Asked
            from ketapub.handouts.work import write_handouts

            papers, sizes = (tuple(dict.fromkeys(found)) for found in (options.paper, options.size))
            built = write_handouts(
                out=options.out,
                asked=Asked(tuple(options.handout), tuple(options.clinic), papers, sizes),
                clinics=options.clinics,
                strict=options.strict,
                jobs=options.jobs,
                scheduler=options.scheduler,
                **work,
            )
    speak(_told_of(options, built))
    return WITH_PROBLEMS if any(one.severity == "error" for one in built.problems) else DONE


@contextlib.contextmanager
def _work(options: argparse.Namespace, as_of: datetime.date) -> Iterator[dict[str, Any]]:
    """What all work on a book is given."""
    with quiet_libraries(), _engine(options), progress_of(options) as progress:
        cache = options.cache or cache_folder()
        yield {"root": book_folder(options.book), "as_of": as_of, "cache": cache, "progress": progress}


def _engine(options: argparse.Namespace) -> contextlib.AbstractContextManager[None]:
    """With or without our shortcuts through the PDF engine."""
    if not options.plain_engine:
        return contextlib.nullcontext()
    from ketapub.formats.pdf.fast import plain_engine

    return plain_engine()


def _record_versions(options: argparse.Namespace) -> int:
    as_of = today(options.as_of)
    with _work(options, as_of) as work:
        from ketapub.handouts.versions import FILE
        from ketapub.handouts.work import record_versions

        problems, versions = record_versions(**work)
    tell(options, problems, ())
    if not options.quiet:
        for id, version in versions.items():
            say(f"{version.printed(id)}: {version.state}")
        say(f"{FILE} has {many(len(versions), 'version')}")
    return DONE


def _write_template(file: Path) -> int:
    from ketapub.handouts.clinic_table import template
    from ketapub.outputs import write_new_file

    written = write_new_file(file, template(file.name), Problems())
    print(f"{written} holds two invented clinics to write over. Then: ketapub handouts --clinics {written}")
    return DONE


def _list_stale_sheets(options: argparse.Namespace) -> int:
    """Each version in the folder; of one that does not count, the files and what is new in today's text."""
    as_of = today(options.as_of)
    with _work(options, as_of) as work:
        from ketapub.handouts.work import stale_sheets

        problems, standing = stale_sheets(folder=options.stale, **work)
    for problem in problems:
        print(problem, file=sys.stderr)
    if options.json:
        print(json.dumps([one.as_json() for one in standing], indent=1, ensure_ascii=False))
    for one in standing if not options.json else ():
        newer = f", now {one.newer}" if one.newer else ""
        why = f", because {one.why}" if one.why else ""
        print(f"{one.state:9}  {one.version}  {many(len(one.files), 'file')}{newer}{why}")
        if one.state != "current":
            for line in (*one.files, *(f"new at {passage.at}: {passage.text}" for passage in one.changes)):
                print(f"           {line}")
    return DONE if all(one.state == "current" for one in standing) else WITH_PROBLEMS


def _write_sarif(options: argparse.Namespace, problems: Sequence[Problem], run: Run | None) -> None:
    if not options.sarif:
        return
    from ketapub.check.report.sarif import sarif

    try:
        options.sarif.write_bytes(sarif(problems, run))
    except OSError as error:
        message = f"cannot write {options.sarif}: {error.strerror or error}"
        raise usage("output-failed", message, "put that right, then run it again") from None


def review(options: argparse.Namespace) -> int:
    """The packet, and for people the state of each chapter."""
    problems = Problems()
    with quiet_libraries():
        from ketapub.handouts.work import texts_of
        from ketapub.packet import write_packet
        from ketapub.reading import read_book
        from ketapub.signatures import review_of
        from ketapub.theme import load_theme

        read = read_book(book_folder(options.book), load_theme(), problems, as_of=today(options.as_of))
        texts = texts_of(read, problems)
        outputs = write_packet(texts, read, book_folder(options.book), options.out, problems)
    tell(options, problems.in_order(), outputs)
    for chapter in (review for book in texts for review in review_of(book, read.signatures)):
        names = ", ".join(one.name for one in chapter.signed)
        say(f"{chapter.chapter.source}: {f'signed by {names}' if names else 'nobody has signed it as it stands'}")
        for signature, new in chapter.outdated:
            places = ", ".join(str(chapter.passages[index].at) for index in new)
            say(f"  changed since {signature.name} signed on {signature.date}: {places or 'something was taken out'}")
    return DONE


def sign(options: argparse.Namespace) -> int:
    from ketapub.handouts.work import texts_of
    from ketapub.outputs import write_new_file
    from ketapub.reading import read_book
    from ketapub.signatures import sign, signable
    from ketapub.theme import load_theme

    problems = Problems()
    root, day = book_folder(options.book), today(options.as_of)
    read = read_book(root, load_theme(), problems, as_of=day)
    if read.book.info.review is None:
        raise usage("missing-setting", "the book is not under review", "give its book.toml a table [review]")
    books = texts_of(read, problems)
    known = list(signable(books))
    for file in options.file:
        if file not in known:
            hint = did_you_mean(file, known) or f"these can be signed: {', '.join(known)}"
            raise usage("unknown-signed-file", f'no chapter or handout "{file}"', hint)
    who = {"name": options.name, "credential": options.credential, "scope": options.scope}
    path, text = sign(books, tuple(dict.fromkeys(options.file)), **who, date=day)
    written = write_new_file(root / path, text.encode(), problems)
    print(f"{written} records that {options.name} signed {', '.join(options.file)}. It is a record, not a proof.")
    return DONE


def facts(options: argparse.Namespace) -> int:
    """The ledger as a list; with --where, one claim and the places that print it."""
    from ketapub.document import facts_of
    from ketapub.reading import read_book
    from ketapub.theme import load_theme

    problems = Problems()
    read = read_book(book_folder(options.book), load_theme(), problems, as_of=today(options.as_of))
    claims = read.manuscript.ledger.claims if read.manuscript.ledger else {}
    if options.where and options.where not in claims:
        hint = did_you_mean(options.where, claims) or "`ketapub facts` lists them"
        raise usage("unknown-fact", f'no fact "{options.where}"', hint)
    printed = {id: facts_of(read.book).get(id, ()) for id in claims}
    asked = [options.where] if options.where else list(claims)
    if options.json:
        print(json.dumps([_fact_as_json(id, claims[id], printed[id]) for id in asked], indent=1, ensure_ascii=False))
        return DONE
    pages = _pages_in(options.out, f"{read.book.info.book.slug}.pdf", read.manuscript.folder) if options.where else {}
    for id in asked:
        claim = claims[id]
        source = ", ".join(claim.source) or claim.basis
        state = "" if claim.verified else "  NOT VERIFIED, not printed"
        print(f"{id}  [{source}]  printed {many(len(printed[id]), 'time')}{state}")
        if options.where:
            assert read.manuscript.ledger is not None
            for form in (*claim.text, *(name for name in claim.value if name not in claim.text)):
                print(f"  {form}: {read.manuscript.ledger.printed(id, form)}")
            for fact in printed[id]:
                page = f", page {pages[fact.anchor]}" if fact.anchor in pages else ""
                print(f"  {fact.at} ({fact.form}){page}")
    return DONE


def config(options: argparse.Namespace) -> int:
    from ketapub import info

    if options.schema:
        print(json.dumps(info.schema(), indent=2))
        return DONE
    if options.styles:
        return _list_styles(options.styles)
    from ketapub.book_folder import BookFolder
    from ketapub.manuscript import read_settings

    problems = Problems()
    settings = read_settings(BookFolder(book_folder(options.book)), problems, today(options.as_of))
    print(info.show(settings), end="")
    tell(options, problems.in_order(), ())
    return DONE


def explain(options: argparse.Namespace) -> int:
    import textwrap

    known = explanations()
    if not options.code:
        width = max(map(len, known))
        for code, entry in sorted(known.items()):
            print(f"{code:{width}}  {textwrap.shorten(entry['what'], 100, placeholder=' …')}")
        return DONE
    if options.code not in known:
        hint = did_you_mean(options.code, known) or "`ketapub explain` lists all codes"
        raise usage("unknown-code", f'no problem code "{options.code}"', hint)
    entry = known[options.code]
    print(f"{options.code}\n\n{textwrap.fill(entry['what'], 88)}")
    for name in ("wrong", "right"):
        print(f"\n{name.capitalize()}:\n{textwrap.indent(entry[name].strip(), '    ')}")
    return DONE


def clean(options: argparse.Namespace) -> int:
    from ketapub.outputs import clean

    problems = Problems()
    deleted = clean(options.out, problems)
    tell(options, problems.in_order(), ())
    say(f"{many(len(deleted), 'file')} deleted from {options.out}")
    return DONE


def _list_styles(words: Sequence[str]) -> int:
    """Name, kind and title of each style; the style behind a journal's name; a former name, if it was asked for."""
    from ketapub.citation_style import did_you_mean_style, find_styles

    asked = " ".join(words)
    found = find_styles(asked)
    if not found:
        hint = did_you_mean_style(asked) or "try one word of the name of a journal, a publisher or a society"
        raise Stopped([Problem("unknown-style", NOWHERE, f'no citation style has "{asked}" in its names', hint)])
    shown = found[:MOST_STYLES]
    width = min(40, max(len(style.name) for style in shown))
    for style in shown:
        parent = f", printed as {style.parent}" if style.parent else ""
        former = f", once {asked.lower()}" if asked.lower() in style.former else ""
        print(f"{style.name:{width}}  {style.form:11}  {style.title}{parent}{former}")
    if len(found) > len(shown):
        print(f"… and {len(found) - len(shown)} more")
    return DONE


def _fact_as_json(id: str, claim: Claim, printed: Sequence[Fact]) -> dict[str, object]:
    places = [{"file": fact.at.file, "line": fact.at.line, "column": fact.at.column} for fact in printed]
    return {"id": id, "source": claim.source, "basis": claim.basis, "verified": claim.verified, "printed": places}


def _pages_in(out: Path, name: str, folder: BookFolder) -> Mapping[str, str]:
    """The page of each id in the PDF that an earlier build wrote, unless the book is newer."""
    from ketapub.outputs import is_unchanged, read_list

    pdf = out / name
    made = read_list(out, Problems()).get(name)
    if made is None or not pdf.is_file():
        return {}
    if not is_unchanged(out, made):
        say(f"{pdf} is not what ketapub wrote: build again to see pages")
        return {}
    if folder.changed() > pdf.stat().st_mtime:
        say(f"{pdf} is older than the book: build again to see pages")
        return {}
    from ketapub.formats.pdf.pages import page_labels

    return page_labels(pdf.read_bytes())
