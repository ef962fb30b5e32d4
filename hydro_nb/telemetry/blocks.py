"""What processes write, as blocks of whole lines: taken apart only when somebody looks.

A process may print more in a second than a person reads in a day, so what a line costs before it is asked for counts.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from hydro_nb.wire import LogLine

LINE_LIMIT = 16 * 1024
Stream = Literal["stdout", "stderr"]


class Author(msgspec.Struct, frozen=True):
    """Who wrote something, and where: a process, by its location and its number in a cluster."""

    location: str
    member: int | None
    stream: Stream

    @property
    def name(self) -> str:
        """The process: `Leader`, `Worker/3`."""
        return self.location if self.member is None else f"{self.location}/{self.member}"


class Block(msgspec.Struct, frozen=True):
    r"""Whole lines of one author that came together.

    >>> block = Block.of(Author("Leader", None, "stdout"), 0.0, b"one\ntwo\n")
    >>> block.count, [str(line) for line in block.lines()]
    (2, ['[Leader] one', '[Leader] two'])
    """

    author: Author
    time: float
    raw: bytes
    count: int

    @classmethod
    def of(cls, author: Author, time: float, raw: bytes) -> Block:
        """Make one of bytes, the last of which ends a line."""
        return cls(author, time, raw, raw.count(b"\n"))

    @property
    def size(self) -> int:
        """How much memory it takes."""
        return len(self.raw)

    def is_of(self, name: str | None) -> bool:
        """Whether it belongs to this process or cluster; None stands for all."""
        return name in (None, self.author.location, self.author.name)

    def lines(self) -> list[LogLine]:
        """Take it apart."""
        location, member, stream = self.author.location, self.author.member, self.author.stream
        level, time = "info" if stream == "stdout" else "error", self.time
        return [LogLine(location, member, stream, level, time, _text(raw)) for raw in self.raw.split(b"\n")[:-1]]


class Said(msgspec.Struct, frozen=True):
    """A line that was a line from the beginning."""

    line: LogLine
    count: int = 1

    @property
    def size(self) -> int:
        """How much memory it takes."""
        return len(self.line.text)

    def is_of(self, name: str | None) -> bool:
        """Whether it belongs to this process or cluster; None stands for all."""
        return name in (None, self.line.location, self.line.name)

    def lines(self) -> list[LogLine]:
        """Give it as a list."""
        return [self.line]


class Splitter:
    r"""Cuts a stream of bytes after its last whole line; a line that does not end is cut where it is too long.

    >>> splitter = Splitter()
    >>> splitter.feed(b"one\ntw"), splitter.feed(b"o\n"), splitter.rest()
    (b'one\n', b'two\n', b'')
    """

    def __init__(self) -> None:
        self._partial = b""

    def feed(self, raw: bytes) -> bytes:
        """Give the lines that these bytes complete, each with its end."""
        end = raw.rfind(b"\n") + 1
        whole = self._partial + raw[:end] if end else b""
        self._partial = raw[end:] if end else self._partial + raw
        while len(self._partial) > LINE_LIMIT:
            whole += self._partial[:LINE_LIMIT] + b"\n"
            self._partial = self._partial[LINE_LIMIT:]
        return whole

    def rest(self) -> bytes:
        """Give the partial last line, if any, as a whole one."""
        partial, self._partial = self._partial, b""
        return partial and partial + b"\n"


def _text(line: bytes) -> str:
    if len(line) > LINE_LIMIT:
        line = line[:LINE_LIMIT] + b"..."
    return line.removesuffix(b"\r").decode("utf-8", "replace")
