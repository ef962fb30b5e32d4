"""How the bytes of a connection are cut into elements, and elements become bytes: for either end of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from hydro_nb.errors import DecodeError, EncodeError
from hydro_nb.runtime.codec import Codec, make_codec
from hydro_nb.wire import FramingSpec

LENGTH_BYTES = 4
"""The big-endian length that stands before a frame of known length."""


class Framing(Protocol):
    """One direction of one connection."""

    def feed(self, data: bytes, into: list[Any]) -> None:
        """Take bytes that have come and add the elements that they complete; a `DecodeError` says what is wrong."""
        ...

    def finish(self, into: list[Any]) -> None:
        """Take the end: add what is complete without more, or say what is missing."""
        ...

    def encode(self, item: Any) -> bytes:
        """Give the bytes of an element, or say why it has none."""
        ...


class Lines:
    r"""Texts that end with a newline, with or without a carriage return before it; the last needs no end.

    >>> lines, found = Lines(80), []
    >>> lines.feed(b"one\r\ntwo\nth", found)
    >>> lines.finish(found)
    >>> found, lines.encode("four")
    (['one', 'two', 'th'], b'four\n')
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes, into: list[Any]) -> None:
        """Cut at newlines; what follows the last one is kept."""
        *lines, rest = data.split(b"\n")
        into.extend(map(self._line, lines))  # what came before a line that is refused is kept
        self._keep(rest)

    def _line(self, last: bytes) -> str:
        self._keep(last)
        line, self._parts, self._size = b"".join(self._parts), [], 0
        try:
            return line.removesuffix(b"\r").decode()
        except UnicodeDecodeError as error:
            raise DecodeError(f"a line is no UTF-8: byte {line[error.start]:#04x} at {error.start}") from None

    def _keep(self, part: bytes) -> None:
        self._parts.append(part)
        self._size += len(part)
        if self._size > self._limit:
            raise DecodeError(f"a line is longer than {self._limit} bytes")

    def finish(self, into: list[Any]) -> None:
        """Give a last line without an end."""
        if self._size:
            into.append(self._line(b""))

    def encode(self, item: Any) -> bytes:
        """Add the newline."""
        if not isinstance(item, str):
            raise EncodeError(f"{_shown(item)} is no text, and a line is one: .map(str)")
        try:
            return item.encode() + b"\n"
        except UnicodeEncodeError as error:
            raise EncodeError(f"{_shown(item)} has no UTF-8 form: {error.reason}") from None


class LengthDelimited:
    r"""Frames with their length before them, in four bytes, the highest first.

    >>> frames, found = LengthDelimited(80), []
    >>> frames.feed(b"\0\0\0\2hi\0\0", found)
    >>> found, frames.encode(b"ho")
    ([b'hi'], b'\x00\x00\x00\x02ho')
    """

    def __init__(self, limit: int, codec: Codec | None = None) -> None:
        self._limit = limit
        self._codec = codec
        self._held = bytearray()

    def feed(self, data: bytes, into: list[Any]) -> None:
        """Take the frames that are complete."""
        held, at = self._held, 0
        held += data
        while len(held) - at >= LENGTH_BYTES:
            size = int.from_bytes(held[at : at + LENGTH_BYTES], "big")
            if size > self._limit:
                raise DecodeError(f"a frame of {size} bytes is longer than {self._limit}")
            end = at + LENGTH_BYTES + size
            if len(held) < end:
                break
            into.append(self._decoded(bytes(held[at + LENGTH_BYTES : end])))
            at = end
        del held[:at]

    def _decoded(self, frame: bytes) -> Any:
        return frame if self._codec is None else self._codec.decode(frame, 1)[0]

    def finish(self, into: list[Any]) -> None:  # noqa: ARG002 - nothing is complete without more
        """Refuse a frame that is cut off."""
        if self._held:
            raise DecodeError(f"the connection ended within a frame, after {len(self._held)} bytes of it")

    def encode(self, item: Any) -> bytes:
        """Put the length before it."""
        frame = self._codec.encode([item]) if self._codec else _bytes(item)
        if len(frame) > self._limit:
            raise EncodeError(f"a frame of {len(frame)} bytes is longer than {self._limit}, the most that is allowed")
        return len(frame).to_bytes(LENGTH_BYTES, "big") + frame


class Raw:
    """Bytes as they come.

    >>> found = []
    >>> Raw().feed(b"any", found)
    >>> found
    [b'any']
    """

    def feed(self, data: bytes, into: list[Any]) -> None:
        """Give what has come."""
        into.append(data)

    def finish(self, into: list[Any]) -> None:
        """Keep nothing."""

    def encode(self, item: Any) -> bytes:
        """Change nothing."""
        return _bytes(item)


def _bytes(item: Any) -> bytes:
    if not isinstance(item, bytes | bytearray):
        raise EncodeError(f"{_shown(item)} is no bytes, which is what this port sends: .map(...) it to some")
    return bytes(item)


def _shown(item: Any) -> str:
    text = repr(item)
    return f"{text if len(text) <= 80 else text[:77] + '...'} ({type(item).__name__})"


def make_framing(spec: FramingSpec, captures: Mapping[str, Any], where: str) -> Framing:
    """Make one direction of a connection; types of elements are among the captured values."""
    if spec.kind == "lines":
        return Lines(spec.limit)
    if spec.kind == "bytes":
        return Raw()
    if spec.codec is None:
        return LengthDelimited(spec.limit)
    element = captures[spec.codec.type_name] if spec.codec.type_name else None
    types: tuple[type, ...] = captures.get("__types__", ())
    return LengthDelimited(spec.limit, make_codec(spec.codec, element, types=types, where=where))
