"""What each of several workers has of the operating system process that they share: its output, its CPU seconds."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from contextvars import ContextVar
from types import TracebackType
from typing import Any, TextIO, cast

from msgspec.structs import replace

from hydro_nb.values import MemberId, act_as
from hydro_nb.wire import Counts

_speaking: ContextVar[int] = ContextVar("hydro-speaking", default=0)
"""who prints; a task goes on speaking for the one that has begun it, a thread for the first"""


class Share:
    """One worker's part; entered while it works, which it then does as the member that it is.

    CPU seconds add up to those of the process: what nobody has used, such as the sockets' own threads, and async
    sources, counts for the first. Memory is that of the process, told by the first that lives.
    """

    def __init__(self, number: int, all_of_them: list[Share], member: MemberId[Any] | None) -> None:
        self._number = number
        self._member = member
        self._all = all_of_them
        self._all.append(self)
        self._since = 0.0
        self.cpu = 0.0
        self.over = False

    def __enter__(self) -> None:
        _speaking.set(self._number)
        act_as(self._member)
        self._since = time.thread_time()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cpu += time.thread_time() - self._since

    def of(self, counts: Counts) -> Counts:
        """Give counts with what this one has used."""
        others = sum(each.cpu for each in self._all if each is not self)
        mine = self.cpu if self._number else counts.cpu - others
        told_by = next((each for each in self._all if not each.over), self)
        return replace(counts, cpu=mine, memory=counts.memory if told_by is self else 0)


def part_output(descriptors: Sequence[tuple[int, int]]) -> None:
    """Let what is printed go to the pipe of the worker that prints: the first has the standard ones, these the others.

    What is written below Python, by a library in C or a subprocess, goes to the first.
    """
    outs, errs = zip(*descriptors, strict=True)
    sys.stdout = cast("TextIO", Switch([sys.stdout, *map(_writer, outs)]))
    sys.stderr = cast("TextIO", Switch([sys.stderr, *map(_writer, errs)]))


def _writer(fd: int) -> TextIO:
    raw = io.FileIO(fd, "w")
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8", errors="backslashreplace", line_buffering=True)


class Switch:
    """A stream that is another one for each worker."""

    def __init__(self, streams: Sequence[TextIO]) -> None:
        self._streams = streams
        self._dirty: set[int] = set()

    def write(self, text: str) -> int:
        """Write to the stream of whoever speaks."""
        number = _speaking.get()
        self._dirty.add(number)
        return self._streams[number].write(text)

    def flush(self) -> None:
        """Flush all that was written to."""
        for number in tuple(self._dirty):
            self._dirty.discard(number)
            with suppress(ValueError):  # one that its user has closed has nothing left
                self._streams[number].flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._streams[_speaking.get()], name)
