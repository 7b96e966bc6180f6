"""The door to WeasyPrint: closed fonts, closed network, a silent log.

In: a part's element tree and style sheets. Out: its laid out document. WeasyPrint reads nothing but what is handed to
it here: resources are served from memory under an address that depends on no folder.
"""

from __future__ import annotations

import atexit
import gc
import io
import logging
import os
import shutil
import tempfile
import weakref
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from ketapub.collector import paused, settled
from ketapub.fonts import fontconfig_xml
from ketapub.formats.pdf.fast import hasten
from ketapub.formats.pdf.mend import mend
from ketapub.formats.pdf.pictures import keep_packed
from ketapub.formats.pdf.standard import UA_1, Standard
from ketapub.formats.pdf.tags import take_over
from ketapub.formats.pdf.tags.links import tidy_links
from ketapub.formats.pdf.xmp import xmp_packet
from ketapub.problems import NOWHERE, Problem, Problems, Stopped

if TYPE_CHECKING:
    from weasyprint import CSS, Document
    from weasyprint.text.fonts import FontConfiguration

BASE = "https://book.invalid/"  # image names hash their address: it must not hold the checkout's path
OPTIONS: Mapping[str, Any] = {"pdf_tags": True, "output_intent": "sRGB"}


class Engine:
    """WeasyPrint with the fonts and style sheets of one build, shared by all of its parts."""

    is_used: ClassVar[bool] = False  # whether Pango knows of fonts in this process

    def __init__(self, css: str, resources: Mapping[str, bytes], font_folder: Path) -> None:
        Engine.is_used = True
        _use_only(font_folder)
        hasten()
        mend()
        keep_packed()
        take_over()
        from weasyprint import CSS
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

        class Fetcher(URLFetcher):  # type: ignore[misc]  # weasyprint has no types
            """Serves the book's own bytes; anything else stops the build."""

            def fetch(self, url: str, headers: Any = None) -> Any:
                name = unquote(url.removeprefix(BASE))
                if not url.startswith(BASE) or name not in resources:
                    raise FatalURLFetchingError(f"not a file of the book: {url}")
                return URLFetcherResponse(url, resources[name])

        self.fetcher = Fetcher()
        self.fonts: FontConfiguration = FontConfiguration()
        self.sheet: CSS = CSS(string=css, base_url=BASE, url_fetcher=self.fetcher, font_config=self.fonts)
        self.images: dict[str, Any] = {}
        if folder := self.fonts._folder:  # of the book's own fonts: at the end of a process, WeasyPrint may be too late
            weakref.finalize(self.fonts, shutil.rmtree, folder, ignore_errors=True)
            self.fonts._folder = None

    def lay_out(self, tree: Element, extra_css: str) -> Document:
        from weasyprint import CSS

        for items in tree.iter("ol"):
            if start := items.get("start"):  # WeasyPrint knows no attribute for it
                items.set("style", f"counter-reset: list-item {int(start) - 1}")
        extra = CSS(string=extra_css, base_url=BASE, url_fetcher=self.fetcher, font_config=self.fonts)
        html = _html_of(tree, self.fetcher)
        with paused(), stopped_in(tree.get("data-chapter", "")):
            return html.render(font_config=self.fonts, stylesheets=[self.sheet, extra], cache=self.images, **OPTIONS)


@cache  # each edition and the cover ask, and each answer reads the data of a dozen packages
def engine_versions(font_folder: Path) -> Mapping[str, str]:
    """Of all that decides which bytes a page becomes, by name."""
    _use_only(font_folder)
    hasten()
    from weasyprint.text.ffi import ffi, harfbuzz, harfbuzz_subset, pango

    python = ("weasyprint", "pydyf", "pyphen", "tinycss2", "cssselect2", "fonttools", "pillow", "pikepdf")
    ffi.cdef("const char * hb_version_string(void);", override=True)
    return {
        **{name: version(name) for name in python},
        "pango": str(pango.pango_version()),
        "harfbuzz": ffi.string(harfbuzz.hb_version_string()).decode(),
        "harfbuzz-subset": "missing" if harfbuzz_subset is None else "there",  # else fontTools cuts fonts to size
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
    }


