"""A style and the kinds of locator that a book uses come in; the style in which the engine reads all of them goes out.

The engine knows 16 of CSL's kinds ("page", "chapter" …). Each other one travels under the name of a known one that
neither the book nor the style has a use for: the style is told that this name has the other's words, and that what it
says of the other holds for this name. So the style itself decides on long or short words, plurals and punctuation.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from ketapub.citation_style.style import CSL, LOCATORS, Style

if TYPE_CHECKING:
    from lxml import etree

# Not those whose words are printed in references too, as with "vol. 2". The rarest come first.
STAND_INS = ("opus", "folio", "verse", "line", "column", "book", "sub-verbo", "paragraph", "note", "figure")
FORMS = ("long", "short", "symbol")
LANG = "{http://www.w3.org/XML/1998/namespace}lang"

Forms = dict[str, tuple[str, str]]  # form of the term: for one, for several


def with_locators(style: Style, kinds: Iterable[str], language: str) -> Style:
    """The style, made ready for these kinds of locator (CSL 1.0.2, appendix IV), printed in `language`.

    Its `read_as` says by which name the engine knows a kind. A kind that is not there, and not in `LOCATORS`, found
    no name free: more than any book uses at once.
    """
    wanted = dict.fromkeys(kinds)
    unknown = [kind for kind in wanted if kind not in LOCATORS]
    if not unknown:
        return style
    from lxml import etree

    root = etree.fromstring(style.xml)
    taken = {element.get("term") for element in root.iter() if element.get("term")}
    taken |= {term.get("name") for term in root.iterfind(f"{CSL}locale/{CSL}terms/{CSL}term") if _is_noun(term)}
    free = [name for name in STAND_INS if name not in taken and name not in wanted]
    read_as = dict(zip(unknown, free, strict=False))
    _rename(root, read_as)
    terms = etree.Element(f"{CSL}terms")
    for kind, name in read_as.items():
        own = {**_installed_words(kind, language), **_words_of_style(root, kind, language)}
        for form in FORMS:
            one, several = own.get(form) or own.get("short") or own["long"]
            term = etree.SubElement(terms, f"{CSL}term", name=name, form=form)
            etree.SubElement(term, f"{CSL}single").text = one
            etree.SubElement(term, f"{CSL}multiple").text = several
    locale = etree.Element(f"{CSL}locale")
    locale.append(terms)
    info = root.find(f"{CSL}info")
    root.insert(0 if info is None else root.index(info) + 1, locale)
    xml = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return replace(style, xml=xml, read_as=read_as)


def locator_words(kind: str, language: str, several: bool = False) -> str:
    """The long word for a kind that the engine does not know."""
    return _installed_words(kind, language)["long"][several]


def _is_noun(term: etree._Element) -> bool:
    return term.get("form", "long") in FORMS


def _rename(root: etree._Element, read_as: Mapping[str, str]) -> None:
    """Let the style's conditions ask for the stand-ins; what they ask of those by their real names is never true."""
    names = dict.fromkeys(read_as.values(), "nothing") | dict(read_as)
    for element in root.iter():
        if asked := element.get("locator"):
            element.set("locator", " ".join(names.get(kind, kind) for kind in asked.split()))


def _words_of_style(root: etree._Element, kind: str, language: str) -> Forms:
    """What the style itself calls a kind: for every language, then for this one, then for this country."""
    found: Forms = {}
    for tag in dict.fromkeys(("", language.partition("-")[0], language)):
        for locale in root.iterfind(f"{CSL}locale"):
            if locale.get(LANG, "").lower() == tag.lower():
                for term in locale.iterfind(f"{CSL}terms/{CSL}term[@name='{kind}']"):
                    if _is_noun(term):
                        one, several = term.findtext(f"{CSL}single"), term.findtext(f"{CSL}multiple")
                        alone = term.text or ""
                        found[term.get("form", "long")] = (alone, alone) if one is None else (one, several or one)
    return found


def _installed_words(kind: str, language: str) -> Forms:
    table = _table()
    for tag in (language.lower(), language.partition("-")[0].lower(), "en"):
        if row := table.get(tag, {}).get(kind):
            return {"long": (row[0], row[1])} | ({"short": (row[2], row[3])} if len(row) > 2 else {})
    raise KeyError(kind)


@cache
def _table() -> Mapping[str, Mapping[str, list[str]]]:
    """Language tag, in lower case -> kind -> words."""
    text = resources.files(__package__).joinpath("locator_words.toml").read_text(encoding="utf-8")
    return {tag.lower(): rows for tag, rows in tomllib.loads(text).items()}
