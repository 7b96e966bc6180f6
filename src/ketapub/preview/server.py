"""The door to uvicorn: what is shown comes in and is served on this computer alone, until somebody stops it.

Two sockets, 127.0.0.1 and ::1, for browsers take either for "localhost". Each page that is open hears of every new view
by server-sent events.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn

from ketapub.preview.answers import Request, Response, answer, refused
from ketapub.preview.view import View
from ketapub.problems import NOWHERE, Problem, Stopped
from ketapub.theme import Theme

Message = MutableMapping[str, Any]  # of ASGI
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


class Server:
    """Raises `Stopped` where the port is taken. Port 0 is any free one."""

    def __init__(self, port: int, theme: Theme) -> None:
        self._sockets = _bound(port)
        self.port: int = self._sockets[0].getsockname()[1]
        self.view = View()
        self._theme = theme
        self._news = asyncio.Condition()
        self._number = 0  # of views
        self._closing = False

    async def show(self, view: View) -> None:
        self.view = view
        async with self._news:
            self._number += 1
            self._news.notify_all()

    async def run(self) -> None:
        """Until SIGINT or SIGTERM, which it passes on once it has closed."""
        config = uvicorn.Config(
            self._app,
            interface="asgi3",
            lifespan="off",
            http="h11",  # whatever else is installed
            ws="none",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        await _Uvicorn(config, self._end_streams).serve(self._sockets)

    def close(self) -> None:
        for one in self._sockets:
            one.close()

    async def _end_streams(self) -> None:
        self._closing = True
        async with self._news:
            self._news.notify_all()

    async def _app(self, scope: Message, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        request = Request(scope["method"], scope["path"], headers)
        refusal = refused(request, self.port)
        if refusal is None and (request.method, request.path) == ("GET", "/events"):
            await self._tell(receive, send)
            return
        response = refusal
        if response is None:
            response = await asyncio.to_thread(answer, request, self.view, self._theme)
        await _begin(send, response)
        await send({"type": "http.response.body", "body": response.body if request.method == "GET" else b""})

    async def _tell(self, receive: Receive, send: Send) -> None:
        await _begin(send, Response(200, "text/event-stream", b"", {"cache-control": "no-store"}), length=False)
        gone = asyncio.create_task(_gone(receive))
        told = -1
        while not self._closing and not gone.done():
            if told != self._number:
                told = self._number
                event = f"data: {self.view.as_json()}\n\n".encode()
                await send({"type": "http.response.body", "body": event, "more_body": True})
            news = asyncio.create_task(self._newer(told))
            await asyncio.wait((gone, news), return_when=asyncio.FIRST_COMPLETED)
            news.cancel()
        gone.cancel()
        await send({"type": "http.response.body", "body": b""})

    async def _newer(self, told: int) -> None:
        async with self._news:
            await self._news.wait_for(lambda: self._closing or self._number != told)


class _Uvicorn(uvicorn.Server):
    """Ends the streams of events first: it would wait for them."""

    def __init__(self, config: uvicorn.Config, before: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._before = before

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._before()
        await super().shutdown(sockets)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _begin(send: Send, response: Response, *, length: bool = True) -> None:
    headers = {"content-type": response.type, **_HEADERS, **response.headers}
    if length and response.status != 304:
        headers["content-length"] = str(len(response.body))
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": pairs})


def _bound(port: int) -> list[socket.socket]:
    try:
        sockets = [_socket(socket.AF_INET, "127.0.0.1", port)]
        try:
            sockets.append(_socket(socket.AF_INET6, "::1", sockets[0].getsockname()[1]))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                sockets[0].close()
                raise
        return sockets  # a machine may have no IPv6
    except (OSError, OverflowError) as error:
        message = f"the preview cannot have port {port}: {getattr(error, 'strerror', '') or error}"
        hint = "name another one with --port; 0 is any that is free"
        raise Stopped([Problem("port-taken", NOWHERE, message, hint)], usage=True) from None


def _socket(family: int, host: str, port: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a preview that was just stopped is no hindrance
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((host, port))
    except BaseException:
        made.close()
        raise
    return made
