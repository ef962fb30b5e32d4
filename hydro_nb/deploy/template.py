"""Children forked from one template process, which has loaded what each of them needs: 2 ms instead of 100 each."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import socket
import subprocess
import sys
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from hydro_nb.deploy.child import Piped, Pipes, close, lodgers
from hydro_nb.deploy.io import IO, Callback
from hydro_nb.deploy.launcher import KILL, title_of
from hydro_nb.deploy.spawn import ROOT, STUB
from hydro_nb.environ import copied
from hydro_nb.runtime.template import MESSAGE_BYTES, Ended, Exited, Fork, Loaded, Order, Ready, Reap, Started, Told
from hydro_nb.wire import Bootstrap

_CROWDED = (errno.EAGAIN, errno.ENOBUFS, errno.ETOOMANYREFS)
"""What sending says that may succeed once something else has been taken."""
AT_ONCE = 32
"""How many forks may be under way: the system limits how many descriptors are."""
Names: TypeAlias = Callable[[Sequence[str]], object]
_LIMITS = tuple(getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_"))
_TOLD = msgspec.msgpack.Decoder(Told)
_AT_START = (
    *(b"PYTHON", b"LD_", b"MALLOC_", b"GLIBC_", b"LC_", b"LANG"),
    *(b"OMP_", b"GOMP_", b"KMP_", b"OPENBLAS_", b"MKL_", b"BLIS_", b"NUMEXPR_", b"NUMBA_", b"NPY_", b"NUMPY_"),
    *(b"ARROW_", b"POLARS_", b"MPL", b"CUDA_", b"JAX_", b"XLA_", b"TF_", b"TORCH_", b"HF_", b"TOKENIZERS_"),
)


def settings() -> dict[bytes, bytes]:
    """Give the part of the environment that is only read when a process starts, or a well-known library is loaded."""
    return {name: value for name, value in copied().items() if name.startswith(_AT_START)}


def fork_of(number: int, boot: Bootstrap) -> Fork:
    """Ask for a child that has of the system what the kernel has at this moment."""
    limits = {each: resource.getrlimit(each) for each in _LIMITS}
    return Fork(number, f"hydro_nb:{title_of(boot)}", _umask(), limits, sorted(os.sched_getaffinity(0)))


def _umask() -> int:
    # asking the system itself would set it for a moment, in all threads
    status = Path("/proc/self/status").read_text("ascii", "replace")
    return int(status.partition("Umask:")[2].split(maxsplit=1)[0], 8)


class Forked(Piped):
    """A child of a template; its process id is known once it says so."""

    pid = 0

    def __init__(
        self, number: int, descriptors: Sequence[int], frames: Iterable[bytes], abandon: Callable[[int], object]
    ) -> None:
        super().__init__(descriptors, frames)
        self._abandon = abandon
        self.number = number
        self.lodgers = lodgers(self, descriptors)
        self._code: int | None = None
        self.epitaph = ""
        self._signals: list[int] = []

    def poll(self) -> int | None:
        """Give its exit code, or None while it runs."""
        return self._code

    def watch(self, io: IO, ended: Callback) -> None:
        """Call this in the I/O thread when it has ended."""
        self._watchers.append(ended)
        if self._code is not None:
            io.submit(ended)

    def signal(self, number: int) -> None:
        """Send a signal to its whole session group, as soon as it has one."""
        if self._code is not None:
            return
        if not self.pid:
            self._signals.append(number)
            if self._signals.count(KILL) > 1:
                # it was to end some time ago, and there is none yet
                self._abandon(self.number)
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def started(self, pid: int) -> None:
        """Note its process id."""
        self.pid = pid
        for number in self._signals:
            self.signal(number)

    def ended(self, code: int, epitaph: str = "") -> None:
        """Note how it ended."""
        self._code = code
        self.epitaph = epitaph
        self._tell()


class Template:
    """A template process, as the I/O thread sees it.

    `loaded` hears what its children load beyond what it has, `ready` which of `modules` it cannot have.
    """

    def __init__(
        self,
        io: IO,
        loaded: Names,
        modules: Sequence[str] = (),
        ready: Names = lambda _: None,
    ) -> None:
        self._io = io
        self._loaded = loaded
        self._modules = tuple(modules)
        self._ready: Names | None = ready
        self._settings = settings()
        self._over = False
        self._leaving = False
        self._children: dict[int, Forked] = {}
        self._number = 0
        self._unsent: deque[tuple[Order, list[int]]] = deque()
        self._under_way: set[int] = set()
        self._link, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._link.settimeout(0)
        with theirs:
            self._process = self._begun(theirs.fileno())
        self._end_of_it = os.pidfd_open(self._process.pid)
        io.watch(self._link.fileno(), self._listen)
        io.watch(self._end_of_it, self._gone)

    def _begun(self, link: int) -> subprocess.Popen[bytes]:
        stub = STUB.format("template", "sys.argv[3:]")
        command = [sys.executable, "-P", "-c", stub, ROOT, "hydro_nb:template", *self._modules]
        try:
            return subprocess.Popen(  # noqa: S603 - this interpreter runs this package
                command, stdin=link, stdout=subprocess.DEVNULL, env=copied(), start_new_session=True
            )
        except BaseException:
            self._link.close()
            raise

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._over

    @property
    def fits(self) -> bool:
        """Whether it can fork what is started now."""
        return not self._over and self._settings == settings()

    # ------------------------------------------------------------ to the template

    def start(self, boot: Bootstrap, *captures: bytes) -> Forked:
        """Fork a child; it is told all else by its own pipe."""
        pipes = Pipes(len(boot.residents))
        told = msgspec.msgpack.encode(replace(boot, environment=copied()))
        self._number += 1
        child = self._children[self._number] = Forked(self._number, pipes.ours, (told, *captures), self._abandon)
        self._unsent.append((fork_of(child.number, boot), pipes.theirs))
        self._flush()
        return child

    def _flush(self) -> None:
        while self._unsent and len(self._under_way) < AT_ONCE:
            order, descriptors = self._unsent[0]
            try:
                self._send(order, descriptors)
            except OSError as error:
                if error.errno in _CROWDED and self._under_way:
                    return
                self._refused(order, error)
            self._unsent.popleft()
            close(descriptors)

    def _send(self, order: Order, descriptors: list[int]) -> None:
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", descriptors))] if descriptors else []
        self._link.sendmsg([msgspec.msgpack.encode(order)], rights)
        if isinstance(order, Fork):
            self._under_way.add(order.number)

    def _refused(self, order: Order, error: OSError) -> None:
        """Let a child that cannot be asked for be one that has ended; that the template has, is told elsewhere."""
        if isinstance(order, Fork) and error.errno not in (errno.EPIPE, errno.ECONNRESET):
            self._end(order.number, -KILL, f"could not be forked: {error}")

    def _abandon(self, number: int) -> None:
        """Wait no longer for a child that has not been forked; should it ever be, it ends at once."""
        self._end(number, -KILL, "was to end before it was forked")

    # ------------------------------------------------------------ from the template

    def _listen(self) -> None:
        while not self._over:
            try:
                body = self._link.recv(MESSAGE_BYTES)
            except BlockingIOError:
                return
            except OSError:
                body = b""
            if not body:
                self.end()
                return
            self._hear(_TOLD.decode(body))

    def _hear(self, told: Told) -> None:
        match told:
            case Loaded():
                self._loaded(told.names)
            case Ready():
                self._say_ready(told.threaded)
            case Started(pid=0):
                self._end(told.number, -KILL, f"could not be forked: {told.why}")
            case Started():
                self._started(told)
            case Exited():
                if told.number in self._children:
                    # what it started in its session ends with it, while the session's number is still its own
                    self._children[told.number].signal(KILL)
                self._unsent.append((Reap(told.number), []))
            case Ended():
                self._end(told.number, told.code)
        self._flush()

    def _started(self, told: Started) -> None:
        self._under_way.discard(told.number)
        child = self._children.get(told.number)
        if child is not None:
            child.started(told.pid)
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(told.pid, KILL)

    def _say_ready(self, threaded: Sequence[str]) -> None:
        ready, self._ready = self._ready, None
        if ready is not None:
            ready(threaded)

    def _end(self, number: int, code: int, epitaph: str = "") -> None:
        self._under_way.discard(number)
        child = self._children.pop(number, None)
        if child is not None:
            child.ended(code, epitaph)
        if self._leaving:
            self.leave()

    def _gone(self) -> None:
        """Hear its last words: the socket need not end with it, as what its children have forked may hold it too."""
        self._listen()
        self.end()

    def end(self) -> None:
        """End it; its children end with it, by the system's word; what it was loading may have ended it."""
        if self._over:
            return
        self.close()
        self._say_ready(self._modules)
        for number, child in list(self._children.items()):
            child.signal(KILL)
            self._end(number, -KILL, f"was killed with process {self.pid}, which it was forked from")

    # ------------------------------------------------------------ its end

    def leave(self) -> None:
        """End with the last child."""
        self._leaving = True
        if not self._children:
            self.close()

    def close(self) -> None:
        """End it; a second time does nothing."""
        if self._over:
            return
        self._over = True
        self._io.forget(self._link.fileno())
        self._io.forget(self._end_of_it)
        self._link.close()
        os.close(self._end_of_it)
        for _, descriptors in self._unsent:
            close(descriptors)
        self._unsent.clear()
        self._process.kill()
        self._process.wait()