def to_pdf(document: Document, standard: Standard = UA_1) -> bytes:
    """Draw the pages of a document, as the PDF/UA and the PDF/A of a standard in one."""
    import pydyf
    import weasyprint.pdf
    from weasyprint.css import ColorProfile

    def describe(document: Document, pdf: Any) -> None:
        number = int(pdf.catalog["Metadata"].split()[0])
        producer = f"WeasyPrint {weasyprint.__version__}"
        pdf.objects[number].stream = [xmp_packet(document.metadata, producer, standard)]
        if "AF" in pdf.catalog:
            pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))  # WeasyPrint names each file twice

    # Given the name "srgb", WeasyPrint opens this file itself, and leaves it open.
    profile = resources.files(weasyprint.pdf).joinpath("sRGB2014.icc").read_bytes()
    document.color_profiles[document.output_intent] = ColorProfile(
        io.BytesIO(profile), "", "relative-colorimetric", (["r"], ["g"], ["b"])
    )
    tidy_links(document.pages)
    return _drawn(document, finisher=describe, pdf_variant=standard.variant, **OPTIONS)


def to_plain_pdf(document: Document) -> bytes:
    """Draw the pages of a document, for paper: no tags, no metadata but Info, colours as CSS gives them."""
    return _drawn(document)


def _drawn(document: Document, **options: Any) -> bytes:
    with settled(), stopped_in():  # nothing of a laid out book is garbage: looking for some takes as long as tags
        try:
            data: bytes = document.write_pdf(**options)
        except NotImplementedError:  # WeasyPrint 70 says no more than that
            reason = (
                "a gradient goes between colours that the PDF engine cannot mix: name them as #rrggbb, rgb() or hsl()"
            )
            logging.getLogger("weasyprint").error(reason)
            return b""
    return data


@contextmanager
def stopped_in(title: str = "") -> Iterator[None]:
    """Raises `Stopped` where WeasyPrint has met what it cannot do: few style sheets of books lead there, and it says no
    more than a programming error does."""
    try:
        yield
    except Exception as error:
        where = f" in “{title}”" if title else ""
        message = f"the typesetter stopped{where}: {type(error).__name__}: {error}"
        hint = "a rule of the book's own style sheets leads there, most likely: find it by leaving them out"
        raise Stopped([Problem("typesetter-failed", NOWHERE, message, hint)]) from error


def _html_of(tree: Element, fetcher: Any) -> Any:
    """WeasyPrint's HTML object around a tree that we have already: its own parser would read our XML as HTML, where a
    block cannot stand in a paragraph, as the text of a footnote does."""
    import cssselect2  # type: ignore[import-untyped]
    from weasyprint import HTML

    class Tree(HTML):  # type: ignore[misc]  # weasyprint has no types
        def __init__(self) -> None:  # in place of HTML.__init__ of WeasyPrint 70, which parses text
            self.base_url, self.url_fetcher, self.media_type = BASE, fetcher, "print"
            self.wrapper_element = cssselect2.ElementWrapper.from_html_root(tree, content_language=None)
            self.etree_element = self.wrapper_element.etree_element

    return Tree()


@cache
def _use_only(font_folder: Path) -> None:
    """Point fontconfig at one folder, before Pango is loaded: no font of the machine can get into a book."""
    folder = Path(tempfile.mkdtemp(prefix="ketapub-fonts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(gc.freeze)  # what is left of a book at the end of the process is not taken apart
    config = folder / "fonts.conf"
    config.write_text(fontconfig_xml([str(font_folder)], str(folder / "cache")), encoding="utf-8")
    os.environ["FONTCONFIG_FILE"] = str(config)


@contextmanager
def log_as_problems(problems: Problems) -> Iterator[None]:
    """Whatever WeasyPrint or fontTools would only have logged (a missing picture, a missing glyph) is a problem."""

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            # Said of alt="" too. A picture without words is one that the author called decorative: parse sees to it.
            if not record.getMessage().endswith("has no required alt description"):
                problems.add("typesetting", NOWHERE, record.getMessage())

    listener, logger = Listener(logging.WARNING), logging.getLogger("weasyprint")
    before, logger.propagate = logger.propagate, False
    others, logger.handlers = logger.handlers, [listener]
    try:
        yield
    finally:
        logger.handlers, logger.propagate = others, before
