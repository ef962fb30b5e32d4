"""The server beside a flow: every request goes in under a number, and waits for the response of its number."""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Protocol

from hydro_nb.errors import HydroError
from hydro_nb.std.http_messages import Event, Listening, Request, Response

__all__ = [
    "BACKLOG",
    "CLOSE_SECONDS",
    "Outbox",
    "Secret",
    "Waiting",
    "serve",
]

BACKLOG = 1024
CLOSE_SECONDS = 0.5
"""how long what is being written may take when the process stops"""


@dataclass(frozen=True)
class Secret:
    """A text that shows itself to nobody."""

    text: str = field(repr=False)

    def opens(self, header: str) -> bool:
        """Whether a request with this `Authorization` knows it; how long that takes says nothing of it.

        >>> Secret("hunter22"), Secret("hunter22").opens("bearer hunter22"), Secret("hunter22").opens("hunter22")
        (Secret(), True, False)
        """
        scheme, _, said = header.partition(" ")
        digests = (sha256(text.encode(errors="replace")).digest() for text in (said.strip(), self.text))
        return scheme.lower() == "bearer" and compare_digest(*digests)


class Outbox(Protocol):
    """Takes what goes into the flow."""

    async def send(self, item: Event, /) -> None:
        """Put it in; waits while the flow has no room."""
        ...


async def serve(
    inbox: AsyncIterable[tuple[int, Response]],
    outbox: Outbox,
    *,
    host: str,
    port: int,
    timeout: float,
    largest: int,
    secret: Secret | None = None,
) -> None:
    """Serve until it is cancelled."""
    waiting = Waiting(outbox, timeout, secret)
    runner = _runner(waiting, largest)
    await runner.setup()
    try:
        await _listen(runner, host, port)
        await outbox.send(Listening(_url(runner.addresses[0])))
        async for number, response in inbox:
            waiting.answer(number, response)
        await asyncio.Event().wait()
    finally:
        waiting.close()
        await runner.cleanup()


def _web() -> Any:
    return importlib.import_module("aiohttp.web")


def _runner(waiting: Waiting, largest: int) -> Any:
    app = _web().Application(client_max_size=largest)
    app.router.add_route("*", "/{path:.*}", waiting.handle)
    return _web().AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=CLOSE_SECONDS)


async def _listen(runner: Any, host: str, port: int) -> None:
    try:
        await _web().TCPSite(runner, host, port, backlog=BACKLOG).start()
    except OSError as error:
        # asyncio puts the whole address into the text of what the system says
        why = os.strerror(error.errno) if error.errno is not None and error.errno > 0 else error
        raise HydroError(f"nothing can be served at {host}:{port}: {why}; port=0 takes one that is free") from None


def _url(address: tuple[Any, ...]) -> str:
    host, port = address[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Waiting:
    """The requests that have no response yet."""

    def __init__(self, outbox: Outbox, seconds: float, secret: Secret | None = None) -> None:
        self._outbox = outbox
        self._seconds = seconds
        self._secret = secret
        self._refused = 0
        self._given = 0
        self._futures: dict[int, asyncio.Future[Response]] = {}
        self._closed = False

    async def handle(self, request: Any) -> Any:
        """Put a request into the flow and wait for its response; what a client gave up is cancelled, and forgotten."""
        if self._secret and not self._secret.opens(request.headers.get("Authorization", "")):
            return self._refusal(request)
        asked = await _read(request)
        if self._closed:
            return _written(Response(503, "the program stops"))
        number, self._given = self._given, self._given + 1
        future = self._futures[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._seconds):
                await self._outbox.send((number, asked))
                response = await future
        except TimeoutError:
            response = Response(504, f"the program gave no response within {self._seconds:g} seconds")
        finally:
            del self._futures[number]
        return _written(response)

    def _refusal(self, request: Any) -> Any:
        """Send a stranger away; told less often the more there are, lest a flood of them floods the log."""
        self._refused += 1
        if self._refused & (self._refused - 1) == 0:
            told = f"refused a request of {request.remote} without the token (refused so far: {self._refused})"
            print(told, file=sys.stderr, flush=True)  # noqa: T201 - a process's log
        needs = {"www-authenticate": "Bearer"}
        return _written(Response(401, "this needs the header `Authorization: Bearer` with the token", needs))

    def answer(self, number: int, response: Response) -> None:
        """Answer a request; nobody waits any more for what took too long, was given up, or has been answered."""
        if not 0 <= number < self._given:
            raise HydroError(f"there was no request {number!r}; let each response keep the key of its request")
        if not isinstance(response, Response):  # pyright: ignore[reportUnnecessaryIsInstance] - a user may send another
            raise HydroError(f"request {number} was answered with {response!r}; a response is Response(status, body)")
        future = self._futures.get(number)
        if future is not None and not future.done():
            future.set_result(response)

    def close(self) -> None:
        """Let nobody wait any more."""
        self._closed = True
        for future in self._futures.values():
            if not future.done():
                future.set_result(Response(503, "the program stops"))


async def _read(request: Any) -> Request:
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        known = headers.get(name.lower())
        headers[name.lower()] = value if known is None else f"{known}, {value}"
    query = {str(name): str(value) for name, value in request.query.items()}
    return Request(request.method, request.path, query, headers, await request.read(), request.path_qs)


def _written(response: Response) -> Any:
    wrong = _fault(response)
    if wrong:
        # a client must not end the program by what it makes of its request, so this is no exception
        print(f"{response!r} cannot be sent: {wrong}", file=sys.stderr, flush=True)  # noqa: T201 - a process's log
        response = Response(500, f"the program gave a response that cannot be sent: {wrong}")
    headers = {name.lower(): value for name, value in response.headers.items()}
    if isinstance(response.body, str):
        headers.setdefault("content-type", "text/plain; charset=utf-8")
    body = response.body.encode() if isinstance(response.body, str) else response.body
    return _web().Response(status=response.status, body=body, headers=headers)


def _fault(response: Response) -> str:
    if response.status not in range(200, 600):
        return f"no status is {response.status!r}"
    if not isinstance(response.body, str | bytes):  # pyright: ignore[reportUnnecessaryIsInstance] - nobody checks
        return f"its body is of type {type(response.body).__name__}"
    texts = [text for pair in response.headers.items() for text in pair]
    bad = next((text for text in texts if not _is_line(text)), None)
    return "" if bad is None else f"no header may have {bad!r}"


def _is_line(text: object) -> bool:
    # what a flow makes of a response is checked by nobody before
    return isinstance(text, str) and text.isprintable()
