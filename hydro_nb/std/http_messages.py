"""What an HTTP endpoint gives to a flow and takes from it."""

from __future__ import annotations

from typing import Any

import msgspec

from hydro_nb.errors import DecodeError

__all__ = [
    "Event",
    "Listening",
    "Request",
    "Response",
    "request_of",
    "say",
    "url_of",
]


class Request(msgspec.Struct, frozen=True):
    """What a client asked for; names of headers are in small letters, `query` has the last value of each name.

    >>> Request("GET", "/hello", {"to": "ann"}).query["to"]
    'ann'
    """

    method: str
    path: str
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    body: bytes = b""
    target: str = ""
    """path and query as they were sent"""

    @property
    def text(self) -> str:
        """The body as text.

        >>> Request("POST", "/", body=b"hello").text
        'hello'
        """
        try:
            return self.body.decode()
        except UnicodeDecodeError as error:
            raise DecodeError(f"the body of {self.method} {self.path:.80} is no UTF-8: {error}") from None

    def json(self, of: Any = Any) -> Any:
        """Read the body as JSON, of a type where one is given.

        >>> Request("POST", "/", body=b"[1, 2]").json(list[int])
        [1, 2]
        """
        try:
            return msgspec.json.decode(self.body, type=of)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise DecodeError(
                f"the body of {self.method} {self.path:.80} is not the JSON that is read: {error}"
            ) from None


class Response(msgspec.Struct, frozen=True):
    """What a client is answered; a text is sent as UTF-8.

    >>> Response(404, "there is nothing here").status
    404
    """

    status: int = 200
    body: bytes | str = b""
    headers: dict[str, str] = {}

    @classmethod
    def json(cls, value: Any, status: int = 200) -> Response:
        """Make a response of a value in JSON.

        >>> Response.json({"n": 1}).body
        b'{"n":1}'
        """
        return cls(status, msgspec.json.encode(value), {"content-type": "application/json"})


class Listening(msgspec.Struct, frozen=True):
    """Where an endpoint can be reached, from now on."""

    url: str


Event = Listening | tuple[int, Request]
"""What an endpoint puts into the flow."""


def url_of(event: Event) -> str | None:
    """Give where the endpoint is, if that is what is said.

    >>> url_of(Listening("http://127.0.0.1:80"))
    'http://127.0.0.1:80'
    """
    return event.url if isinstance(event, Listening) else None


def say(url: str) -> None:
    """Print where an endpoint is, into the log of its process.

    >>> say("http://127.0.0.1:80")
    serving http://127.0.0.1:80
    """
    print(f"serving {url}")  # noqa: T201 - that is what it is for


def request_of(event: Event) -> tuple[int, Request] | None:
    """Give a request with its number, if it is one.

    >>> request_of(Listening("http://127.0.0.1:80"))
    """
    return None if isinstance(event, Listening) else event
