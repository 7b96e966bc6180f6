"""The folder of a book comes in; its settings and the text of its files go out as a `Manuscript`.

The first arrow of the pipeline. Everything that any stage reads of a book goes through `BookFolder`.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ketapub.book_folder import BookFolder as BookFolder  # a part of what this module gives
from ketapub.book_toml import FILE, read_info
from ketapub.callouts import BUILT_IN
from ketapub.document import Role
from ketapub.info import Info
from ketapub.ledger import FILE as LEDGER, Ledger, read_ledger
from ketapub.problems import NOWHERE, Position, Problems, Stopped, did_you_mean
from ketapub.slugs import slug

# Pages that the program makes.
RESERVED_NAMES = (
    "index",
    "404",
    "search",
    "accessibility",
    "privacy",
    "references",
    "book-index",
    "nav",
    "title",
    "cover",
)
BESIDE_HANDOUTS = ("all", "index")  # names of files in a folder of handouts that are no handout
SIGNATURES = "review/*.toml"
HUMAN_CHECKS = "review/checks.toml"  # no signature: only a release reads it
SUFFIXES = (".md", ".markdown", ".qmd")


@dataclass(frozen=True, slots=True)
class Source:
    """One Markdown file of the book. `path` is relative to the book folder; `part` the title of its part or "".

    `name` is the file name without leading number and suffix, as an identifier: `01-short-answer.md` is "short-answer".
    """

    path: str
    name: str
    role: Role
    text: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A whole book as its author wrote it. `sources` stand in reading order; `references` are (path, bytes).

    Only a book with a file facts.toml has a `ledger`. `signatures` are those in review/, (path, text).
    """

    info: Info
    sources: tuple[Source, ...]
    folder: BookFolder
    references: tuple[tuple[str, bytes], ...] = ()
    ledger: Ledger | None = None
    signatures: tuple[tuple[str, str], ...] = ()
    handouts: tuple[Source, ...] = ()
    rules: str = ""  # the text of [checks] rules
    reading_words: str = ""  # and of its reading-grade.words


def read_manuscript(root: Path, problems: Problems, as_of: datetime.date) -> Manuscript:
    """Read a book. Raises `Stopped` with everything that is wrong, `usage` where it lies in book.toml."""
    folder = BookFolder(root)
    info = read_settings(folder, problems, as_of)
    _check_icons(info, folder, problems)
    sources = _read_sources(info, folder, problems)
    references = []
    for index, path in enumerate(info.bibliography.files):
        data = folder.read(path, problems, info.at(f"bibliography.files.{index}"))
        if data is not None:
            problems.know(path, data.decode("utf-8", "replace"))
            references.append((path, data))
    ledger = _read_ledger(info, folder, problems, as_of)
    signatures = _read_signatures(info, folder, problems)
    handouts = _read_handouts(info, folder, problems)
    checks = info.checks
    rules = _checks_file(checks.rules, "checks.rules", info, folder, problems) if checks else ""
    grade = checks.reading_grade if checks else None
    easy = _checks_file(grade.words, "checks.reading-grade.words", info, folder, problems) if grade else ""
    problems.stop_on_errors()
    return Manuscript(info, sources, folder, tuple(references), ledger, signatures, handouts, rules, easy)


def _read_handouts(info: Info, folder: BookFolder, problems: Problems) -> tuple[Source, ...]:
    """In the order of their names; none without `[handouts]`."""
    sources: dict[str, Source] = {}
    for index, pattern in enumerate(info.handouts.files if info.handouts else ()):
        at = info.at(f"handouts.files.{index}")
        for path in folder.find(pattern, problems, at):
            name = chapter_name(path)
            if not path.endswith(SUFFIXES):
                problems.add("wrong-setting", at, f"{path} is no Markdown file", "its name must end in .md")
            elif name in BESIDE_HANDOUTS:
                message = f'{path} gives the name "{name}", which another file beside the handouts has'
                problems.add("chapter-name-taken", at, message, "give it another name")
            elif name in sources and sources[name].path != path:
                message = f'{path} gives the handout\'s name "{name}", like {sources[name].path}'
                problems.add("chapter-name-taken", at, message, "give one of them another name")
            elif name not in sources and (text := folder.read_text(path, problems, at)) is not None:
                sources[name] = Source(path, name, "front", text)
    return tuple(sources.values())


def _checks_file(path: str, key: str, info: Info, folder: BookFolder, problems: Problems) -> str:
    return (folder.read_text(path, problems, info.at(key)) or "") if path else ""


def read_settings(folder: BookFolder, problems: Problems, as_of: datetime.date) -> Info:
    """The settings in the book.toml of a folder. Raises `Stopped` (wrong usage) when there are none, or wrong ones."""
    if not (folder.root / FILE).is_file():
        hint = "give the folder that holds book.toml, or make a book with `ketapub new`"
        problems.add("no-book", NOWHERE, f"no book.toml in {folder.root}", hint)
        problems.stop_on_errors(usage=True)
    text = folder.read_text(FILE, problems, Position(FILE))
    info = None if text is None else read_info(text, problems, as_of)
    if info is None:
        raise Stopped(problems.in_order(), usage=True)
    return info


