"""The theme: nothing comes in, its style sheets, icons, fonts and other files go out as data.

There is one theme. It travels in the wheel as ketapub/styles; in a checkout it stands in styles/ beside src/.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Theme:
    """What all outputs look like. Names are paths inside the theme, with forward slashes.

    `css`: "print.css" -> text. `icons`: "warning" -> SVG text. `files`: every file by name, fonts too
    ("fonts/Literata-Regular.ttf"), which are read only when asked for (`read`).
    """

    folder: Path
    css: Mapping[str, str]
    icons: Mapping[str, str]
    files: Mapping[str, Path]

    @property
    def fonts(self) -> tuple[str, ...]:
        """The names of the font files, in order."""
        return tuple(name for name in self.files if name.endswith((".ttf", ".otf", ".woff2")))

    def read(self, name: str) -> bytes:
        """The bytes of a file of the theme."""
        return self.files[name].read_bytes()

    def icon(self, name: str) -> str:
        """An icon by name; a kind of callout that has no icon of its own gets that of `note`."""
        return self.icons.get(name) or self.icons["note"]


def theme_folder() -> Path:
    """Where the theme stands: in the installed package, else in the checkout."""
    package = Path(__file__).parent
    for folder in (package / "styles", package.parent.parent / "styles"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"the theme is missing: no folder styles in {package} nor beside {package.parent}")


@cache
def load_theme(folder: Path | None = None) -> Theme:
    """The theme, read once a run: built-in, or from a folder of the same layout (for tests)."""
    folder = folder or theme_folder()
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    files = {path.relative_to(folder).as_posix(): path for path in paths}
    css = {name: path.read_text(encoding="utf-8") for name, path in files.items() if name.endswith(".css")}
    icons = {
        path.stem: path.read_text(encoding="utf-8")
        for name, path in files.items()
        if name.startswith("icons/") and name.endswith(".svg")
    }
    return Theme(folder, css, icons, files)
