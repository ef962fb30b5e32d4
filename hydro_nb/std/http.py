"""An HTTP endpoint on a process: requests come into the flow as a keyed stream, responses go out by the same keys.

Needs the extra `http`.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from importlib.util import find_spec
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from typing_extensions import TypeVar

from hydro_nb.errors import GraphError, HydroError
from hydro_nb.lang.codecs import checked_token
from hydro_nb.lang.cycle import ChannelSender
from hydro_nb.lang.external import OutPort
from hydro_nb.lang.given import period
from hydro_nb.lang.guarantees import ExactlyOnce, NoOrder, TotalOrder, Unbounded
from hydro_nb.lang.keyed_stream import KeyedStream
from hydro_nb.lang.location import Process
from hydro_nb.lang.nondet import nondet
from hydro_nb.lang.site import here
from hydro_nb.std.http_messages import Event, Request, Response, request_of, say, url_of
from hydro_nb.std.http_server import Secret, serve

__all__ = ["HttpClients", "HttpPort", "Request", "Response", "source_http"]

P = TypeVar("P", bound=Process[Any])


class HttpClients:
    """Names those who send requests, in pictures and logs."""


class _Client(Protocol):
    def receive(self, timeout: float | None = None) -> Any: ...
    async def __anext__(self) -> Any: ...


class _Deployed(Protocol):
    def connect(self, port: Any) -> _Client: ...


class HttpPort:
    """An endpoint, to be asked where a deployment serves it."""

    def __init__(self, announced: OutPort[str]) -> None:
        self._announced = announced
        self._urls: WeakKeyDictionary[_Deployed, str] = WeakKeyDictionary()

    def url(self, deployment: _Deployed, timeout: float = 10.0) -> str:
        """Give the address that the endpoint has in a deployment, as soon as it listens.

        >>> port, requests, responses = source_http(FlowBuilder().process())
        >>> responses.send(requests.map(lambda request: Response(200, request.path)))
        >>> with requests.flow.deploy(backend="inprocess") as deployment:
        ...     port.url(deployment)
        [process 0] serving http://127.0.0.1:...
        'http://127.0.0.1:...'

        Raises `TimeoutError` when it does not listen in time.
        """
        if deployment not in self._urls:
            self._urls[deployment] = deployment.connect(self._announced).receive(timeout)
        return self._urls[deployment]

    async def url_when_ready(self, deployment: _Deployed, timeout: float = 10.0) -> str:
        """Do what `url` does without blocking the event loop."""
        if deployment not in self._urls:
            self._urls[deployment] = await asyncio.wait_for(anext(deployment.connect(self._announced)), timeout)
        return self._urls[deployment]


def source_http(
    process: P,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    timeout: float | timedelta = 30.0,
    largest: int = 1 << 20,
    token: str | None = None,
) -> tuple[
    HttpPort,
    KeyedStream[int, Request, P, Unbounded, TotalOrder, ExactlyOnce],
    ChannelSender[KeyedStream[int, Response, P, Unbounded, NoOrder, ExactlyOnce]],
]:
    """Serve HTTP: gives the port, the requests by number, and the sender for their responses by the same numbers.

    >>> flow = FlowBuilder()
    >>> port, requests, responses = source_http(flow.process())
    >>> requests
    KeyedStream[int, Request, Process[None], Unbounded, TotalOrder, ExactlyOnce]
      into_keyed
      filter_map   request_of
      sidecar_bidi   partial(serve)
    >>> responses.send(requests.map(lambda request: Response(200, f"hello {request.query['name']}")))

    A deployment of it serves `port.url(deployment)`, and prints where that is; with `backend="inprocess"` only while
    something waits for the flow.

    Totally ordered, exactly once, unbounded; each key has one request. `port=0` takes a port that is free. A request
    waits for its response: one that has none in time is answered 504, one whose body is larger than `largest` bytes
    413. The response to a client that has left, and a second one to a request, go nowhere; one to a number that no
    request has is an error. When the process stops, connections end, with 503 where there is time for it.

    With a `token`, a request needs the header `Authorization: Bearer` with it: others are answered 401, which is told
    in the process's log. It is no part of the graph's texts or the generated code.
    """
    _require()
    seconds = period(timeout, "source_http", here())
    secret = None if token is None else Secret(checked_token(token, "source_http"))
    function = partial(serve, host=host, port=_checked(port), timeout=seconds, largest=largest, secret=secret)
    events, out = process.sidecar_bidi(function, of=Event, accepts=tuple[int, Response])
    sender, responses = process.channel(KeyedStream, of=Response, key=int, order=NoOrder)
    out.send(responses.entries().assume_ordering(nondet("each response goes to the request of its own number")))
    announced = events.filter_map(url_of).inspect(say).send_external(process.flow.external(HttpClients))
    return HttpPort(announced), events.filter_map(request_of).into_keyed(), sender


def _checked(port: Any) -> int:
    if port not in range(1 << 16):
        raise GraphError(f"a port is a number from 0 to 65535, not {port!r}; 0 takes one that is free.\n  {here()}")
    return port


def _require() -> None:
    if find_spec("aiohttp") is None:
        raise HydroError(
            'serving HTTP needs aiohttp, which the extra `http` brings: pip install "hydro_nb[http]".\n  ' + str(here())
        )
