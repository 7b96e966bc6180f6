"""By the machines of a Dask cluster: jobs come in; each goes out with what comes of it. The only door to Dask.

A job travels as bytes and names no place of this machine. Whoever makes it reads the fonts, the style sheets and the
code of its own ketapub, so each worker first reports what it has, and one that would make other bytes gets no job.
"""

from __future__ import annotations

import hashlib
import logging
import pickle
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager
from importlib.util import find_spec
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from ketapub.handouts.run.stack import Done, Job
from ketapub.handouts.run.window import AHEAD, in_order
from ketapub.handouts.run.worker import fingerprint, make
from ketapub.problems import NOWHERE, Problem, Problems, Stopped

if TYPE_CHECKING:
    from distributed import Client

CONNECTING = 10  # seconds that the scheduler has to answer
WAITING = 20  # seconds without a worker that may get a job
LOOKING = 1  # seconds between looks at who is there
MOST_TRIES = 4  # of a job whose workers are lost
MOST_DIFFERENCES = 3  # that are told of a worker
LOGS = ("distributed.client", "tornado.application")  # tracebacks of what we say ourselves: lost, or interrupted
START = "start one with: dask worker ADDRESS --nthreads 1"


def check_scheduler(address: str, problems: Problems) -> None:
    """Stop (wrong usage) where such an address cannot be asked; warn where others could listen or join in."""
    if find_spec("distributed") is None:
        _stop(problems, "missing-extra", "--scheduler needs Dask distributed", "pip install 'ketapub[dask]'")
    scheme, host = _parts(address, problems)
    if scheme == "tcp" and not _is_this_machine(host):
        message = f"what goes to and from {address} can be read and changed on the way"
        problems.add("open-scheduler", NOWHERE, message, "use tls://, with certificates", severity="warning")


def _parts(address: str, problems: Problems) -> tuple[str, str]:
    """Scheme and host. Without a scheme it is tcp, as everywhere in Dask."""
    try:
        parts = urlsplit(address if "://" in address else f"tcp://{address}")
        good = parts.scheme in ("tcp", "tls") and parts.hostname and parts.port and not parts.path
    except ValueError:
        good = False
    if not good:
        hint = "as in tls://scheduler.example.org:8786, or tcp://localhost:8786"
        _stop(problems, "wrong-scheduler", f'"{address}" is no address of a scheduler', hint)
    return parts.scheme, parts.hostname or ""


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def by_cluster(todo: Iterable[Job], address: str, problems: Problems) -> Iterator[tuple[Job, Done]]:
    with _connected(address, problems) as client:
        crew = _Crew(client, problems)
        yield from in_order(todo, lambda job: _Begun(crew, job), lambda: AHEAD * len(crew.ready()))


@contextmanager
def _connected(address: str, problems: Problems) -> Iterator[Client]:
    """At the end, also when that comes early, the scheduler drops what its client had begun."""
    from distributed import Client, Security

    scheme, _ = _parts(address, problems)
    hint = "see whether it runs, and what Dask's configuration says of certificates"
    try:
        security = Security()
        known = security.get_connection_args("client")
        if scheme == "tls" and known.get("ssl_context") is None:
            raise ValueError("Dask's configuration names no certificates")
        if scheme == "tcp" and known["require_encryption"]:
            raise ValueError("Dask's configuration asks for encryption, which is tls://")
        client = Client(address, timeout=CONNECTING, security=security, set_as_default=False, name="ketapub")
    except (OSError, ValueError) as error:
        _stop(problems, "unreachable-scheduler", f"the scheduler at {address} cannot be reached: {error}", hint)
    before = {log: log.level for log in map(logging.getLogger, LOGS)}
    for log in before:
        log.setLevel(logging.CRITICAL)
    try:
        yield client
    except (OSError, CancelledError) as error:
        message = f"the scheduler at {address} was lost: {error}"
        _stop(problems, "unreachable-scheduler", message, "run it again: what is done is kept")
    finally:
        client.close()
        for log, level in before.items():
            log.setLevel(level)


class _Report:
    """The fingerprint of whoever unpickles it. A worker without such a function says so then; given the function
    itself, Dask would lose the worker."""

    def __reduce__(self) -> tuple[Any, ...]:
        return fingerprint, ()


