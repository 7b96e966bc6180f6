"""A title in, with its language if the record says one; out: whether its words are capitalised as in a heading.

Reference lists that print titles as they are stored want them as sentences ("The ketamine trial of 2024"). This never
says yes where names alone could explain the capitals: it is better to miss a title than to accuse a right one.
"""

from __future__ import annotations

import re

# Words that headings may write small whatever their length, so that they tell nothing; those in the second list also
# tell that a title without a language is English (no German title holds one, and other languages write nouns small).
SMALL = frozenset(
    re.findall(
        "[a-z]+",
        """about above across after against along among around before behind below beneath beside between beyond during
        except from inside into like near onto over past since than that through throughout till toward towards under
        until upon versus what when where which while with within without your""",
    )
)
ENGLISH = frozenset(["and", "by", "for", "from", "of", "the", "to", "versus", "with"])

TAGS = re.compile(r"<[^<>]*>")
KEPT = re.compile(r'<span class="nocase">.*?</span>', re.DOTALL)  # names, as their author marked them; italics too
WORD = re.compile(r"([-\u2010\u2011]?)([^\W\d_]+(?:['\u2019][^\W\d_]+)*)")
PART = re.compile(
    r"[:.?!;]\s|\s*[\u2013\u2014]\s*"
)  # what follows is a title of its own: its first word is capitalised anyway

FEWEST = 4  # capitals that a title must have: the name of one study or institution rarely has more
FEWEST_OF_A_PAGE = 6  # pages of the web are often called by the name of what they are about
SHARE = 0.9
LONGEST = 1000  # characters that are looked at


def is_title_case(title: str, language: str, *, fewest: int = FEWEST) -> bool:
    """True if nearly all long words behind the first of each part are capitalised, and at least `fewest` are.

    `language` is BCP 47 or "". Any language but English never is; without one the title must hold an English word.
    """
    text = TAGS.sub("", KEPT.sub(" ", title[:LONGEST]))
    if language:
        if language.partition("-")[0].lower() not in ("en", "eng", "english"):
            return False
    elif ENGLISH.isdisjoint(word.lower() for _, word in WORD.findall(text)):
        return False
    capital = small = 0
    for part in PART.split(text):
        for hyphen, word in WORD.findall(part)[1:]:
            if len(word) < 4 or word.lower() in SMALL or not word[1:].islower():
                continue  # the last: acronyms and names such as "McMaster" tell nothing
            if word[0].isupper():
                capital += 1
            elif not hyphen:  # headings may have "Double-Blind" and "Double-blind"
                small += 1
    return capital >= fewest and capital >= SHARE * (capital + small)
