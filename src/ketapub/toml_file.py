"""The text of a TOML file comes in; its tables go out, or the reason why it is none, at its line and column."""

from __future__ import annotations

import re
import tomllib

from ketapub.problems import Position, Problems

LONGEST = 1_000_000  # characters; the settings of a book of a thousand chapters need a tenth of it
DEEPEST = 32  # parts of a dotted key: tomllib takes quadratic time over them
LONGEST_KEY = 300  # characters, with the tables around it: what reads settings names each entry below by all of them
_KEY_PART = r"""(?:[\w-]++|"(?:[^"\\\n]|\\.){0,99}+"|'[^'\n]{0,99}')[ \t]*+\.[ \t]*+"""
_DEEP_KEY = re.compile(rf"(?<![\w-])(?:{_KEY_PART}){{{DEEPEST}}}")


def read_toml(text: str, file: str, problems: Problems) -> dict[str, object] | None:
    """The tables of a file of the book; None when it cannot be read, which is reported (`broken-toml`)."""
    if len(text) > LONGEST:
        message = f"{file} has {len(text):,} characters, more than {LONGEST:,}"
        problems.add("file-too-large", Position(file), message)
        return None
    if deep := _DEEP_KEY.search(text):
        problems.add("broken-toml", _at(text, file, deep.start()), f"a key of more than {DEEPEST} parts")
        return None
    try:
        raw = tomllib.loads(text)
        if (key := _long_key(raw)) is None:
            return raw
        at = _at(text, file, found) if (found := text.find(key)) >= 0 else Position(file)
        message = f'the key "{key[:40]}…" has more than {LONGEST_KEY} characters, with the tables around it'
        problems.add("broken-toml", at, message)
    except tomllib.TOMLDecodeError as error:
        message, _, where = str(error).partition(" (at ")
        numbers = [int(number) for number in re.findall(r"\d+", where)]
        at = Position(file, *numbers) if len(numbers) == 2 else _at(text, file, len(text.rstrip()))
        problems.add("broken-toml", at, message[:1].lower() + message[1:], _hint(text, at))
    except ValueError as error:  # a number of thousands of digits
        problems.add("broken-toml", Position(file), str(error).partition(";")[0])
    except RecursionError:
        problems.add("broken-toml", Position(file), "lists or tables are nested too deeply")
    return None


def _long_key(raw: dict[str, object]) -> str | None:
    """A key that has too many characters together with those of the tables it stands in."""
    waiting: list[tuple[object, int]] = [(raw, 0)]
    while waiting:
        value, length = waiting.pop()
        if isinstance(value, dict):
            for key, inside in value.items():
                if length + len(key) > LONGEST_KEY:
                    return str(key)
                waiting.append((inside, length + len(key) + 1))
        elif isinstance(value, list):
            waiting += [(inside, length + 1) for inside in value if isinstance(inside, dict | list)]
    return None


def _at(text: str, file: str, offset: int) -> Position:
    return Position(file, text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1)


def _hint(text: str, at: Position) -> str:
    lines = text.split("\n")
    line = lines[at.line - 1] if 0 < at.line <= len(lines) else ""
    value = line.partition("=")[2].strip()
    if re.match(r"[A-Za-z“”‘’]", value) and not re.match(r"(true|false|inf|nan)\b", value):
        return 'a text stands in straight quotes, as in title = "Living well"'
    return ""
