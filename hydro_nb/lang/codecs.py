"""How bytes on a socket are cut into elements, and where a process listens: what ports for any client are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, TypeVar

import msgspec

from hydro_nb.errors import GraphError
from hydro_nb.ir.ops.outside import Framed
from hydro_nb.lang.site import conceal, here

T_co = TypeVar("T_co", covariant=True)

MOST_LINE = 1024 * 1024
MOST_FRAME = 8 * 1024 * 1024
TOKEN_LENGTHS = range(8, 257)
"""How many characters a token may have: a shorter one is soon guessed, a longer one is hardly a line."""


@dataclass(frozen=True)
class SocketCodec(Generic[T_co]):
    """How bytes are cut into elements."""

    max_length: int

    kind: ClassVar[Literal["lines", "length-delimited", "bytes"]]
    element: ClassVar[Any]

    @property
    def framed(self) -> Framed:
        """The same as data of the program.

        >>> LinesCodec(80).framed.limit
        80
        """
        return Framed(self.kind, self.max_length, self.element)


@dataclass(frozen=True)
class LinesCodec(SocketCodec[str]):
    r"""Elements are lines of UTF-8 text: they end with `\n` or `\r\n`, which is cut off, and are sent with `\n`.

    >>> LinesCodec(max_length=4096)
    LinesCodec(max_length=4096)

    A line longer than `max_length` bytes, or one that is no UTF-8, costs its client the connection.
    """

    max_length: int = MOST_LINE
    kind = "lines"
    element = str


@dataclass(frozen=True)
class LengthDelimitedCodec(SocketCodec[bytes]):
    """Elements are bytes; each travels behind its length, four bytes with the highest first.

    >>> LengthDelimitedCodec(max_length=1024)
    LengthDelimitedCodec(max_length=1024)

    A longer frame costs its client the connection.
    """

    max_length: int = MOST_FRAME
    kind = "length-delimited"
    element = bytes


@dataclass(frozen=True)
class BytesCodec(SocketCodec[bytes]):
    """Elements are bytes as they happen to arrive: where one ends means nothing.

    >>> BytesCodec().framed.kind
    'bytes'
    """

    max_length: int = 0
    kind = "bytes"
    element = bytes


def bincode_of(element: Any) -> Framed:
    """Give the framing of elements in bincode, each behind its length."""
    return Framed("length-delimited", MOST_FRAME, element, "bincode")


def checked_token(token: object, method: str) -> str:
    """Give a token that clients can send as a line, or none; where it stands in the user's code it is not shown."""
    if token is None:
        return ""
    if not isinstance(token, str):
        raise GraphError(f"`{method}` needs token= in text, but was given a {type(token).__name__}.\n  {here()}")
    if len(token) not in TOKEN_LENGTHS or not token.isprintable() or " " in token:
        raise GraphError(
            f"`{method}` was given a token that is no line of {TOKEN_LENGTHS[0]} to {TOKEN_LENGTHS[-1]} printable "
            f"characters without spaces.\n  {here()}\n"
            "  A good one: secrets.token_urlsafe(), or read it from the environment: os.environ[...]"
        )
    conceal(token)
    return token


class NetworkHint(msgspec.Struct, frozen=True):
    """Where a process listens: at which address and port; 0 stands for any that is free."""

    number: int = 0
    host: str = "127.0.0.1"

    Auto: ClassVar[NetworkHint]
    TcpPort: ClassVar[type[NetworkHint]]

    def __post_init__(self) -> None:
        """Refuse what is no port of a machine, at the line that says it."""
        # users are not type checkers
        if not isinstance(self.number, int) or not 0 <= self.number < 2**16:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise GraphError(f"`TcpPort` needs a port from 0 to 65535, but was given {self.number!r}.\n  {here()}")
        if not isinstance(self.host, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise GraphError(f"`TcpPort` needs a host in text, but was given {self.host!r}.\n  {here()}")


class TcpPort(NetworkHint, frozen=True):
    """Listen on this port, of this machine alone unless a host is given.

    >>> TcpPort(8080, host="0.0.0.0")
    TcpPort(number=8080, host='0.0.0.0')
    """


Auto = NetworkHint()
"""Listen on any port that is free; `deployment.address(port)` says which. A process that begins anew takes it again."""
NetworkHint.Auto, NetworkHint.TcpPort = Auto, TcpPort
