"""What a location prints while it runs inside the kernel, as tagged lines."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable, Generator

from hydro_nb.telemetry.blocks import LINE_LIMIT, Stream
from hydro_nb.wire import LocationProgram, LogLine, member_of

Who = tuple[str, int | None]
"""A location's name, and the number of a member"""


class _Writer(io.TextIOBase):
    """Stands for stdout or stderr of one location; a line is passed on when it is complete."""

    def __init__(self, who: Who, stream: Stream, printed: Callable[[list[LogLine]], None]) -> None:
        super().__init__()
        self._who = who
        self._stream: Stream = stream
        self._printed = printed
        self._partial = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        *whole, self._partial = (self._partial + text).split("\n")
        while len(self._partial) > LINE_LIMIT:
            whole.append(self._partial[:LINE_LIMIT])
            self._partial = self._partial[LINE_LIMIT:]
        if whole:
            self._printed([self._line(line) for line in whole])
        return len(text)

    def _line(self, text: str) -> LogLine:
        level = "info" if self._stream == "stdout" else "error"
        return LogLine(*self._who, self._stream, level, time.time(), text.removesuffix("\r"))

    def finish(self) -> None:
        """Pass on a last line without an end."""
        partial, self._partial = self._partial, ""
        if partial:
            self._printed([self._line(partial)])


class Capture:
    """Both streams of one location."""

    def __init__(self, place: LocationProgram, peer: int, printed: Callable[[list[LogLine]], None]) -> None:
        who = place.name, member_of(peer) if place.kind == "cluster" else None
        self._out = _Writer(who, "stdout", printed)
        self._err = _Writer(who, "stderr", printed)

    @contextlib.contextmanager
    def active(self) -> Generator[None]:
        """Take what is printed inside."""
        with contextlib.redirect_stdout(self._out), contextlib.redirect_stderr(self._err):
            yield

    def finish(self) -> None:
        """Pass on what is left."""
        self._out.finish()
        self._err.finish()
