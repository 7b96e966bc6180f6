"""A size comes in; a book folder of about so many pages goes out, as ketapub and pandoc both read it.

Chapters, notes, citations, tables, figures, page references, callouts, lists, code and quotations, made of words drawn
by lot: the same bytes each time.
"""

from __future__ import annotations

import json
import random
import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SEED = 1


@dataclass(frozen=True, slots=True)
class Size:
    chapters: int
    sections: int  # in a chapter
    subsections: int  # in a section
    works: int  # that may be cited


SIZES: Mapping[str, Size] = {
    "38": Size(2, 3, 2, 60),
    "300": Size(12, 5, 2, 60),
    "1457": Size(60, 5, 2, 200),
}


def _words(text: str) -> list[str]:
    return text.split()


NOUNS = _words(
    """
    archive argument assessment assumption audience author balance boundary chapter characteristic classification
    collection colour committee comparison compositor conclusion condition consequence context convention copyist
    correction correspondence craft curriculum custom decision definition description dialogue dictionary difference
    discipline distinction document economy edition editor education encyclopaedia engraving environment evidence
    experience experiment explanation folio foundation fragment framework function geography government grammar
    harbour hierarchy history household illustration impression index industry influence inscription institution
    instrument interpretation inventory investigation journal judgement knowledge landscape language lecture
    legislation letter library literature locality machine manuscript margin marketplace material measurement memory
    method migration monastery movement narrative neighbourhood observation occasion organisation ornament parchment
    particular pattern performance permission perspective philosophy plantation population position practice
    preparation press principle printer procedure profession programme proportion publication quality question
    readership reconstruction record reference reflection regulation relationship representation reputation
    requirement revision river sample scholar scribe sentence settlement signature specimen standard statement
    structure supplement surface symbol technique tendency territory testimony theory tradition transcription
    translation treatise typeface university variation village vocabulary volume witness workshop
    """
)
ADJECTIVES = _words(
    """
    ancient careful central characteristic common comparative complete considerable continuous conventional critical
    curious deliberate detailed distinct domestic early economic elaborate extensive familiar formal general
    historical illuminated independent individual industrial informal intellectual interesting international learned
    literary local mechanical medieval modern narrow natural numerous occasional ordinary original particular
    persistent philosophical physical practical preliminary principal provincial regional remarkable repetitive
    respectable scholarly significant similar social straightforward subsequent substantial systematic technical
    traditional typographical uncommon unexpected uniform universal vernacular vivid
    """
)
VERBS = _words(
    """
    acknowledges alters anticipates arranges assembles assumes attracts borrows clarifies combines compares
    complicates confirms considers constitutes contradicts corrects describes determines develops discusses
    distinguishes documents emphasises encourages establishes examines exemplifies explains extends illustrates
    imitates implies includes indicates influences interprets introduces investigates justifies maintains measures
    mentions neglects obscures observes organises permits precedes preserves presupposes produces questions
    reconsiders recommends records reflects reinforces replaces represents requires resembles reveals simplifies
    strengthens suggests summarises supports surveys transforms translates undermines
    """
)
ADVERBS = _words(
    """
    accordingly admittedly apparently carefully certainly clearly consequently conversely curiously deliberately
    equally eventually evidently frequently generally gradually historically however incidentally increasingly
    independently inevitably meanwhile moreover naturally nevertheless occasionally originally particularly perhaps
    predictably previously probably rarely repeatedly similarly sometimes subsequently typically usually
    """
)
BEFORE_NOUNS = _words("the the the a every each this that another its our")
PREPOSITIONS = _words("of in for within against beyond through under across between")
CONJUNCTIONS = _words("because although while and but whereas unless since")
SURNAMES = _words(
    """
    Abara Almeida Andersson Bergmann Castellanos Chaudhuri Delacroix Dvořák Eriksen Fernández Fitzgerald
    García-Moreno Goldstein Haraldsdóttir Ivanova Jørgensen Kowalski Lefèvre Łukasiewicz Mbeki Nakamura Okonkwo
    Papadopoulos Quispe Rasmussen Rossi Sørensen Szabó Takahashi Thompson Ünal Vandenberg Wójcik Xu Yamamoto Zhang
    Žižka
    """
)
GIVEN = _words(
    """
    Ada Amara Björn Chidi Clara Dmitri Elena Farid Grace Hana Ines Jun Karim Lena Marek Nadia Olga Pedro Quentin
    Rosa Samir Tomás Uma Viktor Wanda Yusuf Zoë
    """
)
CALLOUTS = ("note", "tip", "important", "warning", "caution")
CODE = '''def collate(leaves, sewn=True):
    """Gather the leaves of each section in order."""
    sections = [leaves[i:i + 16] for i in range(0, len(leaves), 16)]
    for number, section in enumerate(sections, start=1):
        if sewn and len(section) % 4:
            raise ValueError(f"section {number} is short")
        yield number, tuple(section)


for number, section in collate(read_leaves("folio.txt")):
    print(number, len(section), section[0].signature)'''
