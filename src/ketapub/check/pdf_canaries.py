"""Small PDFs whose faults are known: what a validator has to find there before it is believed about a book.

In: an empty folder for what is made. Out: paths, and `NotRun` where a validator misses a known fault or finds one in a
file that is sound. The sound files in `canaries` are made by our own pipeline (tests/test_check_pdf.py shows how); the
faulty ones are made from them here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from threading import Lock

from ketapub.check.tools import NotRun

FOLDER = Path(__file__).parent / "canaries"
LOCKS: dict[str, Lock] = {}  # of those who are being proved: checks run side by side


def sound(standard: str) -> Path:
    """A page that conforms to the standard ("ua-1", "ua-2")."""
    return FOLDER / f"sound-{standard}.pdf"


def speechless(standard: str, room: Path) -> Path:
    """A picture without words, and no profile of colours: against PDF/UA, and against PDF/A."""
    import pikepdf

    with pikepdf.open(sound(standard)) as pdf:
        del pdf.Root.OutputIntents
        (picture,) = (one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/Figure")
        del picture["/Alt"]
        path = room / f"speechless-{standard}.pdf"
        pdf.save(path)
    return path


def damaged(room: Path) -> Path:
    """The first half of a file."""
    whole = sound("ua-1").read_bytes()
    path = room / "damaged.pdf"
    path.write_bytes(whole[: len(whole) // 2])
    return path


def with_missing_font(room: Path) -> Path:
    """Words in a font that is not in the file."""
    import pikepdf
    from pikepdf import Dictionary, Name

    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(72, 72)).obj
        font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
        page.Resources = Dictionary(Font=Dictionary(F=font))
        page.Contents = pdf.make_stream(b"BT /F 12 Tf 9 9 Td (words) Tj ET")
        path = room / "missing-font.pdf"
        pdf.save(path)
    return path


def two_inks(room: Path) -> Path:
    """A page with a field of black ink, and one with a field of the four inks together."""
    import pikepdf

    with pikepdf.new() as pdf:
        for inks in (b"0 0 0 1 k", b"1 1 1 .5 k"):
            page = pdf.add_blank_page(page_size=(72, 72)).obj
            page.Contents = pdf.make_stream(inks + b" 0 0 36 72 re f")
        path = room / "two-inks.pdf"
        pdf.save(path)
    return path


def prove_once(name: str, room: Path, judge: Callable[[], tuple[Collection[str], Collection[str]]]) -> None:
    """Raises `NotRun` unless what `judge` says was found is what it says is known, once for each run's `room`."""
    with LOCKS.setdefault(name, Lock()):
        verdict = room / f"{name}.proved"
        if not verdict.exists():
            found, known = judge()
            verdict.write_text(difference(found, known), encoding="utf-8")
        if said := verdict.read_text(encoding="utf-8"):
            raise NotRun(f"{name} {said}")


def difference(found: Collection[str], known: Collection[str]) -> str:
    """In what a validator is wrong about faults that are known; empty where it is right."""
    if missed := set(known) - set(found):
        return f"misses a fault in a file where it is known: {'; '.join(sorted(missed))}"
    if more := set(found) - set(known):
        return f"finds a fault in a file that has none of the kind: {'; '.join(sorted(more))}"
    return ""
