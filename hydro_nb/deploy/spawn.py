"""A fresh interpreter for every process: how children start where there is no template to fork."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

import hydro_nb
from hydro_nb.deploy.child import STANDARD, Piped, Pipes, close, lodgers, pairs
from hydro_nb.deploy.io import IO, Callback
from hydro_nb.deploy.launcher import KILL, title_of
from hydro_nb.environ import copied
from hydro_nb.wire import Bootstrap

STUB = "import sys; sys.path.insert(0, sys.argv[1]); from hydro_nb.runtime.{} import main; main({})"
ROOT = str(Path(hydro_nb.__path__[0]).parent)
_POLL_SECONDS = 0.05


class Spawn:
    """Starts a fresh interpreter per process on this machine."""

    def start(self, boot: Bootstrap, *captures: bytes) -> Spawned:
        """Start one process in a session of its own, with a pipe for each stream of each resident."""
        command = [sys.executable, "-P", "-c", STUB.format("bootstrap", ""), ROOT, f"hydro_nb:{title_of(boot)}"]
        pipes = Pipes(len(boot.residents))
        try:
            stdin, stdout, stderr, *others = pipes.theirs
            process = subprocess.Popen(  # noqa: S603 - this interpreter runs this package
                command,
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                env=copied(),
                start_new_session=True,
                pass_fds=others,
                bufsize=0,
            )
        except BaseException:
            close(pipes.ours)
            raise
        finally:
            close(pipes.theirs)
        told = msgspec.msgpack.encode(replace(boot, outputs=pairs(pipes.theirs[STANDARD:])))
        return Spawned(process, pipes.ours, (told, *captures))


class Spawned(Piped):
    """A child of `Spawn`."""

    def __init__(self, process: subprocess.Popen[bytes], descriptors: Sequence[int], frames: Iterable[bytes]) -> None:
        super().__init__(descriptors, frames)
        self._popen = process
        self.lodgers = lodgers(self, descriptors)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._popen.pid

    def poll(self) -> int | None:
        """Give its exit code, or None while it runs; what it started in its session ends with it."""
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            # as long as it is not reaped its number cannot mean another group
            if self._popen.returncode is None and self._ended:
                os.killpg(self.pid, KILL)
        return self._popen.poll()

    @property
    def _ended(self) -> bool:
        if not hasattr(os, "waitid"):
            return False
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def watch(self, io: IO, ended: Callback) -> None:
        """Call this in the I/O thread when it has ended."""
        self._watchers.append(ended)
        if len(self._watchers) > 1:
            return
        try:
            fd = os.pidfd_open(self.pid)
        except (AttributeError, OSError):
            self._poll_again(io)
        else:
            io.watch(fd, lambda: self._gone(io, fd))

    def _gone(self, io: IO, fd: int) -> None:
        io.forget(fd)
        os.close(fd)
        self._tell()

    def _poll_again(self, io: IO) -> None:
        if self.poll() is None:
            io.later(_POLL_SECONDS, lambda: self._poll_again(io))
        else:
            self._tell()

    def signal(self, number: int) -> None:
        """Send a signal to its whole session group."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)