def _read_ledger(info: Info, folder: BookFolder, problems: Problems, as_of: datetime.date) -> Ledger | None:
    if not (folder.root / LEDGER).exists():
        return None
    text = folder.read_text(LEDGER, problems, Position(LEDGER))
    max_age = info.checks.max_age if info.checks else {}
    oldest = {kind: _before(as_of, period) for kind, period in max_age.items()}
    return None if text is None else read_ledger(text, problems, language=info.book.language, oldest=oldest)


def _read_signatures(info: Info, folder: BookFolder, problems: Problems) -> tuple[tuple[str, str], ...]:
    """Only of a book under review: another one may keep in its folder review/ what it likes."""
    if info.review is None:
        return ()
    at, none = info.at("review"), Problems()
    paths = [path for path in folder.find(SIGNATURES, none, at) if path != HUMAN_CHECKS]
    found = [(path, folder.read_text(path, problems, at)) for path in paths]
    for one in none.found:
        if one.code != "missing-file":  # a book need not be signed
            problems.add(one.code, one.at, one.message, one.hint)
    return tuple((path, text) for path, text in found if text is not None)


def _before(day: datetime.date, period: str) -> datetime.date:
    """The day that lies a period such as "6m" before another."""
    number, unit = int(period[:-1]), period[-1]
    days = number * {"d": 1, "w": 7, "m": 30.4375, "y": 365.25}[unit]
    return datetime.date.fromordinal(max(1, day.toordinal() - round(days)))


def _check_icons(info: Info, folder: BookFolder, problems: Problems) -> None:
    """The icons that the book itself names; the kinds of the program have theirs."""
    for name, kind in info.callouts.items():
        key = f"callouts.{name}.icon"
        if key not in info.where or (name in BUILT_IN and kind.icon == BUILT_IN[name].icon):
            continue
        if "/" in kind.icon or kind.icon.endswith(".svg"):
            folder.read(kind.icon, problems, info.at(key))
            continue
        from ketapub.theme import load_theme  # reads the theme: only for a book that names an icon of it

        icons = load_theme().icons
        if kind.icon not in icons:
            hint = did_you_mean(kind.icon, icons) or "a picture of the book is named with its path: icons/name.svg"
            problems.add("unknown-icon", info.at(key), f'the theme has no icon "{kind.icon}"', hint)


def _read_sources(info: Info, folder: BookFolder, problems: Problems) -> tuple[Source, ...]:
    groups: list[tuple[Role, str, str, tuple[str, ...]]] = [
        ("front", "book.frontmatter", "", info.book.frontmatter),
        ("body", "book.chapters", "", info.book.chapters),
        *(("body", f"parts.{index}.chapters", part.title, part.chapters) for index, part in enumerate(info.parts)),
        ("back", "book.backmatter", "", info.book.backmatter),
    ]
    sources: list[Source] = []
    paths: dict[str, Position] = {}
    names: dict[str, str] = {}
    for role, key, part, patterns in groups:
        for index, pattern in enumerate(patterns):
            at = info.at(f"{key}.{index}")
            for path in folder.find(pattern, problems, at):
                path = PurePosixPath(path).as_posix()  # "./a.md" and "a.md" are one file
                if path in paths:
                    problems.add("duplicate-chapter", at, f"{path} stands in the book already", f"at {paths[path]}")
                    continue
                paths[path] = at
                if not path.endswith(SUFFIXES):
                    problems.add("wrong-setting", at, f"{path} is no Markdown file", "its name must end in .md")
                    continue
                name = chapter_name(path)
                if name in RESERVED_NAMES:
                    message = f'{path} gives the chapter name "{name}", which is a page that the program makes'
                    problems.add("chapter-name-taken", at, message, f'rename it, as in "{_example(path)}"')
                elif name in names:
                    message = f'{path} gives the chapter name "{name}", like {names[name]}'
                    problems.add("chapter-name-taken", at, message, "give one of them another name after the number")
                names.setdefault(name, path)
                if (text := folder.read_text(path, problems, at)) is not None:
                    sources.append(Source(path, name, role, text, part))
    return tuple(sources)


def chapter_name(path: str) -> str:
    """The name of a chapter, unique in the book: of "chapters/02-Über uns.md" it is "über-uns"."""
    stem = PurePosixPath(path).stem
    bare = re.sub(r"^\d+[-_. ]*", "", stem)
    return slug(bare) or slug(f"chapter {stem}")


def _example(path: str) -> str:
    pure = PurePosixPath(path)
    return f"{pure.stem}-page{pure.suffix}"
