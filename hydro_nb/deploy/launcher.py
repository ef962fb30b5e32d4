"""How children come to be: one interface, so that other ways to start a process fit in its place."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Protocol, cast

import msgspec
from msgspec.structs import replace

import hydro_nb
from hydro_nb.wire import LENGTH, Bootstrap, member_of

_STUB = "import sys; sys.path.insert(0, sys.argv[1]); from hydro_nb.runtime.bootstrap import main; main()"


class Child(Protocol):
    """A started process, with descriptors of its own."""

    @property
    def pid(self) -> int:
        """Its process id."""
        ...

    @property
    def stdout(self) -> int:
        """Descriptor to read what it prints."""
        ...

    @property
    def stderr(self) -> int:
        """Descriptor to read what it complains of."""
        ...

    def feed(self) -> bool:
        """Write more of its bootstrap frames; True when all is written."""
        ...

    @property
    def stdin(self) -> int:
        """Descriptor of its lifeline; closing it ends the child."""
        ...

    def poll(self) -> int | None:
        """Give its exit code, or None while it runs; reaps it."""
        ...

    def signal(self, number: int) -> None:
        """Send a signal to it and to what it started."""
        ...

    def close(self) -> None:
        """Close the descriptors."""
        ...

    @property
    def lodgers(self) -> Sequence[Child]:
        """What stands for the same process as a child of its own, for each further resident."""
        ...


class Launcher(Protocol):
    """Starts children somewhere."""

    def start(self, boot: Bootstrap, *captures: bytes) -> Child:
        """Start one process, of one resident or of several, given the captured values of each."""
        ...


class Spawn:
    """Starts a fresh interpreter per process on this machine."""

    def start(self, boot: Bootstrap, *captures: bytes) -> Child:
        """Start one process in a session of its own, with a pipe for each stream of each resident."""
        root = str(Path(hydro_nb.__path__[0]).parent)
        command = [sys.executable, "-P", "-c", _STUB, root, f"hydro_nb:{title_of(boot)}"]
        pipes = _Pipes(2 * (len(boot.residents) - 1))
        try:
            process = subprocess.Popen(  # noqa: S603 - this interpreter runs this package
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                pass_fds=pipes.theirs,
                bufsize=0,
            )
        except BaseException:
            pipes.close(pipes.ours)
            raise
        finally:
            pipes.close(pipes.theirs)
        told = msgspec.msgpack.encode(replace(boot, outputs=_pairs(pipes.theirs)))
        return Spawned(process, b"".join(map(frame, (told, *captures))), _pairs(pipes.ours))


class _Pipes:
    """Pipes from a process that is about to start."""

    def __init__(self, count: int) -> None:
        self.ours: list[int] = []
        self.theirs: list[int] = []
        try:
            for _ in range(count):
                ours, theirs = os.pipe()
                self.ours.append(ours)
                self.theirs.append(theirs)
        except OSError:
            self.close([*self.ours, *self.theirs])
            raise

    def close(self, descriptors: list[int]) -> None:
        """Close some."""
        for fd in descriptors:
            os.close(fd)


def _pairs(descriptors: list[int]) -> tuple[tuple[int, int], ...]:
    return tuple(zip(descriptors[::2], descriptors[1::2], strict=True))


def title_of(boot: Bootstrap) -> str:
    """Give what a child is called in lists of processes."""
    return "+".join(each.program.title(member_of(each.peer)) for each in boot.residents)


def frame(body: bytes) -> bytes:
    """Prefix a bootstrap frame with its length."""
    return LENGTH.pack(len(body)) + body


class Spawned:
    """A child of `Spawn`."""

    def __init__(
        self, process: subprocess.Popen[bytes], payload: bytes, outputs: Sequence[tuple[int, int]] = ()
    ) -> None:
        self._process = process
        self._payload = memoryview(payload)
        self.lodgers = [Lodger(self, *pair) for pair in outputs]
        for fd in (self.stdin, self.stdout, self.stderr, *(fd for pair in outputs for fd in pair)):
            os.set_blocking(fd, False)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def stdin(self) -> int:
        """Descriptor of its lifeline."""
        return cast("IO[bytes]", self._process.stdin).fileno()

    @property
    def stdout(self) -> int:
        """Descriptor to read what it prints."""
        return cast("IO[bytes]", self._process.stdout).fileno()

    @property
    def stderr(self) -> int:
        """Descriptor to read what it complains of."""
        return cast("IO[bytes]", self._process.stderr).fileno()

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
        return True

    def poll(self) -> int | None:
        """Give its exit code, or None while it runs; what it started in its session ends with it."""
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            # as long as it is not reaped its number cannot mean another group
            if self._process.returncode is None and self._ended:
                os.killpg(self.pid, KILL)
        return self._process.poll()

    @property
    def _ended(self) -> bool:
        if not hasattr(os, "waitid"):
            return False
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def signal(self, number: int) -> None:
        """Send a signal to its whole session group."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def close(self) -> None:
        """Close the descriptors."""
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            cast("IO[bytes]", pipe).close()


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

    def feed(self) -> bool:
        """Do nothing: the frames of the first resident hold those of all."""
        return True

    def poll(self) -> int | None:
        """Give the exit code of the process, or None while it runs."""
        return self._process.poll()

    def signal(self, number: int) -> None:
        """Send a signal to the process, and so to all of its residents."""
        self._process.signal(number)

    def close(self) -> None:
        """Close the descriptors."""
        os.close(self.stdout)
        os.close(self.stderr)


KILL, TERMINATE = signal.SIGKILL, signal.SIGTERM


def exit_text(code: int) -> str:
    """Say in words how a process ended.

    >>> exit_text(-9)
    'was killed (SIGKILL)'
    """
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was killed ({signal.Signals(-code).name})"
    except ValueError:
        return f"was killed (signal {-code})"
