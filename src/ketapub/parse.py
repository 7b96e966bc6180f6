"""`Manuscript` in, `Draft` out: each chapter's text becomes a tree in which every node knows its place."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ketapub import document as d
from ketapub.document import Blocks, Chapter, Draft, Handout, Heading
from ketapub.info import Info
from ketapub.ledger import Ledger
from ketapub.manuscript import Manuscript, Source as File
from ketapub.problems import Position, Problems
from ketapub.syntax import markdown
from ketapub.syntax.blocks import make_blocks
from ketapub.syntax.front_matter import FrontMatter, read_front_matter
from ketapub.syntax.inlines import read_inlines
from ketapub.syntax.states import Read, Reading, Source

Result = TypeVar("Result")
Parser = Callable[[File, Info, Read, Problems, Ledger | None], Result]


@dataclass(frozen=True)
class _Parsed(Generic[Result]):
    """What became of a file, and all that it was made of: `asked` are the files that it includes."""

    result: Result
    of: tuple[File, Info, Ledger | None]
    asked: tuple[tuple[str, Position, tuple[str, str] | None], ...]
    problems: Problems


class Known:
    """What was parsed before, for who parses a book time and again."""

    def __init__(self) -> None:
        self._parsed: dict[str, _Parsed[Any]] = {}

    def parsed(
        self, parser: Parser[Result], file: File, info: Info, read: Read, problems: Problems, ledger: Ledger | None
    ) -> Result:
        found: _Parsed[Result] | None = self._parsed.get(file.path)
        of = (file, info, ledger)
        if not found or found.of != of or any(read(path, at) != text for path, at, text in found.asked):
            found = self._parsed[file.path] = _parsed(parser, of, read, problems.severities)
        problems.take(found.problems.found)
        problems.know_all_of(found.problems)
        return found.result


def _parsed(
    parser: Parser[Result], of: tuple[File, Info, Ledger | None], read: Read, severities: Mapping[str, str]
) -> _Parsed[Result]:
    file, info, ledger = of
    asked, own = [], Problems()
    own.severities = severities
    own.know(file.path, file.text)

    def heard(path: str, at: Position) -> tuple[str, str] | None:
        found = read(path, at)
        asked.append((path, at, found))
        if found:
            own.know(*found)
        return found

    return _Parsed(parser(file, info, heard, own, ledger), of, tuple(asked), own)


def parse(manuscript: Manuscript, problems: Problems, known: Known | None = None) -> Draft:
    """The chapters in reading order. Raises `Stopped` with the problems of all of them if any is an error."""
    parsed, of = (known or Known()).parsed, (_reader(manuscript, problems), problems, manuscript.ledger)
    chapters = tuple(parsed(parse_chapter, file, manuscript.info, *of) for file in manuscript.sources)
    handouts = tuple(parsed(parse_handout, file, manuscript.info, *of) for file in manuscript.handouts)
    problems.stop_on_errors()
    return Draft(manuscript.info, chapters, handouts)


def _reader(manuscript: Manuscript, problems: Problems) -> Read:
    folder = manuscript.folder

    def read(path: str, at: Position) -> tuple[str, str] | None:
        """A path counts from the folder of the file that names it; the book folder is tried too, as for pictures."""
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(at.file), path))
        missing = beside != path and folder.read_text(beside, Problems(), at) is None
        if missing and (text := folder.read_text(path, Problems(), at)) is not None:
            problems.know(posixpath.normpath(path), text)
            return posixpath.normpath(path), text
        text = folder.read_text(beside, problems, at)
        return None if text is None else (beside, text)

    return read


def parse_handout(file: File, info: Info, read: Read, problems: Problems, ledger: Ledger | None = None) -> Handout:
    """One handout, whose slices are open. Its one main message is the subtitle of its chapter."""
    reading = _reading(file, info, read, problems, ledger)
    reading.handout = True
    chapter, front = _read_chapter(file, reading)
    if not chapter.subtitle:
        hint = 'one or two short sentences: message: "Most effects pass. A few need help fast."'
        problems.add("missing-title", Position(file.path, 1, 1), "this handout has no main message", hint)
    return Handout(chapter, front.pages, front.large_pages or 2 * front.pages)


def parse_chapter(file: File, info: Info, read: Read, problems: Problems, ledger: Ledger | None = None) -> Chapter:
    """One chapter file. `read` gives path and text of an included file, or reports at the place given."""
    return _read_chapter(file, _reading(file, info, read, problems, ledger))[0]


def _reading(file: File, info: Info, read: Read, problems: Problems, ledger: Ledger | None) -> Reading:
    return Reading(info, problems, read, info.book.language, markdown(), including=(file.path,), ledger=ledger)


def _read_chapter(file: File, reading: Reading) -> tuple[Chapter, FrontMatter]:
    info, problems = reading.info, reading.problems
    source = Source(file.path, reading.clean(file.path, file.text))
    problems.know(file.path, source.text)
    front, body = read_front_matter(source, reading)
    reading.language = front.language or reading.language
    tokens = reading.blocks(body)
    blocks = make_blocks(tokens, reading)
    for label, note in reading.notes.items():
        if not note.used:
            problems.add(
                "unused-note", note.at, f'no text calls the note "{label}"', f"write [^{label}] where it belongs"
            )
    heading, rest = _title(blocks, front, file.path, reading)
    _check_levels(heading, rest, problems)
    subtitle = read_inlines(front.subtitle, reading) if front.subtitle else ()
    language = front.language if front.language != info.book.language else ""
    chapter = Chapter(
        name=file.name,
        role=file.role,
        heading=heading,
        blocks=rest,
        source=file.path,
        subtitle=subtitle,
        language=language,
        part=file.part,
        nocite=front.nocite,
        authors=front.authors,
    )
    return chapter, front


def _title(blocks: Blocks, front: FrontMatter, path: str, reading: Reading) -> tuple[Heading, Blocks]:
    """The chapter's heading, from its `# Title` or its front matter, and the blocks without it."""
    problems = reading.problems
    titles = [block for block in blocks if isinstance(block, Heading) and block.level == 1]
    if front.title:
        heading = Heading(1, read_inlines(front.title, reading), at=front.title.place(0))
    elif titles:
        heading = titles.pop(0)
        before = blocks[0] if blocks[0] is not heading else None
        if before:
            problems.add(
                "text-before-title", before.at, "text stands before the title of the chapter", "put the title first"
            )
    else:
        broken = {one.at.file for one in problems.found if one.code == "broken-front-matter"}
        if path not in broken:  # or the title may stand in what could not be read
            problems.add("missing-title", Position(path, 1, 1), "this chapter has no title", "begin it with # Title")
        heading = Heading(1, (), at=Position(path, 1, 1))
    for title in titles:
        problems.add(
            "second-title", title.at, "a second title in one chapter", "write ## for its sections, or begin a new file"
        )
    return heading, tuple(block for block in blocks if block is not heading)


def _check_levels(heading: Heading, blocks: Blocks, problems: Problems) -> None:
    """Levels go down one at a time (WCAG 2.2, technique G141; PDF/UA-1, 7.4.2)."""
    level = heading.level
    top = set(map(id, blocks))
    for node in d.walk(blocks):
        if not isinstance(node, Heading):
            continue
        if node.level == 1 and id(node) not in top:
            problems.add("second-title", node.at, "a chapter's title inside something else", "write ## or more marks")
        if node.level > level + 1:
            marks, right = "#" * node.level, "#" * (level + 1)
            message = f"a heading of level {node.level} follows one of level {level}"
            problems.add("skipped-heading-level", node.at, message, f"write {right} for {marks}")
        level = node.level
