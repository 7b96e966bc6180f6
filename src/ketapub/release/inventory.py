"""What of others is inside of the released files, and under which licence: files come in, an SPDX document goes out.

Fonts and colour profiles are read from the finished files, not from what the build meant to put there. The form is
JSON of SPDX 2.3 (ISO/IEC 5962 is its 2.2.1); numbers of clauses are those of that specification.
"""

from __future__ import annotations

import io
import json
import re
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from ketapub import __version__, document as d
from ketapub.fonts import about_font
from ketapub.formats.pdf.embedded import fonts_in, profiles_in
from ketapub.formats.pdf.plain_zero import PLAIN, SLASHED
from ketapub.formats.rights import licence_id
from ketapub.formats.styling import Face, faces
from ketapub.outputs import Bundle, OutputFile, build_id
from ketapub.theme import Theme

OURS = "Copyright (c) 2026 The ketapub contributors"
UNKNOWN = "NOASSERTION"  # 7.13: nobody has said, and we do not guess
_FACE = re.compile(r'@font-face \{ font-family: "([^"]+)"')


@dataclass(frozen=True, slots=True)
class Part:
    """Something that is inside of outputs. `licence` is an SPDX expression; what is not known is ""."""

    name: str
    version: str = ""
    licence: str = ""
    rights: str = ""  # the line of copyright
    about: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """An output: one file, or the folder of the site."""

    name: str
    files: Bundle


def inventory(book: d.Book, theme: Theme, bundle: Bundle) -> bytes:
    units = units_of(bundle)
    inside = {unit.name: tuple(parts_of(unit, book, theme)) for unit in units}
    parts = sorted({part for found in inside.values() for part in found}, key=lambda part: part.name)
    refs = {part: f"SPDXRef-Part-{number}" for number, part in enumerate(parts, 1)}
    outputs = {unit.name: f"SPDXRef-Output-{number}" for number, unit in enumerate(units, 1)}
    info = book.info.book
    digest = build_id(bundle)
    name = f"{info.slug}-{info.version}" if info.version else info.slug
    told: dict[str, Any] = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",  # 6.2: of this list, not of what is listed
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": name,
        # 6.5: a name for this very list, no address
        "documentNamespace": f"https://spdx.org/spdxdocs/{info.slug}-{uuid.uuid5(uuid.NAMESPACE_OID, digest)}",
        "creationInfo": {
            "created": f"{info.date.isoformat() if info.date else '1970-01-01'}T00:00:00Z",
            "creators": [f"Tool: ketapub-{__version__}"],
        },
        "packages": [_output(unit, outputs[unit.name], book) for unit in units]
        + [_part(part, refs[part]) for part in parts],
        "relationships": [_related("SPDXRef-DOCUMENT", "DESCRIBES", outputs[unit.name]) for unit in units]
        + [_related(outputs[unit], "CONTAINS", refs[part]) for unit, found in inside.items() for part in found],
    }
    return f"{json.dumps(told, ensure_ascii=False, indent=1)}\n".encode()


def units_of(bundle: Bundle) -> tuple[Unit, ...]:
    found: dict[str, list[OutputFile]] = {}
    for file in bundle:
        found.setdefault(file.path.partition("/")[0], []).append(file)
    return tuple(Unit(name, tuple(files)) for name, files in found.items())


# --- what is inside ---------------------------------------------------------------------------------------------------


def parts_of(unit: Unit, book: d.Book, theme: Theme) -> Iterator[Part]:
    yield Part(
        f"text and pictures of “{book.info.book.title}”",
        book.info.book.version,
        licence_id(book.info.book.rights),
        about=book.info.book.rights,
    )
    yield Part("ketapub: icons and other drawings of the theme", __version__, "MIT", OURS)
    if not unit.name.endswith(".pdf"):
        yield Part("ketapub: style sheets and scripts", __version__, "MIT", OURS)
    if any(file.path.startswith("site/pagefind/") for file in unit.files):
        yield Part("Pagefind: search of the site", version("pagefind_bin"), "MIT")
    yield from _fonts(unit, book, theme)
    for file in unit.files:
        if file.path.endswith(".pdf"):
            yield from map(_profile, profiles_in(file.data))


def _fonts(unit: Unit, book: d.Book, theme: Theme) -> Iterator[Part]:
    known = {face.family: face for face in faces(theme, book)}
    known[PLAIN] = known[SLASHED]
    for family in sorted({family for file in unit.files for family in _families(file, known)}):
        yield _font(family, known.get(family), theme)


def _families(file: OutputFile, known: Mapping[str, Face]) -> Iterator[str]:
    if file.path.endswith(".pdf"):
        for name in fonts_in(file.data):
            words = name.replace("-", " ").rstrip(",")
            fitting = (family for family in known if f"{words} ".startswith(f"{family} "))
            yield max(fitting, key=len, default=name)
    elif file.path.endswith(".epub"):
        with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
            for name in archive.namelist():
                if name.endswith(".css"):
                    yield from _FACE.findall(archive.read(name).decode())
    elif file.path.endswith((".css", ".html")):
        yield from _FACE.findall(file.data.decode())


def _font(family: str, face: Face | None, theme: Theme) -> Part:
    """A font of the theme has its licence beside it; one that a book brings has its own, which we do not know."""
    name = f"font {family}"
    if face is None:
        return Part(name)
    font_version, rights = about_font(face.data)
    is_ours = f"fonts/OFL-{face.family.replace(' ', '')}.txt" in theme.files and face.file in theme.files
    about = f"{SLASHED} with a plain zero" if family == PLAIN else ""
    return Part(name, font_version, "OFL-1.1" if is_ours else "", rights, about)


def _profile(data: bytes) -> Part:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(io.BytesIO(data)).profile
    name = (profile.profile_description or "without a name").strip()
    return Part(f"colour profile {name}", rights=(profile.copyright or "").strip())


# --- as SPDX ----------------------------------------------------------------------------------------------------------


def _output(unit: Unit, ref: str, book: d.Book) -> dict[str, Any]:
    """7: a package. The sums of the files of a folder are in SHA256SUMS."""
    single = [file for file in unit.files if file.path == unit.name]
    sums = [{"algorithm": "SHA256", "checksumValue": file.sha256} for file in single]
    told = _package(ref, unit.name, book.info.book.version, licence_id(book.info.book.rights), "", "")
    return told | ({"checksums": sums} if sums else {})


def _part(part: Part, ref: str) -> dict[str, Any]:
    return _package(ref, part.name, part.version, part.licence, part.rights, part.about)


def _package(ref: str, name: str, version: str, licence: str, rights: str, about: str) -> dict[str, Any]:
    told = {
        "SPDXID": ref,
        "name": name,
        "versionInfo": version,
        "downloadLocation": UNKNOWN,
        "filesAnalyzed": False,
        "licenseConcluded": licence or UNKNOWN,
        "licenseDeclared": licence or UNKNOWN,
        "copyrightText": rights or UNKNOWN,
        "comment": about,
    }
    return {key: value for key, value in told.items() if value != ""}


def _related(one: str, kind: str, other: str) -> dict[str, str]:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
