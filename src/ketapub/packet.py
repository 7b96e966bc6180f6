"""The packet that reviewers read and tick: a resolved book, its ledger and signatures come in, a PDF goes out.

Every passage has a number and boxes; beneath it stands what the ledger says of each figure in it. Lists follow of what
rests on judgement, of what is kept although its source was not seen, of how hard each section is to read, and of the
sources.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ketapub import document as d
from ketapub.editorial.readability import reading_report, word_list
from ketapub.formats.imprint import stamp
from ketapub.formats.pdf import print_plain
from ketapub.ledger import Claim, Ledger
from ketapub.locale import Words, direction, words
from ketapub.manuscript import Manuscript
from ketapub.outputs import Bundle, OutputFile, build_id, check_out, write_outputs
from ketapub.problems import Problems
from ketapub.reading import Read
from ketapub.signatures import ChapterReview, Signature, review_of
from ketapub.templates import render
from ketapub.theme import Theme, load_theme


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A passage under its number, "3.14", with what the ledger says of each claim in it: the name, then the rest."""

    number: str
    text: str
    claims: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    source: str
    state: tuple[str, ...]
    passages: tuple[_Numbered, ...]


def write_packet(texts: tuple[d.Book, ...], read: Read, root: Path, out: Path, problems: Problems) -> Bundle:
    """Make the packet for reviewers, into `out`, of what they read (`texts_of`)."""
    check_out(out, root, problems)
    bundle = make_packet(texts, read.manuscript, read.signatures, load_theme(), problems)
    write_outputs(out, bundle, build_id=build_id(bundle), manuscript_root=root, problems=problems)
    return bundle


def make_packet(
    books: tuple[d.Book, ...],
    manuscript: Manuscript,
    signatures: tuple[Signature, ...],
    theme: Theme,
    problems: Problems,
) -> Bundle:
    """`<slug>-review.pdf`, of a book and its handouts, each of which is a small book behind it."""
    book = books[0]
    ledger = manuscript.ledger
    word = words(book.info.book.language)
    reviews = enumerate((review for one in books for review in review_of(one, signatures)), 1)
    sections = tuple(_section(index, review, ledger, word) for index, review in reviews)
    printed = _printed(sections)
    claims = ledger.claims if ledger else {}
    lists = [
        ("packet-judgements", [one for one in claims.items() if one[1].basis and one[0] in printed]),
        ("packet-precautions", [one for one in claims.items() if one[1].precaution and one[0] in printed]),
        ("packet-unverified", [one for one in claims.items() if not one[1].verified]),
        ("packet-old", [one for one in claims.items() if one[1].age_ok]),
    ]
    page = render(
        "packet.xml",
        book=book.info.book,
        direction=direction(book.info.book.language),
        stamp=stamp(book),
        words=word,
        sections=sections,
        lists=[
            (word[title], [_listed(id, claim, ledger, printed, word) for id, claim in found])
            for title, found in lists
            if ledger and found
        ],
        exempt=[found for one in books for found in _exempt(one)],
        reading=reading_report(book, word_list(manuscript.reading_words)),
        sources=list(_sources(books)),
    )
    return (OutputFile(f"{book.info.book.slug}-review.pdf", print_plain(page, book, theme, "packet.css", problems)),)


def _section(index: int, review: ChapterReview, ledger: Ledger | None, word: Words) -> _Section:
    state = [word.format("packet-signed", **_signed(one, word)) for one in review.signed]
    for signature, new in review.outdated:
        which = ", ".join(f"{index}.{one + 1}" for one in new) or word["packet-none-new"]
        state.append(word.format("packet-outdated", **_signed(signature, word), passages=which))
    of = ledger.claims if ledger else {}
    told: dict[str, str] = {}  # claim -> the passage of this chapter beneath which the ledger is quoted
    found = []
    for number, passage in enumerate(review.passages, 1):
        name = f"{index}.{number}"
        claims = []
        for id in dict.fromkeys(fact.id for fact in passage.facts):
            claims.append((id, f"→ {told[id]}" if id in told else _told(of[id], word)))
            told.setdefault(id, name)
        found.append(_Numbered(name, passage.text, tuple(claims)))
    title = d.plain_text(d.bare(review.chapter.heading.children))
    return _Section(title, review.chapter.source, tuple(state) or (word["packet-not-signed"],), tuple(found))


def _signed(signature: Signature, word: Words) -> dict[str, str]:
    date = word.date(signature.date) if signature.date else ""
    return {"name": signature.name, "credential": signature.credential, "scope": signature.scope, "date": date}


def _told(claim: Claim, word: Words) -> str:
    """What the ledger says of a claim, in one line."""
    said = [", ".join(claim.source) or claim.basis]
    kept = {
        "where": claim.where_,
        "population": claim.population,
        "comparison": claim.comparison,
        "certainty": claim.certainty,
        "funding": claim.funding,
    }
    said += [f"{word[f'packet-{name}']}: {value}" for name, value in kept.items() if value and value != "none"]
    if claim.checked:
        said.append(f"{word['packet-checked']}: {word.date(claim.checked)}")
    return "; ".join([*said, claim.note] if claim.note else said)


def _printed(sections: tuple[_Section, ...]) -> dict[str, list[str]]:
    """The numbers of the passages that print each claim."""
    found: dict[str, list[str]] = {}
    for section in sections:
        for passage in section.passages:
            for id, _ in passage.claims:
                found.setdefault(id, []).append(passage.number)
    return found


def _listed(
    id: str, claim: Claim, ledger: Ledger | None, printed: Mapping[str, list[str]], word: Words
) -> tuple[str, str, str]:
    """A claim of a list: the passages that print it, its words, and what else the ledger says."""
    form = "default" if "default" in claim.text else next(iter(claim.text or claim.value))
    said = (ledger.printed(id, form) if ledger else None) or ""
    return ", ".join(printed.get(id, ())) or "–", f"{id}: {said}", claim.age_ok or _told(claim, word)


def _exempt(book: d.Book) -> Iterator[tuple[str, str]]:
    """Words that their author took out of a rule, with the reason given."""
    for node in d.walk_book(book):
        attributes = getattr(node, "attributes", d.NONE)
        if reason := attributes.get("reason"):
            said = node.title if isinstance(node, d.Figure) else d.plain_text(node)
            yield str(node.at), f"{said}: {reason}"


def _sources(books: tuple[d.Book, ...]) -> Iterator[tuple[str, str]]:
    chapters = (chapter for book in books for chapter in book.chapters)
    entries = (node for one in chapters for node in d.walk_chapter(one) if isinstance(node, d.Entry))
    yield from {entry.key: d.plain_text(entry.body) for entry in entries}.items()  # once, whatever lists hold it
