"""An English word comes in, the number of its syllables goes out, by rule.

There are dictionaries of pronunciation, but they are large and their packages' licences do not go with ours. What
these rules miss, they miss upwards about as often as downwards, so that over a hundred words the sum is right within
a per cent or two (measured against the CMU dictionary).
"""

from __future__ import annotations

import re
from functools import lru_cache

_VOWELS = re.compile(r"[aeiouy]+")
# A silent e: at the end ("made", "twelve", not "be" or "people"), in -ed ("used", not "wanted"), in -es ("makes", not
# "boxes") and inside a compound ("careful", "lifeline").
_SILENT = re.compile(
    r"(?<=[aeiouy][^aeiouy])e$|(?<=[^aeiouyl][^aeiouyl])e$|(?<=[rl]l)e$|(?<=l[svcgt])e$|(?<=[aeiouy])e$"
    r"|(?<=[^td])ed$|(?<=[^szxcgh])es$|(?<=[kptgf]h)es$"
    r"|(?<=[aeiouy][^aeiouy])e(?=(?:ly|ful|less|ness|ments?|times?|thing|one|where|body|some|wise|like|lines?|sets?)$)"
)
# Vowels side by side that are spoken one after the other ("idea", "create", "fluid", "happier").
_APART = re.compile(
    r"(?<![cstgx])i(?=ous)|(?<![cstglnx])i(?=on)|(?<![cst])i(?=en|a(?!ge|lly$))|(?<=[cst])i(?=ate)|i(?=o(?!us|n)|u(?!s$))"
    r"|(?<=[pdtrsl])i(?=e(?:r|st)s?$)(?<=[pdtrsl][pdtrsl]i)|(?<=ear)i(?=e)"
    r"|(?<=cr)e(?=at)|e(?=o(?!p|us|n))|(?<=[^qgs])u(?=a(?!r[dy]|de))|(?<!q)u(?=o)|(?<=[ns])u(?=ici)"
    r"|y(?=i)|[aeo](?=ing)|u(?=ity)|(?<![gq])u(?=id)|(?<![qg])u(?=et)|(?<=[rd])e(?=ali[sz])|(?<=in)e(?=ar)"
)
_SONANT = re.compile(r"[^aeiouylr]l(?:e|es|ed)$|[^aeiouy]re$|[aeiouys]sms?$|thms?$|n't$")  # "table", "prism", "isn't"
_EXCEPTIONS = {
    "area": 3, "areas": 3, "being": 2, "business": 2, "every": 2, "everyone": 3, "everything": 3, "evening": 2,
    "idea": 3, "ideas": 3, "people": 2, "science": 2, "quiet": 2, "diet": 2, "trial": 2, "trials": 2, "via": 2,
    "several": 3, "different": 3, "interest": 3, "something": 2, "sometimes": 2, "someone": 2, "clothes": 1,
    "real": 1, "deal": 1, "meal": 1, "tired": 2, "anxiety": 4, "society": 4, "suicide": 3, "suicides": 3,
    "suicidal": 4, "don't": 1, "won't": 1, "can't": 1, "aren't": 1, "weren't": 1, "aches": 1, "ache": 1,
    "language": 2, "languages": 3, "friend": 1, "friends": 1, "hundred": 2, "element": 3, "elements": 3,
    "nausea": 3, "usual": 3, "usually": 4, "unusual": 4, "safety": 2, "somewhat": 2, "anyone": 3, "easier": 3,
    "behavior": 3, "behavioral": 4, "association": 5, "dissociation": 5, "unique": 2, "creature": 2, "beyond": 2,
}  # fmt: skip


@lru_cache(maxsize=50_000)
def syllables(word: str) -> int:
    """At least 1; what is no lower-case Latin letter or apostrophe counts as nothing."""
    lowered = word.lower().replace("’", "'")
    if lowered in _EXCEPTIONS:
        return _EXCEPTIONS[lowered]
    spoken = _SILENT.sub("", lowered.removesuffix("'s"))
    count = len(_VOWELS.findall(spoken)) + len(_APART.findall(spoken))
    return max(1, count + (1 if _SONANT.search(lowered) and not _VOWELS.search(spoken[-2:]) else 0))
