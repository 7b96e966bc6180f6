"""Handouts by many machines, as far as it takes no machine: addresses, what is told, what travels, what waits."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dask
import pytest
from markupsafe import Markup
from test_handouts import CLINIC, LETTER, TODAY, book_with, resolved

from ketapub.cli import main
from ketapub.handouts.run import cluster
from ketapub.handouts.run.stack import Done, Job, Stack
from ketapub.handouts.run.window import in_order
from ketapub.handouts.run.worker import fingerprint
from ketapub.problems import Problems, Stopped


def told_of(address: str) -> list[tuple[str, str]]:
    problems = Problems()
    cluster.check_scheduler(address, problems)
    return [(one.code, one.severity) for one in problems.found]


# --- addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["tls://10.0.0.5:8786", "tls://[2001:db8::1]:8786", "tcp://localhost:8786", "tcp://127.0.0.1:1", "[::1]:8786"],
)
def test_what_no_one_else_can_read_is_asked_without_a_word(address: str) -> None:
    assert told_of(address) == []


@pytest.mark.parametrize("address", ["tcp://10.0.0.5:8786", "scheduler.example.org:8786", "tcp://localhost.example:1"])
def test_plain_tcp_to_another_machine_is_warned_of(address: str) -> None:
    assert told_of(address) == [("open-scheduler", "warning")]


@pytest.mark.parametrize(
    "address",
    ["localhost", "tls://host", "tcp://:8786", "http://host:8786", "tcp://host:99999", "tcp://h:1/x", "inproc://x:1"],
)
def test_what_is_no_address_is_wrong_usage(address: str) -> None:
    with pytest.raises(Stopped, match="wrong-scheduler") as stopped:
        told_of(address)
    assert stopped.value.usage


def test_without_dask_it_is_said_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    given = ["--scheduler", "tcp://localhost:8786", "-o", str(tmp_path / "out")]
    assert main(["handouts", str(tmp_path / "book"), *given]) == 2
    told = capsys.readouterr().err
    assert "[missing-extra]" in told
    assert "ketapub[dask]" in told


def test_a_scheduler_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cluster, "CONNECTING", 1)
    root, out = book_with(tmp_path), tmp_path / "out"
    given = ["--scheduler", "tcp://127.0.0.1:9", "--as-of", TODAY.isoformat(), "--cache", str(tmp_path / "cache")]
    assert main(["handouts", str(root), "-o", str(out), *given]) == 2
    assert "error[unreachable-scheduler]: the scheduler at tcp://127.0.0.1:9" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize(
    ("address", "settings", "reason"),
    [
        ("tls://127.0.0.1:9", {}, "names no certificates"),
        ("tls://127.0.0.1:9", {"tls.ca-file": "none.pem", "tls.client.cert": "none.pem"}, "No such file"),
        ("tcp://127.0.0.1:9", {"require-encryption": True}, "asks for encryption"),
    ],
)
def test_certificates_are_those_of_dask(address: str, settings: Mapping[str, object], reason: str) -> None:
    with dask.config.set({f"distributed.comm.{name}": value for name, value in settings.items()}):
        with pytest.raises(Stopped, match=f"unreachable-scheduler.*{reason}"):
            list(cluster.by_cluster((), address, Problems()))


# --- who may work ----------------------------------------------------------------------------------------------------


def test_the_fingerprint_names_versions_fonts_styles_and_code() -> None:
    found = fingerprint()
    versions = {"ketapub", "weasyprint", "pydyf", "pango", "harfbuzz"}
    files = {"fonts/Literata_400Regular.ttf", "handout.css"}
    assert versions | files | {"code of ketapub"} <= found.keys()


def test_what_differs_is_named_with_both() -> None:
    own = {"weasyprint": "70.0", "pango": "15012", "fonts/a.ttf": "0123456789abcdef"}
    other = {"weasyprint": "69.0", "pango": "15012", "more": "1"}
    assert cluster.different(own, own) == []
    assert cluster.different(own, other) == [
        "weasyprint is 69.0 there and 70.0 here",
        "fonts/a.ttf is missing there and 0123456789ab here",
        "more is 1 there and missing here",
    ]


# --- what travels, and what waits ------------------------------------------------------------------------------------


def test_a_job_names_no_place_of_this_machine(tmp_path: Path) -> None:
    stack = Stack(CLINIC, LETTER, resolved(book_with(tmp_path)), True, Markup("<p>guide</p>"))
    data = pickle.dumps(Job(stack, frozenset(stack.paths), "run", {}))
    assert str(tmp_path).encode() not in data
    assert str(Path(__file__).parents[1]).encode() not in data
    assert pickle.loads(data).stack == stack


def test_a_worker_that_is_not_what_it_was_makes_nothing_and_is_asked_again(tmp_path: Path) -> None:
    assert cluster._make("of another fingerprint", b"never read") is None
    done = Done((), ())
    given: list[object] = []
    results = iter([None, TimeoutError(), done])

    class Future:
        status = "finished"

        def result(self, timeout: float) -> Done | None:
            found = next(results)
            if isinstance(found, TimeoutError):
                raise found
            return found

    class Crew:
        own: Mapping[str, str] = {}
        reports = {"tcp://a:1": True}  # noqa: RUF012
        begun: list[object] = []  # noqa: RUF012
        client = property(lambda self: self)

        def ready(self) -> frozenset[str]:
            return frozenset({"tcp://a:1"})

        def begin_lost_again(self) -> None:
            given.append("looked")

        def submit(self, function: object, *arguments: object, workers: list[str], **options: object) -> Future:
            given.append(workers)
            return Future()

    crew: Any = Crew()
    stack = Stack(CLINIC, LETTER, resolved(book_with(tmp_path)), True, Markup(""))
    assert cluster._Begun(crew, Job(stack, frozenset(), "run", {})).result() is done
    assert given == [["tcp://a:1"], ["tcp://a:1"], "looked"]
    assert not crew.reports
    assert not crew.begun


@dataclass(frozen=True)
class Slow:
    """Work of others, as a test sees it."""

    number: int
    over: Callable[[int], None]

    def result(self) -> int:
        self.over(self.number)
        return self.number


@pytest.mark.parametrize("room", [1, 5])
def test_no_more_is_with_others_than_there_is_room_for(room: int) -> None:
    under_way: set[int] = set()
    most = []

    def begin(number: int) -> Slow:
        under_way.add(number)
        most.append(len(under_way))
        return Slow(number, under_way.remove)

    assert list(in_order(range(20), begin, lambda: room)) == [(number, number) for number in range(20)]
    assert max(most) == room
    assert not under_way
