"""Small PDFs whose faults are known: an empty folder for what is made in, paths out.

The sound files beside this one are made by our own pipeline (tests/test_check_pdf.py shows how); the faulty ones are
made from them here.
"""

from __future__ import annotations

from pathlib import Path

from ketapub.check.canaries import FOLDER


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
