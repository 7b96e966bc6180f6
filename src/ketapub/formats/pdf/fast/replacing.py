"""Replaces functions inside of WeasyPrint, and puts them back. In: where one stands, and another one in its place."""

from __future__ import annotations

import sys
from typing import Any


class _Replaced:
    """What was replaced, and by what: once for each place, however often it is asked for."""

    def __init__(self) -> None:
        self.before: dict[tuple[Any, str], tuple[Any, Any]] = {}  # what stood there, and what we put there

    def put(self, owner: Any, name: str, new: Any) -> None:
        """`new` as `owner.name`."""
        if (owner, name) not in self.before:
            self.before[owner, name] = owner.__dict__[name], new
            setattr(owner, name, new)

    def put_everywhere(self, old: Any, new: Any) -> None:
        """`new` in each module of WeasyPrint that has imported the function `old`."""
        modules = [module for name, module in sys.modules.items() if name.startswith("weasyprint")]
        for module in modules:
            if module.__dict__.get(new.__name__) is old:
                self.put(module, new.__name__, new)

    def undo(self) -> None:
        for (owner, name), (old, new) in self.before.items():
            if owner.__dict__[name] is new:  # and no mended one, which asks ours
                setattr(owner, name, old)
        self.before.clear()


replaced = _Replaced()
