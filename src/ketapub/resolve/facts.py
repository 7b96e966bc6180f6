"""Checks what is printed of the ledger: a source beside each claim, and none that is too old.

In: chapters whose citations still name their works, the ledger, the library. Out: problems only.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

from ketapub import document as d
from ketapub.ledger import Claim, Ledger
from ketapub.library import Library, Record
from ketapub.problems import Problems, did_you_mean

Keys = frozenset[str]


def check_facts(chapters: tuple[d.Chapter, ...], ledger: Ledger | None, library: Library, problems: Problems) -> None:
    """`uncited-fact`, `unused-fact`, `old-source`, `broken-fact` for one whose place cannot hold all its words, and
    `unknown-citation` for sources that no reference file holds."""
    if ledger is None:
        return
    printed: set[str] = set()
    for chapter in chapters:
        _check_values(chapter, problems)
        for fact, cited in _facts(chapter):
            printed.add(fact.id)
            claim = ledger.claims[fact.id]
            if claim.source and cited.isdisjoint(claim.source):
                cite = "; ".join(f"@{key}" for key in claim.source)
                message = f'the fact "{fact.id}" is printed without its source'
                problems.add(
                    "uncited-fact", fact.at, message, f"cite [{cite}] in the same paragraph, item, row or caption"
                )
    for id, claim in ledger.claims.items():
        _check_source(id, claim, ledger, library, problems)
        if claim.verified and id not in printed:
            hint = "print it, or delete it"
            problems.add("unused-fact", ledger.at(id), f'no text prints the fact "{id}"', hint, "warning")


def _check_values(chapter: d.Chapter, problems: Problems) -> None:
    """A value, such as an alternative text, is plain words: it would lose the notes and citations of a fact."""
    for node in d.walk_chapter(chapter):
        for _, fact in getattr(node, "attributes", d.NONE).facts:
            if any(isinstance(one, d.Note | d.CitationMark | d.ReferenceMark) for one in d.walk(fact)):
                message = f'the words of the fact "{fact.id}" hold a note or a citation, which is lost here'
                problems.add("broken-fact", fact.at, message, "give it a form without one, and print that")


def _check_source(id: str, claim: Claim, ledger: Ledger, library: Library, problems: Problems) -> None:
    for key in claim.source:
        if key not in library.records:
            if not library.complete:
                continue
            hint = did_you_mean(key, library.records) or "add it to the reference files"
            problems.add("unknown-citation", ledger.at(f"{id}.source"), f'no reference "{key}"', hint)
        elif not claim.age_ok and (oldest := ledger.oldest.get(claim.kind)):
            issued = last_day(library.records[key])
            if issued is not None and issued < oldest:
                message = f'the source "{key}" of a {claim.kind} is from {issued.year}, which is too old'
                hint = "look for a newer one, or say with age-ok why this is still the right one"
                problems.add("old-source", ledger.at(f"{id}.source"), message, hint, "warning")


def last_day(record: Record) -> datetime.date | None:
    """The last day on which a work can have appeared: of "2021" the last of that year. None without a date."""
    dates = record.fields.get("issued", {}).get("date-parts", ())  # two of them make a range
    numbers = [int(part) for part in dates[-1]] if dates else []
    if not numbers or not 1 <= numbers[0] <= 9998:
        return None
    year, month, day = (*numbers, 0, 0)[:3]
    if day:
        return datetime.date(year, month, day)
    after = datetime.date(year, month + 1, 1) if 0 < month < 12 else datetime.date(year + 1, 1, 1)
    return after - datetime.timedelta(days=1)


# --- what stands beside a claim ---------------------------------------------------------------------------------------


def _facts(chapter: d.Chapter) -> Iterator[tuple[d.Fact, Keys]]:
    """Every claim that a chapter prints, with the works cited beside it: in the smallest thing that holds both."""
    title = (chapter.heading, *chapter.subtitle)
    yield from _inside(title, _cited(title) | _cited(chapter.blocks))
    yield from _inside(chapter.blocks, frozenset())


def _sections(nodes: tuple[d.Node, ...]) -> Mapping[int, Keys]:
    """The works cited in each heading and the section below it, by the identity of the heading."""
    found: dict[int, set[str]] = {}
    open_: list[d.Heading] = []
    if any(isinstance(node, d.Heading) for node in nodes):
        for node in nodes:
            if isinstance(node, d.Heading):
                open_ = [*(one for one in open_ if one.level < node.level), node]
                found[id(node)] = set()
            cited = _cited((node,))
            for heading in open_:
                found[id(heading)] |= cited
    return {heading: frozenset(keys) for heading, keys in found.items()}


def _beside(node: d.Node, cited: Keys) -> Iterator[tuple[d.Fact, Keys]]:
    match node:
        case d.Paragraph() | d.Plain() | d.ListItem() | d.Callout() | d.Row() | d.Definition():
            cited |= _cited(node)
        case d.Figure(caption=caption, source=source):  # what is drawn has its source in the caption
            cited |= _cited(caption) | _cited(source)
        case d.Table(caption=caption):  # what its caption and its notes cite goes for every cell
            cited |= _cited(caption) | _cited(tuple(one for one in d.walk(node) if isinstance(one, d.Note)))
    attributes = getattr(node, "attributes", d.NONE)
    yield from ((fact, cited) for _, fact in attributes.facts)
    if isinstance(node, d.Fact):
        yield node, cited
    yield from _inside(tuple(d.children(node)), cited)


def _inside(nodes: tuple[d.Node, ...], cited: Keys) -> Iterator[tuple[d.Fact, Keys]]:
    sections = _sections(nodes)
    for node in nodes:
        yield from _beside(node, cited | sections.get(id(node), frozenset()))


def _cited(node: object) -> Keys:
    return frozenset(one.key for one in d.walk(node) if isinstance(one, d.Cite))
