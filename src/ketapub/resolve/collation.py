"""The order of the index: a term comes in, its place in the alphabet and the letter it stands under go out.

Word by word (ISO 999), without regard to case and accents. Signs come first, then digits by their value, then letters.
Quotation marks, brackets and other punctuation do not count, unless a term has nothing else; a hyphen is a space. This
is what the standard library can do of the Unicode Collation Algorithm: letters of other scripts go by code point.
"""

from __future__ import annotations

import re
import unicodedata

Weight = tuple[int, str, int]  # signs and spaces 0, digits 1, letters 2; then what; then its rank behind that letter
Order = tuple[tuple[Weight, ...], str, str]

# Letters that no decomposition gives; folded to lower case.
_SPELT = {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ŋ": "n"}
# Letters with a place of their own in a language, and the letter that they follow (CLDR 46, collation).
_NORDIC = {"å": ("z", 3), "ä": ("z", 1), "æ": ("z", 1), "ö": ("z", 2), "ø": ("z", 2)}
_SWEDISH = {"å": ("z", 1), "ä": ("z", 2), "æ": ("z", 2), "ö": ("z", 3), "ø": ("z", 3)}
_APART = {
    "es": {"ñ": ("n", 1)},
    "da": _NORDIC,
    "nb": _NORDIC,
    "nn": _NORDIC,
    "no": _NORDIC,
    "sv": _SWEDISH,
    "fi": _SWEDISH,
}
_KEPT = {"й": ("и", 1), "ў": ("у", 1)}  # accents by their form alone: in every language these are letters
_DIGITS = re.compile(r"\d+")


def order_of(term: str, language: str) -> Order:
    """What to sort by: terms that differ in case or accents alone stand together, always in the same order."""
    folded = unicodedata.normalize("NFC", term).casefold()
    weights = _weights(folded, language, everything=False) or _weights(folded, language, everything=True)
    return tuple(weights), unicodedata.normalize("NFD", folded), term


def letter_of(order: Order) -> str:
    """The capital that heads its group; "" for signs and digits."""
    weights = order[0]
    kind, letter, rank = weights[0] if weights else (0, "", 0)
    if kind < 2:
        return ""
    if rank:  # a letter of its own, which the weight does not spell
        letter = next(mark for mark in unicodedata.normalize("NFC", order[1]) if mark.isalpha())
    return letter.upper()


def _weights(folded: str, language: str, *, everything: bool) -> list[Weight]:
    apart = _KEPT | _APART.get(language.lower().partition("-")[0], {})
    weights: list[Weight] = []
    for piece in re.findall(r"\d+|\D", folded):
        if _DIGITS.fullmatch(piece):
            digits = "".join(str(unicodedata.digit(digit)) for digit in piece).lstrip("0")
            weights.append((1, f"{len(digits):09}{digits}", 0))
        elif piece in apart:
            base, rank = apart[piece]
            weights.append((2, base, rank))
        else:
            hangul = "가" <= piece <= "힣"  # its syllables are in order as they are
            for letter in piece if hangul else unicodedata.normalize("NFKD", piece):
                weights += _weight(letter, everything=everything)
    while weights and weights[0] == _SPACE and not everything:
        weights.pop(0)
    return weights


_SPACE: Weight = (0, "", 0)


def _weight(letter: str, *, everything: bool) -> list[Weight]:
    kind = unicodedata.category(letter)
    if kind[0] == "M" or kind == "Cf":  # an accent, a mark that is not seen
        return []
    if kind[0] == "L":
        return [(2, one, 0) for one in _SPELT.get(letter, letter)]
    if letter.isdecimal():
        return [(1, f"000000001{unicodedata.digit(letter)}", 0)]
    if kind[0] == "Z" or kind == "Pd":
        return [_SPACE]
    if kind[0] == "P" and not everything:
        return []
    return [(0, letter, 0)]
