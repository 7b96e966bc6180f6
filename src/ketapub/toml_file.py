"""The text of a TOML file comes in; its tables go out, or the reason why it is none, at its line and column."""

from __future__ import annotations

import re
import tomllib

from ketapub.problems import Position, Problems

LONGEST = 1_000_000  # characters; the settings of a book of a thousand chapters need a tenth of it
DEEPEST = 32  # parts of a dotted key: tomllib takes quadratic time over them
_KEY_PART = r"""(?:[\w-]++|"[^"\n]{0,99}"|'[^'\n]{0,99}')[ \t]*\.[ \t]*"""
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
        return tomllib.loads(text)
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


def _at(text: str, file: str, offset: int) -> Position:
    return Position(file, text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1)


def _hint(text: str, at: Position) -> str:
    lines = text.splitlines()
    line = lines[at.line - 1] if 0 < at.line <= len(lines) else ""
    value = line.partition("=")[2].strip()
    if re.match(r"[A-Za-z“”‘’]", value) and not re.match(r"(true|false|inf|nan)\b", value):
        return 'a text stands in straight quotes, as in title = "Living well"'
    return ""
