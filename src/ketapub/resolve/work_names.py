"""What a work is called in the text: a record in, "Rush and Trivedi" or "Rush and Trivedi 2006" out."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ketapub.library import Record
from ketapub.library.names import OTHERS
from ketapub.locale import Words

CREATORS = ("author", "editor", "translator", "container-author", "director", "composer")  # who a work is called by


def called(record: Record, language: Words) -> str:
    """What a work is called in a sentence: "Rush", "Rush and Trivedi", "Rush et al."; without any people, its title."""
    for creator in CREATORS:
        if people := record.fields.get(creator):
            names = [_surname(person) for person in people]
            if len(names) > 2 or (len(names) == 2 and people[1] == OTHERS):
                return f"{names[0]} {language['et-al']}"
            return f" {language['and']} ".join(names)
    return re.sub(r"</?[a-z][^<>]*>", "", record.fields.get("title", "")) or record.key


def named(record: Record, language: Words) -> str:
    """A work as a link's name has it, with its year: "Rush et al. 2006"."""
    dates = record.fields.get("issued", {}).get("date-parts", ())
    return f"{called(record, language)} {dates[0][0]}" if dates else called(record, language)


def _surname(person: Mapping[str, str]) -> str:
    if literal := person.get("literal"):
        return literal
    parts = (person.get("non-dropping-particle"), person.get("family"))
    return " ".join(part for part in parts if part) or person.get("given", "")
