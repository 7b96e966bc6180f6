"""What the pages load: style sheets, fonts cut to the site's letters, scripts, pictures.

In: a `Site`, its pages as one. Out: files by name.
"""

from __future__ import annotations

import io
import re

import tinycss2

from ketapub.formats.made import Made
from ketapub.formats.screen import cut_faces
from ketapub.formats.site.frame import Site
from ketapub.formats.styling import book_sheet, face_rule

SCRIPTS = ("settings.js", "search.js", "reader.js")
COVER_WIDTH = 640  # pixels: twice what the page shows, for screens with small ones
_IS_DARK = r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)"
_DARK = re.compile(rf"\s+and\s+{_IS_DARK}|{_IS_DARK}(?:\s+and\s+)?")


def styles(site: Site, page: bytes, made: Made) -> dict[str, bytes]:
    """Two sheets: one for the light theme, and one that lies over it in the dark, so that readers can choose."""
    files: dict[str, bytes] = {}
    rules = []
    for face, data in cut_faces(site.theme, site.book, page, made):
        own = face.file in site.book.fonts  # two of these may differ in their ending alone
        name = f"{face.file}.woff2" if own else f"{face.file.rpartition('.')[0]}.woff2"
        files[name] = data
        rules.append(face_rule(face, f'url("{name}") format("woff2"); font-display: swap'))
    light, dark = split_dark("\n".join((*rules, book_sheet(site.book, site.theme, "site.css"))))
    return {"style.css": light.encode(), "dark.css": dark.encode()} | files


def split_dark(css: str) -> tuple[str, str]:
    """The sheet without its rules for dark screens, and those alone, freed of that condition."""
    light: list[str] = []
    dark: list[str] = []
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True):
        if rule.type != "at-rule" or rule.lower_at_keyword != "media" or rule.content is None:
            light.append(rule.serialize())
            continue
        prelude, content = tinycss2.serialize(rule.prelude), tinycss2.serialize(rule.content)
        if _DARK.search(prelude) and "," not in prelude:  # an alternative stays where it is and follows the device
            condition = _DARK.sub("", prelude).strip() or "all"
            dark.append(f"@media {condition} {{{content}}}")
            continue
        inner_light, inner_dark = split_dark(content)
        light.append(f"@media {prelude.strip()} {{{inner_light}}}")
        if inner_dark:
            dark.append(f"@media {prelude.strip()} {{{inner_dark}}}")
    return "".join(light), "\n".join(dark)


def scripts_and_pictures(site: Site, made: Made) -> dict[str, bytes]:
    book, theme = site.book, site.theme
    files = {name: theme.read(name) for name in SCRIPTS}
    shown = [book, *(sheet.today for sheet in site.sheets if sheet.today)]
    files |= {asset.name: asset.data for one in shown for asset in one.assets.values() if asset.svg is None}
    files |= {name: data for name, data in book.files.items() if name not in book.fonts}
    files |= {name: theme.read(name) for name in theme.files if name.startswith("fonts/OFL")}
    if made.cover is not None:
        files["cover.jpg"] = _smaller(made.cover())
    return files


def _smaller(cover: bytes) -> bytes:
    from PIL import Image

    with Image.open(io.BytesIO(cover)) as picture:
        height = round(picture.height * COVER_WIDTH / picture.width)
        out = io.BytesIO()
        picture.resize((COVER_WIDTH, height), Image.Resampling.LANCZOS).save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()
