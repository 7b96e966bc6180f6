"""A list of names as BibTeX writes it in ("Ludwig van Beethoven and {WHO} and others"), CSL-JSON's names out.

bibtexparser takes each apart by BibTeX's rules; BibLaTeX's own form ("family=…, given=…") is read here.
"""

from __future__ import annotations

import re

from ketapub.library.latex import from_latex
from ketapub.library.names import OTHERS, Name, is_generation, is_others

_EXTENDED = re.compile(r"(?:^|,)\s*(family|given|prefix|suffix|useprefix)(?:-i)?\s*=\s*", re.IGNORECASE)
MOST_NAMES = 10_000  # three times the longest list of authors that a journal has printed
_AND = re.compile(r"(?<!\\)[{}]| and(?= )", re.IGNORECASE)
_GROUP = re.compile(r"\s*\{(.*)\}\s*", re.DOTALL)


def names_of(written: str) -> list[Name]:
    members = split_list(written)
    names = [name for one in members[:MOST_NAMES] if (name := _name(one.strip()))]
    return [*names, OTHERS] if len(members) > MOST_NAMES else names


def split_list(written: str) -> list[str]:
    """The members of a list, between which "and" stands outside of braces."""
    written = " ".join(written.split())
    members, start, depth = [], 0, 0
    for match in _AND.finditer(written):
        if match[0] in "{}":
            depth = max(0, depth + (1 if match[0] == "{" else -1))
        elif depth == 0:
            members.append(written[start : match.start()])
            start = match.end()
    return [*members, written[start:]]


def _name(written: str) -> Name:
    if is_others(written):
        return OTHERS
    if _is_group(written):
        return {"literal": _plain(written)} if _plain(written) else {}
    if written.lower().startswith(("family", "given", "prefix", "suffix")) and "=" in written:
        return _extended(written)
    from bibtexparser.middlewares.names import parse_single_name_into_parts

    parts = parse_single_name_into_parts(written, strict=False)
    family, given, particle, suffix = (
        _plain(" ".join(words)) for words in (parts.last, parts.first, parts.von, parts.jr)
    )
    if given and is_generation(given) and not suffix and " " in family:  # "Robert W. Frenck, Jr", which BibTeX misreads
        given, _, family = family.rpartition(" ")
        suffix = _plain(" ".join(parts.first))
    if given[:1].islower() and not particle and "," not in written:  # "de Gaulle": bibtexparser wants a first name
        given, particle = "", given
    if particle and not family:
        family, particle = particle, ""
    if family and not given and not particle and not suffix and "," not in written:
        return {"literal": family} if _is_group(" ".join(parts.last)) else {"family": family}
    name = {"family": family, "given": given, "non-dropping-particle": particle, "suffix": suffix}
    return {part: text for part, text in name.items() if text}


def _is_group(written: str) -> bool:
    """Whether all of it stands in one pair of braces, which is how BibTeX is kept from taking a name apart."""
    if not _GROUP.fullmatch(written) or written.startswith(r"{\\"):
        return False
    depth = 0
    for match in re.finditer(r"(?<!\\)[{}]", written):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.end() == len(written.rstrip())
    return False


def _extended(written: str) -> Name:
    marks = list(_EXTENDED.finditer(written))
    ends = [*(mark.start() for mark in marks[1:]), len(written)]
    said = {
        mark[1].lower(): _plain(written[mark.end() : end].strip(' "')) for mark, end in zip(marks, ends, strict=True)
    }
    particle = "dropping-particle" if said.get("useprefix") == "false" else "non-dropping-particle"
    name = {
        "family": said.get("family", ""),
        "given": said.get("given", ""),
        particle: said.get("prefix", ""),
        "suffix": said.get("suffix", ""),
    }
    return {part: text for part, text in name.items() if text}


def _plain(text: str) -> str:
    return " ".join(from_latex(text).split())
