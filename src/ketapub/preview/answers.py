"""What the preview answers: a request and what is shown come in, a response goes out.

Only this computer may ask, and only for what was made for the preview. A page of another origin gets nothing: neither
by a name of its own that leads here (DNS rebinding: the Host header tells), nor by asking from where it stands (Fetch
Metadata tells; and no response gives leave by CORS). What is served runs no script but the preview's own files.
"""

from __future__ import annotations

import hashlib
import io
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from ketapub.formats.pdf.raster import draw_page
from ketapub.formats.styling import FONT_TYPES, sheet
from ketapub.preview.view import WIDTH, View
from ketapub.problems import Stopped
from ketapub.templates import render
from ketapub.theme import Theme

_PICTURE = re.compile(r"/paper/([0-9a-f]{64})/(\d{1,4})\.png")
_FRAME = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"  # over what each page of the site says itself
_FILE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"  # a drawing opened by itself runs nothing
_FONTS = "/site/fonts/"  # of the theme; the book's own have other addresses
_SAME = ("same-origin", "none")  # what asks: our own page, or a person


@dataclass(frozen=True, slots=True)
class Request:
    """`headers` by lower-case names."""

    method: str
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def refused(request: Request, port: int) -> Response | None:
    """Why a request gets no answer."""
    if request.headers.get("host") not in {f"{host}:{port}" for host in ("localhost", "127.0.0.1", "[::1]")}:
        return _plain(421, "The preview answers to localhost only.")
    if request.headers.get("sec-fetch-site", "none") not in _SAME:
        return _plain(403, "The preview answers its own pages only.")
    if request.method not in ("GET", "HEAD"):
        return Response(405, "text/plain; charset=utf-8", b"The preview only shows.", {"allow": "GET, HEAD"})
    return None


def answer(request: Request, view: View, theme: Theme) -> Response:
    try:
        return _answer(request, view, theme)
    except Stopped as stopped:  # a page of the site is made when it is asked for, by templates of the book perhaps
        return _plain(500, str(stopped))


def _answer(request: Request, view: View, theme: Theme) -> Response:
    path = request.path
    if path == "/":
        page = render("preview/page.html", title=view.title).encode()
        return _fresh(request, Response(200, "text/html; charset=utf-8", page, {"content-security-policy": _FRAME}))
    if path in ("/preview.css", "/preview.js"):
        data = sheet(theme, path[1:]).encode() if path.endswith(".css") else theme.read(path[1:])
        return _fresh(request, _file(path, data))
    if path.startswith("/site/") and view.screen is not None:
        found = view.screen.file(path.removeprefix("/site/") or "index.html")
        if found is not None and path.startswith(_FONTS):
            return _kept(_file(path, found))
        return _missing() if found is None else _fresh(request, _file(path, found))
    if picture := _PICTURE.fullmatch(path):
        return _picture(view, picture[1], int(picture[2]))
    return _missing()


def _picture(view: View, key: str, number: int) -> Response:
    data = next((part.data for part in view.paper.parts if part.key == key and number <= len(part.labels)), None)
    if data is None or not number:
        return _missing()
    out = io.BytesIO()
    draw_page(data, number, width=WIDTH).convert("P", colors=256).save(out, "PNG", compress_level=1)
    return _kept(Response(200, "image/png", out.getvalue()))


def _file(path: str, data: bytes) -> Response:
    kind = _kind(path)
    if kind.startswith("text/javascript"):  # a worker would take its policy from here, not from its page
        return Response(200, kind, data)
    policy = _PAGE if kind.startswith("text/html") else _FILE
    return Response(200, kind, data, {"content-security-policy": policy})


@cache
def _types() -> mimetypes.MimeTypes:
    types = mimetypes.MimeTypes()  # not what the machine says
    for ending, kind in {**FONT_TYPES, ".js": "text/javascript", ".wasm": "application/wasm"}.items():
        types.add_type(kind, ending)
    return types


def _kind(path: str) -> str:
    kind = _types().guess_type(path)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def _fresh(request: Request, response: Response) -> Response:
    """The same once more, or only that it is the same as what the browser has (RFC 9110, 13.1.2)."""
    tag = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    fresh = replace(response, headers={**response.headers, "etag": tag, "cache-control": "no-cache"})
    return replace(fresh, status=304, body=b"") if request.headers.get("if-none-match") == tag else fresh


def _kept(response: Response) -> Response:
    """What never changes under its address need not be asked for again."""
    return replace(response, headers={**response.headers, "cache-control": "private, max-age=86400, immutable"})


def _missing() -> Response:
    return _plain(404, "The preview has no such page.")


def _plain(status: int, text: str) -> Response:
    return Response(status, "text/plain; charset=utf-8", text.encode())
