"""A real Dask cluster of processes: the same bytes as one process makes, whoever is killed, refused or interrupted."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dask
import pytest
from distributed import LocalCluster, Security
from test_handouts import SHEET, TODAY, book_with, resolved

import ketapub
from ketapub.cli import main
from ketapub.handouts import Asked, stacks
from ketapub.handouts.clinics import Clinic
from ketapub.handouts.run import cluster, make_stacks
from ketapub.handouts.sheet import Resolved
from ketapub.outputs import Bundle
from ketapub.problems import Problems, Stopped
from ketapub.theme import load_theme, theme_folder

pytestmark = pytest.mark.slow

KINDS = Asked(papers=("letter",), sizes=("standard",))
CLINICS = tuple(
    Clinic(name=f"Clinic {number}", phone="555-555-0101", after_hours="555-555-0102", id=f"clinic-{number}")
    for number in range(10)
)
TABLE = "id,name,phone,after-hours\n" + "".join(
    f"{one.id},{one.name},{one.phone},{one.after_hours}\n" for one in CLINICS
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = book_with(tmp_path_factory.mktemp("cluster"))
    (folder / "handouts/h2-before.md").write_text(SHEET.replace("What comes next?", "What came before?"), "utf-8")
    return folder


@pytest.fixture(scope="module")
def sheets(root: Path) -> tuple[Resolved, ...]:
    return resolved(root)


@pytest.fixture(scope="module")
def alone(sheets: tuple[Resolved, ...]) -> Bundle:
    """What one process makes."""
    return make_stacks(stacks(sheets, CLINICS, KINDS), load_theme(), Problems())


def workers(count: int, **options: Any) -> LocalCluster:
    return LocalCluster(
        n_workers=count, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50, **options
    )


@contextmanager
def worker_with(code: Path, address: str) -> Iterator[None]:
    """A worker that has its ketapub from another folder."""
    command = [sys.executable, "-m", "dask", "worker", address, "--nthreads", "1", "--no-dashboard"]
    running = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(code)}, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        running.terminate()
        running.wait()


def made(
    sheets: tuple[Resolved, ...], address: str, problems: Problems, progress: Callable[[str], None] = lambda step: None
) -> Bundle:
    return make_stacks(stacks(sheets, CLINICS, KINDS), load_theme(), problems, progress, scheduler=address)


def other_version(folder: Path) -> Path:
    """The sources of a ketapub that calls itself by another version."""
    shutil.copytree(Path(ketapub.__file__).parent, folder / "src/ketapub", ignore=shutil.ignore_patterns("*.pyc"))
    (folder / "styles").symlink_to(theme_folder())
    file = folder / "src/ketapub/__init__.py"
    text = file.read_text("utf-8")
    file.write_text(text.replace(ketapub.__version__, "0.0.1"), "utf-8")
    assert file.read_text("utf-8") != text
    return folder / "src"


# --- who is killed ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("victims", [1, 2])
def test_a_worker_that_is_killed_costs_only_time(sheets: tuple[Resolved, ...], alone: Bundle, victims: int) -> None:
    killed: list[int] = []

    with workers(2) as running:

        def kill(step: str) -> None:
            if step.startswith("handouts/clinic-1,"):
                for nanny in list(running.workers.values())[:victims]:
                    os.kill(nanny.pid, signal.SIGKILL)
                    killed.append(nanny.pid)

        problems = Problems()
        assert made(sheets, running.scheduler_address, problems, kill) == alone
    assert len(killed) == victims
    assert not problems.found


def test_sheets_that_end_each_worker(tmp_path: Path, sheets: tuple[Resolved, ...]) -> None:
    """As for want of memory: whoever begins with them is killed."""
    deadly = tmp_path / "deadly.py"
    deadly.write_text(
        "import os, signal\n"
        "from ketapub.handouts.run.worker import Worker\n"
        "Worker.make = lambda self, job: os.kill(os.getpid(), signal.SIGKILL)\n",
        "utf-8",
    )
    with workers(1, preload=str(deadly)) as running:
        with pytest.raises(Stopped, match=r"worker-lost.*handouts/general, letter"):
            made(sheets, running.scheduler_address, Problems())


# --- who may work ----------------------------------------------------------------------------------------------------


def test_a_worker_of_another_version_is_refused(
    tmp_path: Path, sheets: tuple[Resolved, ...], alone: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    with workers(1) as running, worker_with(other_version(tmp_path), running.scheduler_address):
        running.wait_for_workers(2)
        problems = Problems()
        assert made(sheets, running.scheduler_address, problems) == alone
        (told,) = problems.found
        assert (told.code, told.severity) == ("worker-refused", "warning")
        assert f"ketapub is 0.0.1 there and {ketapub.__version__} here" in told.message
        running.scale(0)
        monkeypatch.setattr(cluster, "WAITING", 15)
        with pytest.raises(Stopped, match=r"worker-refused(.|\n)*no-worker.*refused"):
            made(sheets, running.scheduler_address, Problems())


def test_a_worker_without_ketapub_is_refused(
    tmp_path: Path, sheets: tuple[Resolved, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ketapub").mkdir()
    (tmp_path / "ketapub/__init__.py").write_text("")
    monkeypatch.setattr(cluster, "WAITING", 10)
    with workers(0) as running, worker_with(tmp_path, running.scheduler_address):
        running.wait_for_workers(1)
        with pytest.raises(
            Stopped, match=r"worker-refused.*cannot run ketapub \(No module named 'ketapub\."
        ) as stopped:
            made(sheets, running.scheduler_address, Problems())
        assert [one.code for one in stopped.value.problems] == ["worker-refused", "no-worker"]


def test_a_scheduler_without_workers(sheets: tuple[Resolved, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "WAITING", 1)
    with workers(0) as running:
        with pytest.raises(Stopped, match=r"no-worker.*the scheduler has no workers"):
            made(sheets, running.scheduler_address, Problems())


def test_a_scheduler_that_goes_away(sheets: tuple[Resolved, ...], capfd: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-m", "dask", "scheduler", "--host", "localhost", "--port", "0", "--no-dashboard"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as scheduler:
        assert scheduler.stderr is not None
        address = next(line.split()[-1] for line in scheduler.stderr if "Scheduler at:" in line)

        def kill(step: str) -> None:
            if step.startswith("handouts/general,"):
                scheduler.kill()

        with worker_with(Path(ketapub.__file__).parents[1], address):
            with pytest.raises(Stopped, match=rf"unreachable-scheduler.*{address} was lost"):
                made(sheets, address, Problems(), kill)
    assert "Traceback" not in capfd.readouterr().err


# --- as a command ----------------------------------------------------------------------------------------------------


def test_the_command_can_be_interrupted_and_goes_on_where_it_stopped(tmp_path: Path, root: Path) -> None:
    # Where a shell runs tests in the background it has them, and what they start, ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    (tmp_path / "clinics.csv").write_text(TABLE, "utf-8")
    given = [str(root), "--clinics", str(tmp_path / "clinics.csv"), "--paper", "letter", "--size", "standard"]
    given += ["--as-of", TODAY.isoformat(), "--verbose"]
    out, cache = tmp_path / "out", ["--cache", str(tmp_path / "cache")]
    with workers(2) as running:
        given_here = ["handouts", *given, "--scheduler", running.scheduler_address, "-o", str(out), *cache]
        command = [sys.executable, "-m", "ketapub", *given_here]
        environment = {**os.environ, "PYTHONPATH": str(Path(ketapub.__file__).parents[1])}
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as run:
            assert run.stderr is not None
            next(line for line in run.stderr if "handouts/clinic-1," in line)
            run.send_signal(signal.SIGINT)
            told = run.stderr.read()
            assert run.wait() == 130, told
        assert told.endswith("ketapub: interrupted\n")
        assert "Traceback" not in told
        assert not out.exists()
        end = time.monotonic() + 30
        while running.scheduler.tasks and time.monotonic() < end:
            time.sleep(0.1)
        assert not running.scheduler.tasks
        assert main(given_here) == 0
    assert (
        main(["handouts", *given, "--jobs", "1", "-o", str(tmp_path / "alone"), "--cache", str(tmp_path / "no")]) == 0
    )
    assert contents(out) == contents(tmp_path / "alone")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- TLS -------------------------------------------------------------------------------------------------------------


def test_over_tls(tmp_path: Path, sheets: tuple[Resolved, ...], alone: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a certificate that is its own authority, by Dask's own configuration alone."""
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=sheets", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    tls = {"ca-file": certificate} | {
        f"{who}.{what}": file
        for who in ("scheduler", "worker", "client")
        for what, file in (("key", key), ("cert", certificate))
    }
    settings = {f"distributed.comm.tls.{name}": str(file) for name, file in tls.items()}
    with dask.config.set(settings), workers(2, protocol="tls://", security=Security()) as running:
        assert running.scheduler_address.startswith("tls://")
        problems = Problems()
        cluster.check_scheduler(running.scheduler_address, problems)
        assert made(sheets, running.scheduler_address, problems) == alone
        assert not problems.found
