"""When Python looks for garbage: seldom in a run that keeps most of what it makes, and ends soon.

Boxes on laid out pages refer to each other, so they are not gone when nobody needs them; and to look for those that are
not needed, Python looks at all that are, time and again.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def paused() -> Iterator[None]:
    """For what makes only what it keeps, and so leaves no garbage. Threads may be at it side by side."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def in_bulk() -> Iterator[None]:
    """For many small documents: garbage is looked for once, at the end, and only in what was made meanwhile.

    What `freeze` and `unfreeze` have moved counts as old, which is hardly looked at: the memory of a run would grow
    with each document.
    """
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.collect()
        gc.enable()
        gc.unfreeze()


@contextmanager
def settled() -> Iterator[None]:
    """For what makes little garbage while much is kept that was made before: that is not looked at meanwhile."""
    if looked := gc.isenabled():
        gc.freeze()
    try:
        yield
    finally:
        if looked:
            gc.unfreeze()


def seldom_from_now_on() -> None:
    """For a whole process that calls `clear` where it has left something behind."""
    gc.disable()


@contextmanager
def seldom() -> Iterator[None]:
    """The same for one run."""
    seldom_from_now_on()
    try:
        yield
    finally:
        gc.freeze()  # what is young now would be looked at as soon as garbage is looked for again, all at once
        gc.unfreeze()
        gc.enable()


def keep() -> None:
    """What is there now is not looked at again. Nothing where Python looks for garbage as usual."""
    if not gc.isenabled():
        gc.freeze()


def clear() -> None:
    """Garbage goes; what is left now is not looked at again. Nothing where Python looks for garbage as usual."""
    if not gc.isenabled():
        gc.collect()
        keep()


def give_back() -> None:
    """What libraries have freed goes back to the system, where the C library can be asked to (glibc: malloc_trim)."""
    import ctypes

    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
