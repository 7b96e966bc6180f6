"""What only a person can check: the outputs that are there come in, tasks with instructions go out."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ketapub.check.findings import format_of


@dataclass(frozen=True, slots=True)
class Task:
    """`outputs` are the formats it is about; `steps` say how it is done."""

    name: str
    outputs: tuple[str, ...]
    why: str
    steps: tuple[str, ...]


@cache
def tasks() -> tuple[Task, ...]:
    table = tomllib.loads(resources.files("ketapub.check").joinpath("by_people.toml").read_text(encoding="utf-8"))
    return tuple(Task(one["name"], tuple(one["outputs"]), one["why"], tuple(one["steps"])) for one in table["task"])


def tasks_for(outputs: Collection[str]) -> tuple[Task, ...]:
    formats = set(map(format_of, outputs))
    return tuple(task for task in tasks() if not formats.isdisjoint(task.outputs))
