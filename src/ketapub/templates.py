"""Frames around the markup: title page, contents, the page of an EPUB file, the page of the HTML.

In: a template's name and what it shows. Out: text. Names that are not given are errors. A book may bring templates of
its own; they run in a sandbox, with text only: no file, no network, no attribute that begins with an underscore.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from ketapub.document import OwnTemplate
from ketapub.problems import Position, Problem, Stopped

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

SOURCE = "ketapub-source"
# A start tag as far as its name, in which Jinja may have a part: <h{{ level }}. Or what Jinja alone reads.
_TAG = re.compile(r"<(?P<tag>[A-Za-z][\w:.-]*(?:\{\{.*?\}\})?)|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.S)


def render(name: str, /, own: Mapping[str, OwnTemplate] | None = None, **shown: Any) -> Markup:
    """Fill the template `name`. `own` are the book's templates, by name, over the built-in ones.

    Raises `Stopped` with the place of what is wrong in one of the book's.
    """
    own = own or {}
    try:
        return Markup(_environment(tuple(sorted(own.items()))).get_template(name).render(**shown))
    except Exception as error:  # an author can write whatever Python has an exception for
        if (at := _place(error, {one.path for one in own.values()})) is None:
            raise
        source = next(one.text for one in own.values() if one.path == at.file).split("\n")[at.line - 1]
        hint = "the template of the same name that comes with ketapub shows what there is to fill in"
        raise Stopped(
            [Problem("bad-template", at, f"this template cannot be filled: {error}", hint, "error", source)]
        ) from None


def _place(error: Exception, own: Collection[str]) -> Position | None:
    """The line of one of the book's templates that is at fault; None if that lies elsewhere."""
    from jinja2 import TemplateSyntaxError

    if isinstance(error, TemplateSyntaxError):
        return Position(error.filename, error.lineno) if error.filename and error.filename in own else None
    frames = traceback.extract_tb(error.__traceback__)
    ours = Path(__file__).parent
    if ours in Path(frames[-1].filename).parents:  # a fault of what the template calls
        return None
    places = [Position(one.filename, one.lineno or 1) for one in frames if one.filename in own]
    return places[-1] if places else None


@cache
def _environment(own: tuple[tuple[str, OwnTemplate], ...]) -> SandboxedEnvironment:
    from jinja2 import ChoiceLoader, FunctionLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    known = dict(own)

    def load(name: str) -> tuple[str, str, None] | None:
        return (known[name].text, known[name].path, None) if name in known else None

    return ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([FunctionLoader(load), FunctionLoader(_built_in)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def traced_templates(own: Mapping[str, OwnTemplate] | None = None) -> Mapping[str, OwnTemplate]:
    """Every template, the book's own over the built-in ones, in which each element says in `SOURCE` on which line of
    which template it stands. Their pages are held against finished ones and never shipped."""
    built_in = {name: OwnTemplate(name, text) for name, text in _all_built_in().items()}
    found = {**built_in, **(own or {})}
    return {name: replace(one, text=_traced(name, one.text)) for name, one in found.items()}


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
