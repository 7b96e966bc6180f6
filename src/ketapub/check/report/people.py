"""What only a person can check: the formats that are there come in, tasks with instructions go out."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib import resources


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
    return tuple(task for task in tasks() if not set(outputs).isdisjoint(task.outputs))
