"""What every child of this machine has, however it was started: pipes, what is fed to it, who waits for its end."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from hydro_nb.deploy.io import IO, Callback
from hydro_nb.deploy.launcher import Child, frame

STANDARD = 3


class Pipes:
    """The pipes of a process that is about to start: stdin, stdout, stderr, and two for each further resident."""

    def __init__(self, residents: int) -> None:
        self.ours: list[int] = []
        self.theirs: list[int] = []
        try:
            self._add(os.pipe()[::-1])
            for _ in range(2 * residents):
                self._add(os.pipe())
        except OSError:
            close([*self.ours, *self.theirs])
            raise

    def _add(self, ends: Sequence[int]) -> None:
        self.ours.append(ends[0])
        self.theirs.append(ends[1])


def close(descriptors: Iterable[int]) -> None:
    """Close some."""
    for fd in descriptors:
        os.close(fd)


def pairs(descriptors: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Give the descriptors of further residents two by two."""
    return tuple(zip(descriptors[::2], descriptors[1::2], strict=True))


class Piped:
    """A child with pipes to this process."""

    epitaph = ""

    def __init__(self, descriptors: Sequence[int], frames: Iterable[bytes]) -> None:
        self._descriptors = descriptors
        self.stdin, self.stdout, self.stderr = descriptors[:STANDARD]
        self._payload = memoryview(b"".join(map(frame, frames)))
        self._watchers: list[Callback] = []
        for fd in descriptors:
            os.set_blocking(fd, False)

    def feed(self) -> bool:
        """Write as much of the bootstrap frames as the pipe takes."""
        while self._payload:
            try:
                written = os.write(self.stdin, self._payload[: 1 << 20])
            except BlockingIOError:
                return False
            except BrokenPipeError:
                # it ended already, and its exit says more than this pipe
                written = len(self._payload)
            self._payload = self._payload[written:]
        # what was told is secret, and may be large
        self._payload = memoryview(b"")
        return True

    def _tell(self) -> None:
        for ended in self._watchers:
            ended()

    @property
    def process(self) -> object:
        """The OS process that it is."""
        return self

    def close(self) -> None:
        """Close the descriptors; those of lodgers are theirs."""
        close(self._descriptors[:STANDARD])


def lodgers(process: Child, descriptors: Sequence[int]) -> list[Lodger]:
    """Give the further residents of a process."""
    return [Lodger(process, *pair) for pair in pairs(descriptors[STANDARD:])]


class Lodger:
    """A further resident of a process: its output is its own, its life is that of the process."""

    stdin = -1
    lodgers: Sequence[Child] = ()

    def __init__(self, process: Child, stdout: int, stderr: int) -> None:
        self._process = process
        self.stdout = stdout
        self.stderr = stderr

    @property
    def pid(self) -> int:
        """Id of the process."""
        return self._process.pid

    @property
    def epitaph(self) -> str:
        """How the process ended."""
        return self._process.epitaph

    @property
    def process(self) -> object:
        """The OS process where it lives."""
        return self._process.process

    def feed(self) -> bool:
        """Do nothing: the frames of the first resident hold those of all."""
        return True

    def poll(self) -> int | None:
        """Give the exit code of the process, or None while it runs."""
        return self._process.poll()

    def watch(self, io: IO, ended: Callback) -> None:
        """Call this in the I/O thread when the process has ended."""
        self._process.watch(io, ended)

    def signal(self, number: int) -> None:
        """Send a signal to the process, and so to all of its residents."""
        self._process.signal(number)

    def close(self) -> None:
        """Close the descriptors."""
        close((self.stdout, self.stderr))
