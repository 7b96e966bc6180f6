"""Frames around the markup: title page, contents, the page of an EPUB file, the page of the HTML.

In: a template's name and what it shows. Out: text. Names that are not given are errors. A book may bring templates of
its own; they run in a sandbox, with text only: no file, no network, no attribute that begins with an underscore.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment


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


def _built_in(name: str) -> str | None:
    file = resources.files("ketapub").joinpath("templates", name)
    return file.read_text(encoding="utf-8") if file.is_file() else None
