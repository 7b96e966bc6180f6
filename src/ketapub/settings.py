"""Settings as dataclasses: a TOML table and a dataclass come in, a checked instance of it goes out.

A dataclass whose fields are made with `setting` is the table of settings: from it derive the reading, every
complaint, the JSON Schema and the TOML that `ketapub config --show` prints.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass, replace
from typing import Any, TypeVar

from ketapub.problems import Position, Problems, did_you_mean

Settings = TypeVar("Settings")
MOST_PROBLEMS = 200  # nobody reads further; a file that is no book.toml at all may hold any number
LONGEST_MESSAGE = 300  # characters; a message repeats what the author wrote


@dataclass(frozen=True, slots=True)
class Place:
    """A key on its way through the reader: its path ("book.formats.0"), and where complaints about it go.

    `homes` says in which table a key is known ("trim" -> "print"), for those who write it into another.
    """

    path: str
    problems: Problems
    where: Mapping[str, Position]
    homes: Mapping[str, str] = field(default_factory=dict)

    def under(self, key: str | int) -> Place:
        return replace(self, path=f"{self.path}.{key}" if self.path else str(key))

    @property
    def at(self) -> Position:
        return find_place(self.where, self.path)

    @property
    def name(self) -> str:
        """The key as an author would say it: `title`, `entry 2 of formats`."""
        above, _, last = self.path.rpartition(".")
        return f"entry {int(last) + 1} of {above.rpartition('.')[2]}" if last.isdecimal() else last

    @property
    def table(self) -> str:
        """The table as an author would say it: `[book]`, `entry 2 of parts`."""
        return self.name if self.name.startswith("entry ") else f"[{self.path}]" if self.path else self.at.file

    def wrong(self, message: str, hint: str = "", code: str = "wrong-setting") -> None:
        if len(self.problems.found) < MOST_PROBLEMS:
            short = message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]}…"
            self.problems.add(code, self.at, short, hint)


def find_place(where: Mapping[str, Position], path: str) -> Position:
    """The position of a key, or of the table around it when the key is not written; the file's own is under ""."""
    while path and path not in where:
        path = path.rpartition(".")[0]
    return where.get(path, Position("book.toml"))


@dataclass(frozen=True, slots=True)
class Shape:
    """What a value may be. `read` gives our value, or complains at its place and gives None."""

    read: Callable[[Any, Place], Any]
    schema: Mapping[str, Any]


def setting(
    shape: Shape, default: Any = MISSING, help: str = "", *, required: bool = False, key: str = "", rest: bool = False
) -> Any:
    """A field that is a setting. `rest`: a mapping that takes all other keys of its table."""
    metadata = {"shape": shape, "help": help, "required": required, "key": key, "rest": rest}
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


def key_of(one: Field[Any]) -> str:
    return str(one.metadata["key"]) or one.name.rstrip("_").replace("_", "-")


def settings_of(kind: Any) -> dict[str, Field[Any]]:
    """The settings of a dataclass by the key that an author writes, without the one that takes the rest."""
    return {key_of(one): one for one in fields(kind) if one.metadata.get("shape") and not one.metadata["rest"]}


def rest_of(kind: Any) -> Field[Any] | None:
    return next((one for one in fields(kind) if one.metadata.get("rest")), None)


# --- reading -----------------------------------------------------------------------------------------


def read_table(kind: type[Settings], raw: Mapping[str, Any], place: Place, **given: Any) -> Settings:
    """An instance of `kind`. What is wrong is reported and left at its default, so that all of it is reported."""
    known, rest = settings_of(kind), rest_of(kind)
    values: dict[str, Any] = dict(given)
    others: dict[str, Any] = {}
    for key, value in raw.items():
        if one := known.get(key):
            result = one.metadata["shape"].read(value, place.under(key))
            if result is not None:
                values[one.name] = result
        elif rest:
            others[key] = value
        else:
            _unknown(key, value, known, place)
    if rest:
        values[rest.name] = rest.metadata["shape"].read(others, place)
    for key, one in known.items():
        if one.metadata["required"] and (key not in raw or raw[key] in ("", [])):
            help_text = one.metadata["help"]
            place.wrong(f'{place.table} needs "{key}"', help_text[:1].lower() + help_text[1:], "missing-setting")
    return kind(**values)


def _unknown(key: str, value: object, known: Mapping[str, Field[Any]], place: Place) -> None:
    tables = all(one.metadata["shape"].schema.get("type") in ("object", "array") for one in known.values())
    if place.path or not tables:
        message = f'no setting "{key}" in {place.table}'
    else:  # a file that holds nothing but tables
        message = f"no table [{key}]" if isinstance(value, (dict, list)) else f'no setting "{key}" outside the tables'
    hint = f"it belongs in [{place.homes[key]}]" if key in place.homes else did_you_mean(key, known)
    place.under(key).wrong(message, hint or f"known here: {', '.join(known)}", "unknown-setting")


# --- JSON Schema ---------------------------------------------------------------------------------------


def schema_of(kind: Any) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the table that `read_table` reads."""
    known, rest = settings_of(kind), rest_of(kind)
    properties = {key: _described(one) for key, one in known.items()}
    required = [key for key, one in known.items() if one.metadata["required"]]
    extra = rest.metadata["shape"].schema["additionalProperties"] if rest else False
    found = {"type": "object", "properties": properties, "additionalProperties": extra}
    return {**found, "required": required} if required else found


def _described(one: Field[Any]) -> dict[str, Any]:
    described = {**one.metadata["shape"].schema, "description": one.metadata["help"]}
    if one.default not in (MISSING, None):
        described["default"] = list(one.default) if isinstance(one.default, tuple) else one.default
    return described


# --- TOML ----------------------------------------------------------------------------------------------


def table_lines(value: Any) -> list[str]:
    """The settings of an instance, or a table with free keys, as lines of TOML; what is not set is a comment."""
    if isinstance(value, Mapping):
        return [f"{_toml_key(key)} = {toml(one)}" for key, one in value.items()]
    lines = [
        f"# {key} is not set" if (one := getattr(value, known.name)) is None else f"{_toml_key(key)} = {toml(one)}"
        for key, known in settings_of(value).items()
    ]
    if rest := rest_of(value):
        lines += table_lines(getattr(value, rest.name))
    return lines


def toml(value: Any) -> str:
    """One value as TOML. `value` is of the types that shapes give."""
    import datetime
    import json

    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case datetime.date():
            return value.isoformat()
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case tuple():
            return f"[{', '.join(toml(one) for one in value)}]"
        case Mapping() if list(value) == [""]:  # one text for every language
            return toml(value[""])
        case Mapping():
            return _inline({key: toml(one) for key, one in value.items()})
    if not is_dataclass(value):
        raise TypeError(f"no TOML for {type(value).__name__}")
    pairs = {key: getattr(value, one.name) for key, one in settings_of(value).items()}
    return _inline({key: toml(one) for key, one in pairs.items() if one is not None})


def _inline(pairs: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{_toml_key(key)} = {value}" for key, value in pairs.items()) + "}"


def _toml_key(key: str) -> str:
    bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if bare else toml(key)