SETTINGS = """[book]
title = "The Careful Page"
subtitle = "A book of {size} pages, drawn by lot"
slug = "careful-page"
version = "1"
language = "en-GB"
authors = ["Ada Compositor"]
identifier = "urn:uuid:6f1c7d0e-52b1-4c39-9a0e-{size:0>12}"
date = 2024-05-01
rights = "All rights reserved"
description = "A book to measure by."
formats = ["pdf", "epub", "html"]
chapters = [
{chapters}
]

[bibliography]
files = ["references.json"]
style = "american-medical-association"

[checks]
uncited-reference = "off"  # works are drawn by lot, too
"""


def write_book(name: str, folder: Path) -> None:
    for path, data in book_files(name).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def book_files(name: str) -> dict[str, bytes]:
    size = SIZES[name]
    writer = _Writer(name, size)
    chapters = {f"chapters/{number:02}.md": writer.chapter(number) for number in range(1, size.chapters + 1)}
    listed = "\n".join(f'  "{path}",' for path in chapters)
    texts = {"book.toml": SETTINGS.format(size=name, chapters=listed), **chapters}
    texts["references.json"] = json.dumps(writer.works, indent=1, ensure_ascii=False)
    return {path: text.encode() for path, text in texts.items()} | writer.pictures


class _Writer:
    """Draws words, and counts what has to have a number of its own in the book."""

    def __init__(self, name: str, size: Size) -> None:
        self.size, self.chance = size, random.Random(f"{SEED}:{name}")
        self.notes = self.tables = self.figures = 0
        self.targets: list[str] = []  # that the text may refer to
        self.pictures: dict[str, bytes] = {}
        self.works = self._works()

    # --- words -----------------------------------------------------------------------------------------------------

    def pick(self, words: Sequence[str]) -> str:
        """As in a language, a few words are common."""
        return words[int(len(words) * self.chance.random() ** 1.6)]

    def phrase(self) -> str:
        chance = self.chance
        words = [chance.choice(BEFORE_NOUNS)]
        if chance.random() < 0.55:
            words.append(self.pick(ADJECTIVES))
        words.append(self.pick(NOUNS))
        if chance.random() < 0.35:
            words += [chance.choice(PREPOSITIONS), chance.choice(BEFORE_NOUNS), self.pick(NOUNS)]
        return re.sub(r"\ba (?=[aeiou])", "an ", " ".join(words))

    def clause(self) -> str:
        return f"{self.phrase()} {self.pick(VERBS)} {self.phrase()}"

    def sentence(self) -> str:
        chance = self.chance
        text = self.clause()
        if chance.random() < 0.45:
            text += f", {chance.choice(CONJUNCTIONS)} {self.clause()}"
        if chance.random() < 0.25:
            text = f"{self.pick(ADVERBS)}, {text}"
        if chance.random() < 0.08:
            text += f" in {chance.randint(1450, 1990)}"
        return text[0].upper() + text[1:] + ("." if chance.random() < 0.94 else "?")

    def sentences(self, least: int, most: int) -> list[str]:
        return [self.sentence() for _ in range(self.chance.randint(least, most))]

    def title(self) -> str:
        words = [self.pick(ADJECTIVES), self.pick(NOUNS)]
        if self.chance.random() < 0.6:
            words += [self.chance.choice(("of", "in", "and", "against", "for")), "the", self.pick(NOUNS)]
        return " ".join(words).capitalize()

    # --- in a line -------------------------------------------------------------------------------------------------

    def citation(self) -> str:
        chance = self.chance
        key, kind = chance.choice(self.works)["id"], chance.random()
        if kind < 0.6:
            return f" [@{key}]"
        if kind < 0.8:
            return f" [@{key}, p. {chance.randint(2, 400)}]"
        if kind < 0.9:
            return f" [see @{key}, ch. {chance.randint(1, 12)}; @{chance.choice(self.works)['id']}]"
        return f" [-@{key}]"

    def dressed(self, sentences: Sequence[str], notes: list[str]) -> str:
        """With emphasis, code, citations, page references, links and notes here and there."""
        chance, out = self.chance, []
        for sentence in sentences:
            words = sentence.split(" ")
            if chance.random() < 0.14:
                place, mark = chance.randrange(len(words) - 1), chance.choice(("*", "*", "*", "**", "`"))
                bare = words[place].rstrip(",")
                words[place] = f"{mark}{bare}{mark}{words[place][len(bare) :]}"
            text, end = " ".join(words)[:-1], sentence[-1]
            if chance.random() < 0.07:
                text += self.citation()
            if chance.random() < 0.03 and self.targets:
                text += f" (see [page](#{chance.choice(self.targets)}){{.page}})"
            if chance.random() < 0.015:
                address = f"https://example.org/{self.pick(NOUNS)}/{chance.randint(1, 999)}"
                text += f", as [the {self.pick(NOUNS)} archive]({address}) shows"
            text += end
            if chance.random() < 0.045:
                self.notes += 1
                text += f"[^n{self.notes}]"
                words_of_note = " ".join(self.sentences(1, 3))
                cited = self.citation() if chance.random() < 0.3 else ""
                notes.append(f"[^n{self.notes}]: {words_of_note[:-1]}{cited}{words_of_note[-1]}")
            out.append(text)
        return " ".join(out)

    # --- blocks ----------------------------------------------------------------------------------------------------

    def bullets(self, notes: list[str]) -> str:
        numbered = self.chance.random() < 0.4
        items = range(1, self.chance.randint(3, 7) + 1)
        return "\n".join(
            f"{f'{item}.' if numbered else '-'} {self.dressed(self.sentences(1, 2), notes)}" for item in items
        )

    def table(self) -> str:
        chance = self.chance
        self.tables += 1
        columns = chance.randint(2, 4)
        rule = [chance.choice(("---:", ":---")) for _ in range(columns)]
        rows = [["Item", *(self.pick(NOUNS).capitalize() for _ in rule)], [":---", *rule]]
        for _ in range(chance.randint(4, 14)):
            cells = [
                f"{chance.random() * 10 ** chance.randint(1, 4):.1f}" if mark == "---:" else self.pick(ADJECTIVES)
                for mark in rule
            ]
            rows.append([f"{self.pick(ADJECTIVES).capitalize()} {self.pick(NOUNS)}", *cells])
        lines = "\n".join(f"| {' | '.join(row)} |" for row in rows)
        return f"{lines}\n\n: {self.title()} {{#tbl-{self.tables}}}"

    def figure(self) -> str:
        self.figures += 1
        kind = "svg" if self.figures % 2 else "png"
        path = f"images/figure-{self.figures:03}.{kind}"
        self.pictures[path] = self.svg() if kind == "svg" else self.png()
        attributes = f'#fig-{self.figures} alt="A chart: {self.title().lower()}" width=80%'
        return f"![{self.sentence()}]({path}){{{attributes}}}"

    def block(self, notes: list[str]) -> str:
        """Something other than a paragraph, or nothing."""
        kind = self.chance.random()
        if kind < 0.12:
            return self.bullets(notes)
        if kind < 0.19:
            words = " ".join(self.sentences(2, 4))
            return f"::: {{.callout-{self.chance.choice(CALLOUTS)}}}\n**{self.title()}.** {words}\n:::"
        if kind < 0.255:
            return self.table()
        if kind < 0.30:
            return self.figure()
        if kind < 0.33:
            return f"```python\n{CODE}\n```"
        if kind < 0.37:
            words = " ".join(self.sentences(2, 4))
            return f"> {words[:-1]}{self.citation()}{words[-1]}"
        if kind < 0.38:
            return "\n\n".join(f"{noun.capitalize()}\n:   {self.sentence()}" for noun in self.chance.sample(NOUNS, 3))
        return ""

    def blocks(self) -> list[str]:
        out, notes = [], list[str]()
        for _ in range(self.chance.randint(2, 3)):
            out.append(self.dressed(self.sentences(4, 8), notes))
            out += filter(None, [self.block(notes)])
        return out + notes

    def headed(self, level: int, target: str) -> list[str]:
        self.targets.append(target)
        return [f"{'#' * level} {self.title()} {{#{target}}}", *self.blocks()]

    def chapter(self, number: int) -> str:
        if number < self.size.chapters:
            self.targets.append(f"sec-{number + 1}")  # some references lead forward
        out = self.headed(1, f"sec-{number}")
        for section in range(1, self.size.sections + 1):
            out += self.headed(2, f"sec-{number}-{section}")
            for subsection in range(1, self.size.subsections + 1):
                out += self.headed(3, f"sec-{number}-{section}-{subsection}")
        return "\n\n".join(out) + "\n"

    # --- works and pictures ----------------------------------------------------------------------------------------

    def _works(self) -> list[dict[str, Any]]:
        chance, found = self.chance, dict[str, dict[str, Any]]()
        while len(found) < self.size.works:
            names = [chance.choice(SURNAMES) for _ in range(chance.randint(1, 4))]
            year = chance.randint(1850, 2023)
            key = f"{re.sub('[^a-z]', '', names[0].lower())}{year}"
            work = {
                "id": key,
                "title": self.title(),
                "author": [{"family": name, "given": chance.choice(GIVEN)} for name in names],
                "issued": {"date-parts": [[year]]},
            }
            if chance.random() < 0.4:
                city = chance.choice(("London", "Kraków", "Lagos", "Montréal"))
                press = f"{self.pick(ADJECTIVES).capitalize()} Press"
                work |= {"type": "book", "publisher": press, "publisher-place": city}
            else:
                first = chance.randint(1, 200)
                work |= {
                    "type": "article-journal",
                    "container-title": f"Journal of {self.pick(ADJECTIVES)} {self.pick(NOUNS)}",
                    "volume": str(chance.randint(1, 90)),
                    "issue": str(chance.randint(1, 6)),
                    "page": f"{first}-{first + chance.randint(4, 30)}",
                    "DOI": f"10.5555/{key}.{chance.randint(1000, 9999)}",
                }
            found[key] = work
        return list(found.values())

    def svg(self) -> bytes:
        bars = ""
        for number in range(12):
            left, height = 40 + number * 28, self.chance.randint(20, 180)
            bars += f'<rect x="{left}" y="{210 - height}" width="20" height="{height}" fill="#2a6f97"/>'
            bars += f'<text x="{left + 10}" y="226" font-size="12" text-anchor="middle">{number + 1}</text>'
        line = " ".join(f"{40 + number * 7},{self.chance.randint(30, 200)}" for number in range(48))
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 240" width="400" height="240">'
            f'<rect width="400" height="240" fill="#ffffff"/>{bars}'
            f'<polyline points="{line}" fill="none" stroke="#bc4749" stroke-width="1.5"/>'
            '<path d="M36 20V210H390" fill="none" stroke="#333333"/></svg>\n'
        ).encode()

    def png(self, width: int = 1200, height: int = 720) -> bytes:
        """Bars on a gradient with some noise, about 100 kB."""
        chance = self.chance
        tops = [chance.randint(80, 640) for _ in range(24)]
        noise = chance.randbytes(4096)
        rows = bytearray()
        for y in range(height):
            ground = 200 + y * 40 // height
            colours = (bytes((42, 111, 151) if y > top else (ground, ground, ground + 8)) for top in tops)
            row = bytearray(b"".join(colour * (width // 24) for colour in colours))
            if y % 8 == 0:
                shift = y * 37 % 496
                row[:3600] = bytes(a ^ b & 3 for a, b in zip(row[:3600], noise[shift : shift + 3600], strict=True))
            rows += b"\0" + row
        chunks = (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
            (b"pHYs", struct.pack(">IIB", 11811, 11811, 1)),
            (b"IDAT", zlib.compress(bytes(rows), 6)),
            (b"IEND", b""),
        )
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            for kind, data in chunks
        )
