"""What a location prints while it runs inside the kernel, as tagged lines."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable, Generator
from typing import Literal

from hydro_nb.wire import LogLine

Stream = Literal["stdout", "stderr"]


class _Writer(io.TextIOBase):
    """Stands for stdout or stderr of one location; a line is passed on when it is complete."""

    def __init__(self, location: str, stream: Stream, printed: Callable[[list[LogLine]], None]) -> None:
        super().__init__()
        self._location = location
        self._stream: Stream = stream
        self._printed = printed
        self._partial = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        *whole, self._partial = (self._partial + text).split("\n")
        if whole:
            self._printed([self._line(line) for line in whole])
        return len(text)

    def _line(self, text: str) -> LogLine:
        level = "info" if self._stream == "stdout" else "error"
        return LogLine(self._location, 0, self._stream, level, time.time(), text.removesuffix("\r"))

    def finish(self) -> None:
        """Pass on a last line without an end."""
        partial, self._partial = self._partial, ""
        if partial:
            self._printed([self._line(partial)])


class Capture:
    """Both streams of one location."""

    def __init__(self, location: str, printed: Callable[[list[LogLine]], None]) -> None:
        self._out = _Writer(location, "stdout", printed)
        self._err = _Writer(location, "stderr", printed)

    @contextlib.contextmanager
    def active(self) -> Generator[None]:
        """Take what is printed inside."""
        with contextlib.redirect_stdout(self._out), contextlib.redirect_stderr(self._err):
            yield

    def finish(self) -> None:
        """Pass on what is left."""
        self._out.finish()
        self._err.finish()
