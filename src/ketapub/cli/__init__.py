"""The command `ketapub`: arguments come in; what people and programs read goes out, and an exit status.

The only package that prints, and that reads the clock and the environment. Everything heavy is imported when a command
needs it, so that `--help` and `explain` answer at once, and a build that has nothing to do even sooner.
"""

from __future__ import annotations

import io
import os
import sys

from ketapub.cli.quick import said_by_nothing_to_do, speak
from ketapub.cli.statuses import DONE, INTERRUPTED, PIPE_CLOSED, WITH_PROBLEMS, WRONG_USAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0 (done), 1 (the book has problems), 2 (wrong usage or settings), 130 (Ctrl-C)."""
    words = sys.argv[1:] if arguments is None else [*arguments]
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show a character is no reason to fail
            stream.reconfigure(errors="backslashreplace")
    try:
        said = said_by_nothing_to_do(words)
        status = _run(words) if said is None else DONE
        speak(said or ())
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("ketapub: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    return status


def _run(words: Sequence[str]) -> int:
    from ketapub.cli.arguments import parser
    from ketapub.cli.telling import count, say, tell
    from ketapub.problems import Stopped

    options = parser().parse_args(words)
    options.words = words
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except Stopped as stopped:
        tell(options, stopped.problems, ())
        say(count(stopped.problems))
        return WRONG_USAGE if stopped.usage else WITH_PROBLEMS
