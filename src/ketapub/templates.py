"""Frames around the markup: title page, contents, the page of an EPUB file, the page of the HTML.

In: a template's name and what it shows. Out: text. Names that are not given are errors. A book may bring templates of
its own; they run in a sandbox, with text only: no file, no network, no attribute that begins with an underscore.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

SOURCE = "ketapub-source"
# A start tag as far as its name, in which Jinja may have a part: <h{{ level }}. Or what Jinja alone reads.
_TAG = re.compile(r"<(?P<tag>[A-Za-z][\w:.-]*(?:\{\{.*?\}\})?)|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.S)


def render(name: str, /, own: Mapping[str, str] | None = None, **shown: Any) -> Markup:
    """Fill the template `name`. `own` are the book's templates, by name, over the built-in ones."""
    environment = _environment(tuple(sorted((own or {}).items())))
    return Markup(environment.get_template(name).render(**shown))


@cache
def _environment(own: tuple[tuple[str, str], ...]) -> SandboxedEnvironment:
    from jinja2 import ChoiceLoader, DictLoader, FunctionLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([DictLoader(dict(own)), FunctionLoader(_built_in)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def traced_templates(own: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """Every template, the book's own over the built-in ones, in which each element says in `SOURCE` on which line of
    which template it stands. Their pages are held against finished ones and never shipped."""
    return {name: _traced(name, text) for name, text in (_all_built_in() | dict(own or {})).items()}


def _traced(name: str, text: str) -> str:
    def mark(found: re.Match[str]) -> str:
        if not found["tag"]:  # what Jinja reads: "<" means something else there
            return found[0]
        return f'{found[0]} {SOURCE}="{escape(name)}:{text.count(chr(10), 0, found.start()) + 1}"'

    return _TAG.sub(mark, text)


@cache
def _all_built_in() -> dict[str, str]:
    folder = resources.files("ketapub").joinpath("templates")
    files = [(one.name, one) for one in folder.iterdir() if one.is_file()]
    files += [
        (f"{inner.name}/{one.name}", one) for inner in folder.iterdir() if inner.is_dir() for one in inner.iterdir()
    ]
    return {name: file.read_text(encoding="utf-8") for name, file in files}


def _built_in(name: str) -> str | None:
    file = resources.files("ketapub").joinpath("templates", name)
    return file.read_text(encoding="utf-8") if file.is_file() else None
