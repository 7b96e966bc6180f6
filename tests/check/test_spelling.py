"""Every word of the real book is in the dictionary of its language, or in the book's own, manuscript/spelling.txt."""

from __future__ import annotations

import re
import subprocess

from conftest import Built, only
from lxml import html
from tools import ROOT, program

OWN = ROOT / "manuscript/spelling.txt"
SKIPPED = ("bibliography", "citation", "backlinks", "chapter-number", "site-foot")  # names, keys, numbers


def words(built: Built) -> set[str]:
    page = html.fromstring(built.file(".html").read_bytes())
    for element in page.xpath("//style | //script | //template | //code | //*[@lang and not(self::html)]"):
        element.drop_tree()
    for name in SKIPPED:
        for element in page.find_class(name):
            element.drop_tree()
    # A space at every tag: words of neighbouring blocks do not join.
    text = " ".join(page.itertext())
    text = re.sub(r"https?://\S+|www\.\S+|\S+\.(?:org|com|gov)\S*", " ", text).replace("’", "'")
    return {word.removesuffix("'s") for word in re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", text)}


def unknown(words: set[str]) -> list[str]:
    command = [program("hunspell"), "-d", "en_US", "-i", "utf-8", "-p", str(OWN), "-l"]
    done = subprocess.run(command, input="\n".join(sorted(words)), capture_output=True, text=True, check=True)
    assert not done.stderr, done.stderr
    return sorted(set(done.stdout.split()))


def test_the_checker_knows_a_wrong_word() -> None:
    assert unknown({"depresion", "depression"}) == ["depresion"]


@only("real")  # the stock book is written in three languages
def test_every_word_is_known(built: Built) -> None:
    assert unknown(words(built)) == []


@only("real")
def test_the_books_own_dictionary_is_sorted_and_needed(built: Built) -> None:
    own = OWN.read_text(encoding="utf-8").split()
    assert own == sorted(set(own), key=str.casefold)
    assert {word.casefold() for word in own} - {word.casefold() for word in words(built)} == set()
