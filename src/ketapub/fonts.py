"""Bytes of font files in; out come the characters that they draw, their names, and problems where a glyph is missing.

The set of fonts of a book is closed: the theme's and its own. What none of them draws would be an empty box in print,
or a font of whoever's machine built the book.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from ketapub.document import Chapter, Code, CodeBlock, DisplayFormula, Formula, Text, walk_chapter
from ketapub.formulas.tex import shown_letters
from ketapub.problems import Position, Problems

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

SHOWN = 10  # problems for one block of Unicode: a book in a script without a font would have thousands

# Format characters that are drawn all the same (Unicode 16, section 23.2, "Prepended_Concatenation_Mark").
_DRAWN_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
# Default_Ignorable_Code_Point beyond the format characters: joiner, fillers, variation selectors.
_IGNORED = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")

_BEYOND_LATIN_1 = re.compile(r"[^\x00-\xff]")
_ARABIC = frozenset(range(0x620, 0x64B)) | frozenset(range(0x66E, 0x6D4))

_covered: dict[str, frozenset[int]] = {}  # by digest: the theme's fonts are read once, not once a format

Drawn = tuple[str, Position]


@dataclass(frozen=True, slots=True)
class Font:
    """What a font file says of itself. `family` is the name that style sheets use."""

    family: str
    weight: int  # 400 regular, 700 bold
    italic: bool
    coverage: frozenset[int]


def read_font(data: bytes, path: str, at: Position, problems: Problems) -> Font | None:
    """A font file of the book (TTF, OTF, WOFF, WOFF2); None where it cannot be used, which is reported at `at`.

    A font whose maker forbids embedding (OpenType, OS/2 fsType bit 1) may not be put into a book.
    """
    try:
        with _opened(data) as font:
            os2: Any = font["OS/2"]
            family, letters = _family(font), coverage(data)
            if not family or not letters:
                raise ValueError("it has no name or no characters")
            if os2.fsType & 0x000E == 0x0002:
                hint = "ask its maker for a licence to embed it, or take a font under the Open Font License"
                problems.add("font-not-embeddable", at, f"{path} may not be embedded, by its own word", hint)
                return None
            return Font(family, int(os2.usWeightClass), bool(os2.fsSelection & 1), letters)
    except Exception as error:  # fontTools raises whatever comes up in a broken table
        reason = str(error).rstrip(".") or type(error).__name__
        hint = "a whole TTF, OTF, WOFF or WOFF2 file is needed"
        problems.add("broken-font", at, f"{path} cannot be used as a font: {reason[:120]}", hint)
        return None


def coverage(data: bytes) -> frozenset[int]:
    """The code points that a font file has glyphs for. Raises what fontTools raises on a file that is no font."""
    digest = hashlib.sha256(data).hexdigest()
    if digest not in _covered:
        with _opened(data) as font:
            letters = frozenset(font.getBestCmap() or ())
            _covered[digest] = letters - _ARABIC if letters & _ARABIC and not _joins_arabic(font) else letters
    return _covered[digest]


def advances(data: bytes) -> Mapping[int, float]:
    """How far each character of a font file moves the next one on, in ems; kerning is left out."""
    with _opened(data) as font:
        metrics: Any = font["hmtx"]
        unit = int(font["head"].unitsPerEm)
        return {code: metrics[glyph][0] / unit for code, glyph in (font.getBestCmap() or {}).items()}


def family_name(data: bytes) -> str:
    """The family of a font file, as style sheets name it: "Atkinson Hyperlegible Next"."""
    with _opened(data) as font:
        return _family(font)


def about_font(data: bytes) -> tuple[str, str]:
    """The version and the copyright line of a font file (OpenType, name table, 5 and 0); "" where it has none."""
    with _opened(data) as font:
        names: Any = font["name"]
        version, rights = (str(names.getDebugName(number) or "").strip() for number in (5, 0))
        return version.removeprefix("Version ").partition(";")[0].strip(), rights


def _joins_arabic(font: TTFont) -> bool:
    """Whether the letters of Arabic join (OpenType, script "arab"): mathematical fonts have them as single signs."""
    table: Any = font["GSUB"].table if "GSUB" in font else None
    return table is not None and any(one.ScriptTag == "arab" for one in table.ScriptList.ScriptRecord)


def _opened(data: bytes) -> TTFont:
    from fontTools.ttLib import TTFont

    return TTFont(io.BytesIO(data), lazy=True, fontNumber=0)


def _family(font: TTFont) -> str:
    return first_name(font, 21, 16, 1)  # the order of fontTools' getBestFamilyName


def first_name(font: TTFont, *numbers: int) -> str:
    """The first of these names that a font has, in English if there is one (OpenType, name table); "" without any.

    fontTools loads whatever it knows of layout to read names, so those that are written as usual are read here.
    """
    usual = _usual_name(font.getTableData("name"), numbers) if "name" in font else None
    if usual is not None:
        return usual
    names: Any = font["name"]
    return str(names.getFirstDebugName(numbers) or "")


def _usual_name(table: bytes, numbers: Iterable[int]) -> str | None:
    """The same of a name table; None for fontTools, which knows how fonts may be wrong and what they may mean."""
    count, strings = (int.from_bytes(table[at : at + 2]) for at in (2, 4))
    if strings != 6 + 12 * count or strings > len(table):
        return None
    records = [*struct.iter_unpack(">6H", table[6:strings])]
    for number in numbers:
        found = [record for record in records if record[3] == number]
        windows = [record for record in found if (record[0], record[2]) == (3, 0x409)]  # in English
        if windows:
            _, encoding, _, _, length, offset = windows[0]
            text = table[strings + offset : strings + offset + length]
            with suppress(UnicodeDecodeError):
                name = text.decode("utf-16-be")
                if encoding == 1 and name and "\0" not in name and len(text) == length:
                    return name
        if found:
            return None
    return ""


def fontconfig_xml(folders: Iterable[str], cache: str, generic: Mapping[str, Sequence[str]] | None = None) -> str:
    """A configuration in which nothing but the fonts in `folders` exists, for FONTCONFIG_FILE.

    `cache` is fontconfig's own folder; `generic` says which families stand for "serif", "sans-serif" …, best first.
    """
    lines = ["<fontconfig>", "<reset-dirs/>", *(f"<dir>{escape(folder, quote=False)}</dir>" for folder in folders)]
    lines.append(f"<cachedir>{escape(cache, quote=False)}</cachedir>")
    for name, families in (generic or {}).items():
        preferred = "".join(f"<family>{escape(family, quote=False)}</family>" for family in families)
        lines.append(f"<alias><family>{escape(name, quote=False)}</family><prefer>{preferred}</prefer></alias>")
    return "\n".join([*lines, "</fontconfig>", ""])


# --- every character has a glyph ---------------------------------------------------------------------------


def drawn_texts(chapters: Iterable[Chapter]) -> Iterator[Drawn]:
    """Every text that is drawn, in reading order, with its place. Alternative texts and tooltips are not drawn."""
    for chapter in chapters:
        for node in walk_chapter(chapter):
            if isinstance(node, Text | Code | CodeBlock):
                yield node.text, node.at
            elif isinstance(node, Formula | DisplayFormula):
                yield shown_letters(node.mathml), node.at


def check_glyphs(
    texts: Iterable[Drawn],
    fonts: Callable[[], Iterable[bytes]],
    problems: Problems,
    sources: Mapping[str, str] | None = None,
) -> None:
    """Report each character that no font has, once, at its first place: `missing-glyph`.

    `fonts` gives the font files, and is called only if there is a character beyond Latin-1: the faces of the theme
    have all of those. A font is read only if those before it lack a character. With `sources` (path -> text) the column
    is exact behind escapes and smart quotation marks too.
    """
    covered: set[int] = set()
    others: Iterator[bytes] | None = None
    places: dict[str, Drawn] = {}
    counts: Counter[str] = Counter()
    for text, at in texts:
        if text.isascii() or not _BEYOND_LATIN_1.search(text):
            continue
        if others is None:
            others = iter(fonts())
        # The shaping engine composes a letter and its accent where the font has only the whole (HarfBuzz, "normalize").
        for character in _BEYOND_LATIN_1.findall(unicodedata.normalize("NFC", text)):
            if not has_glyph(character, covered):
                for data in others:
                    covered |= coverage(data)
                    if has_glyph(character, covered):
                        break
                else:
                    places.setdefault(character, (text, at))
                    counts[character] += 1
    if places:
        _report(places, counts, problems, sources or {})


def has_glyph(character: str, covered: Set[int]) -> bool:
    """Whether fonts with the code points `covered` draw it; also true of what draws nothing."""
    if ord(character) in covered or draws_nothing(character):
        return True
    if character == "\u2011":  # a hyphen is drawn for the no-break hyphen
        return 0x2010 in covered or 0x2D in covered
    parts = unicodedata.normalize("NFD", character)
    return parts != character and all(ord(part) in covered for part in parts)


def draws_nothing(character: str) -> bool:
    """Controls, soft hyphens, joiners, direction marks, variation selectors, and spaces of any width."""
    if unicodedata.category(character) in ("Cc", "Zs", "Zl", "Zp") or character in _IGNORED:
        return True
    if "\ufe00" <= character <= "\ufe0f" or "\U000e0000" <= character <= "\U000e0fff":
        return True
    return unicodedata.category(character) == "Cf" and character not in _DRAWN_FORMATS


def _report(
    places: Mapping[str, Drawn], counts: Mapping[str, int], problems: Problems, sources: Mapping[str, str]
) -> None:
    from fontTools.unicodedata import block

    blocks: Counter[str] = Counter()
    first: dict[str, Position] = {}
    for character, (text, at) in places.items():
        name = str(block(character))
        blocks[name] += 1
        first.setdefault(name, at)
        if blocks[name] <= SHOWN:
            called = unicodedata.name(character, "without a name")
            shown = character if character.isprintable() else " "
            message = f'no font has "{shown}" (U+{ord(character):04X} {called}, block {name})'
            if counts[character] > 1:
                message += f"; it stands in the book {counts[character]} times"
            problems.add("missing-glyph", _place(character, text, at, sources), message, _hint(name))
    for name, count in blocks.items():
        if count > SHOWN:
            message = f"no font has {count - SHOWN} more characters of the block {name}"
            problems.add("missing-glyph", first[name], message, _hint(name))


def _hint(block: str) -> str:
    return f'put a font with {block} into the book folder and name it in book.toml: [theme] fonts = ["fonts/name.ttf"]'


def _place(character: str, text: str, at: Position, sources: Mapping[str, str]) -> Position:
    """Where the character stands: searched from the text's begin on, else counted from there."""
    if not at.line or not at.column:
        return at
    lines = sources.get(at.file, "").split("\n")[at.line - 1 : at.line + text.count("\n") + 1]
    for number, line in enumerate(lines):
        if (found := line.find(character, at.column - 1 if number == 0 else 0)) >= 0:
            return Position(at.file, at.line + number, found + 1)
    before = text[: max(0, text.find(character))]
    return at if "\n" in before else Position(at.file, at.line, at.column + len(before))