class _Crew:
    """The workers of a cluster, who come and go, and what they reported."""

    def __init__(self, client: Client, problems: Problems) -> None:
        self.client, self.problems = client, problems
        self.own = fingerprint()
        self.begun: list[_Begun] = []
        self.reports: dict[str, Any] = {}  # by address: a future, then whether it may get jobs

    def ready(self) -> frozenset[str]:
        """Those who are there and may get jobs; waits for one."""
        end = time.monotonic() + WAITING
        while True:
            there = self.client.nthreads()
            found = frozenset(address for address in there if self._may_work(address))
            if found:
                return found
            if time.monotonic() > end:
                _stop(self.problems, "no-worker", *self._why_none(there))
            time.sleep(LOOKING / 5)

    def begin_lost_again(self) -> None:
        """The jobs of which all workers are lost that were named for them: Dask would wait for those for ever."""
        there = self.ready()
        for one in self.begun:
            if not one.workers & there:
                one.begin()

    def _may_work(self, address: str) -> bool:
        if address not in self.reports:
            question = pickle.dumps(_Report())
            self.reports[address] = self.client.submit(pickle.loads, question, workers=[address], pure=False)
        report = self.reports[address]
        if isinstance(report, bool):
            return report
        if not report.done():
            return False
        why_not = self._difference(report)
        if why_not:
            message = f"the worker {address} gets no sheets: {why_not}"
            hint = "install the same version of ketapub there, on the same system"
            self.problems.add("worker-refused", NOWHERE, message, hint, severity="warning")
        self.reports[address] = not why_not
        return not why_not

    def _difference(self, report: Any) -> str:
        if report.status != "finished":
            return f"it cannot run ketapub ({report.exception()})"
        found = different(self.own, report.result())
        more = f" and {len(found) - MOST_DIFFERENCES} more" if len(found) > MOST_DIFFERENCES else ""
        return ", ".join(found[:MOST_DIFFERENCES]) + more

    def _why_none(self, there: Mapping[str, int]) -> tuple[str, str]:
        if not there:
            return "the scheduler has no workers", START
        silent = sum(not isinstance(self.reports.get(address), bool) for address in there)
        if silent:
            return f"no worker has said what it has, after {WAITING} seconds", "see what they are busy with"
        return "each worker of the scheduler was refused", START


def different(own: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """What another one has in place of ours. Of hashes a few letters will do."""
    return [
        f"{name} is {other.get(name, 'missing')[:12]} there and {own.get(name, 'missing')[:12]} here"
        for name in dict.fromkeys((*own, *other))
        if own.get(name) != other.get(name)
    ]


class _Begun:
    """A job that a worker has. When a worker is lost, Dask gives its jobs to another one that was named for them."""

    def __init__(self, crew: _Crew, job: Job) -> None:
        self.crew, self.job, self.tries = crew, job, 0
        self.begin()
        crew.begun.append(self)

    def begin(self) -> None:
        self.tries += 1
        if self.tries > MOST_TRIES:
            self._give_up()
        self.workers = self.crew.ready()
        data, digest = pickle.dumps(self.job), _digest(self.crew.own)
        self.future = self.crew.client.submit(
            _make, digest, data, workers=list(self.workers), pure=False, retries=MOST_TRIES - 1
        )

    def result(self) -> Done:
        from distributed import KilledWorker

        while True:
            try:
                done = self.future.result(timeout=LOOKING)
            except TimeoutError:
                self.crew.begin_lost_again()
            except KilledWorker:
                self._give_up()
            except OSError as error:
                if self.future.status == "error":  # on each worker that had it; the connection stands
                    raise RuntimeError(str(self.job.stack)) from error
                raise
            else:
                if done is not None:
                    self.crew.begun.remove(self)
                    return done
                self.crew.reports.clear()
                self.begin()

    def _give_up(self) -> NoReturn:
        hint = "see their logs, and whether they have enough memory"
        _stop(self.crew.problems, "worker-lost", f"one worker after the other was lost over {self.job.stack}", hint)


_one_at_a_time = threading.Lock()  # Pango is not made for threads, which a worker may have


def _make(digest: str, data: bytes) -> Done | None:
    """On a worker. None: another one than the one that reported has its address now."""
    with _one_at_a_time:
        return make(pickle.loads(data)) if _digest(fingerprint()) == digest else None


def _digest(found: Mapping[str, str]) -> str:
    return hashlib.sha256(repr(sorted(found.items())).encode()).hexdigest()


def _stop(problems: Problems, code: str, message: str, hint: str) -> NoReturn:
    problems.found.append(Problem(code, NOWHERE, message, hint))
    raise Stopped(problems.in_order(), usage=True) from None
