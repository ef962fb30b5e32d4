"""One process as its supervisor sees it: the child, its pipes, how far it has come, how it ended."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from hydro_nb.deploy.io import IO
from hydro_nb.deploy.launcher import Child, exit_text
from hydro_nb.telemetry.logs import Logs, Splitter
from hydro_nb.wire import LocationProgram, LogLine, PeerGone, Phase, Problem, Stop, member_of

CHUNK = 64 * 1024
_POLL_SECONDS = 0.05


class Member:
    """A child of a deployment; used in the I/O thread only."""

    def __init__(
        self, place: LocationProgram, peer: int, child: Child, io: IO, *, shared: tuple[str, ...] = ()
    ) -> None:
        self.place = place
        self.id = peer
        self.name = place.title(member_of(peer))
        self.child = child
        self.shared = shared
        """who else lives in the same process"""
        self.identity = b""
        self.phase: Phase = "starting"
        self.problem: Problem | None = None
        self.exit_code: int | None = None
        self.over = False
        self.reason = ""
        """how it ended"""
        self.ran = False
        """whether it came as far as running"""
        self.on_purpose = False
        self.unsaid: list[PeerGone | Stop] = []
        """what has happened since it was started, while it cannot hear yet"""
        self._io = io
        self._splitters = {"stdout": Splitter(), "stderr": Splitter()}
        self._open = {"stdout": child.stdout, "stderr": child.stderr}
        self._pidfd = -1
        self._closed = False

    @property
    def ended(self) -> bool:
        """Whether it runs no more: its process has ended, or it has failed in one that it shares."""
        return self.exit_code is not None or (bool(self.shared) and self.phase == "failed")

    def end(self, *, stopping: bool) -> Phase:
        """Note that it has ended; gives what became of it: one that had failed by itself was not killed."""
        self.over = True
        self.reason = self.problem.error if self.problem is not None else "" if stopping else self._exit()
        if self.on_purpose and self.problem is None and not stopping:
            return "killed"
        return "failed" if self.reason else "stopped"

    def _exit(self) -> str:
        others = ", ".join(f"`{name}`" for name in self.shared)
        return exit_text(self.exit_code or 0) + (f", the OS process that it shared with {others}" if others else "")

    @property
    def number(self) -> int:
        """Which member of its cluster it is."""
        return member_of(self.id)

    @property
    def obituary(self) -> str:
        """How it ended, as its peers are told."""
        return f"process `{self.name}` has ended: {self.reason or 'it ended'}"

    @property
    def left(self) -> bool:
        """Whether nothing is left of it, its process neither."""
        return self.over and self.exit_code is not None

    def watch(self, printed: Callable[[list[LogLine]], None], exited: Callable[[], None], logs: Logs) -> None:
        """Start to read its pipes and to wait for its end."""
        for stream, fd in self._open.items():
            self._io.watch(fd, lambda stream=stream: printed(self._read(stream, logs, CHUNK)))
        self._watch_exit(exited)
        self._feed()

    def _feed(self) -> None:
        fd = self.child.stdin
        self._io.forget(fd)
        if not self.child.feed():
            self._io.watch(fd, self._feed, write=True)

    def _watch_exit(self, exited: Callable[[], None]) -> None:
        try:
            self._pidfd = os.pidfd_open(self.child.pid)
        except (AttributeError, OSError):
            self._poll_exit(exited)
            return
        self._io.watch(self._pidfd, lambda: self._reap(exited))

    def _poll_exit(self, exited: Callable[[], None]) -> None:
        self._reap(exited)
        if self.exit_code is None:
            self._io.later(_POLL_SECONDS, lambda: self._poll_exit(exited))

    def _reap(self, exited: Callable[[], None]) -> None:
        self.exit_code = self.child.poll()
        if self.exit_code is not None:
            self._close_pidfd()
            exited()

    def _close_pidfd(self) -> None:
        if self._pidfd >= 0:
            self._io.forget(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = -1

    def drained(self, logs: Logs) -> list[LogLine]:
        """Read everything that is in its pipes now."""
        return [line for stream in tuple(self._open) for line in self._read(stream, logs, 1 << 62)]

    def _read(self, stream: str, logs: Logs, limit: int) -> list[LogLine]:
        lines: list[LogLine] = []
        while limit > 0 and stream in self._open:
            try:
                raw = os.read(self._open[stream], CHUNK)
            except BlockingIOError:
                break
            limit -= CHUNK
            if not raw:
                self._io.forget(self._open.pop(stream))
                break
            logs.write(self.name, raw)
            lines += self._lines(stream, self._splitters[stream].feed(raw))
        return lines

    def _lines(self, stream: str, texts: list[str]) -> list[LogLine]:
        level = "info" if stream == "stdout" else "error"
        now = time.time()
        kind = "stdout" if stream == "stdout" else "stderr"
        member = member_of(self.id) if self.place.kind == "cluster" else None
        return [LogLine(self.place.name, member, kind, level, now, text) for text in texts]

    def last_words(self, logs: Logs) -> list[LogLine]:
        """Read what is left when it has ended, including a line without an end."""
        lines = self.drained(logs)
        for stream, splitter in self._splitters.items():
            lines += self._lines(stream, splitter.rest())
        return lines

    def close(self) -> None:
        """Close its pipes; a second time does nothing."""
        if self._closed:
            return
        self._closed = True
        for fd in self._open.values():
            self._io.forget(fd)
        self._open.clear()
        self._io.forget(self.child.stdin)
        self._close_pidfd()
        self.child.close()
