"""The template process: a child that has loaded what every process of a flow needs, and is forked for each of them.

It does nothing but listen to the kernel at its one socket, which is its stdin, and fork. It loads modules only before
it says that it is ready, has one thread and no ZeroMQ context, and ends when the kernel does.
"""

from __future__ import annotations

import array
import contextlib
import gc
import importlib
import os
import random
import resource
import selectors
import signal
import socket
import sys
import time
import traceback
from collections.abc import Iterable, Sequence
from typing import NoReturn, TypeAlias

import msgspec
import setproctitle

from hydro_nb.runtime import bootstrap

MOST_DESCRIPTORS = 253
"""How many descriptors Linux takes with one message (SCM_MAX_FD)."""
MESSAGE_BYTES = 64 * 1024
_MOST_NAMES = 500
_NEEDED = ("hydro_nb.runtime.codec.packed",)
"""what nearly every child loads late, which takes it longer than all else: here it is loaded once"""
_MAY_HAVE_THREADS = ("numpy",)
"""modules whose native threads are made again after a fork by what they are made with (OpenBLAS does)"""


class Fork(msgspec.Struct, frozen=True, tag="fork"):
    """To the template, with descriptors: stdin, stdout and stderr of the child, then those of further residents."""

    number: int
    title: str
    umask: int
    limits: dict[int, tuple[int, int]]
    """of the kernel at this moment, soft and hard, by the number of the resource"""
    processors: list[int]
    """on which the kernel may run"""


class Reap(msgspec.Struct, frozen=True, tag="reap"):
    """To the template: nobody uses the process id of this child any more."""

    number: int


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """From the template: it is loaded; `threaded` are modules which it is not, since they start threads."""

    threaded: tuple[str, ...] = ()


class Started(msgspec.Struct, frozen=True, tag="started"):
    """From a child, in a session of its own by now; 0 where it could not be forked, and why."""

    number: int
    pid: int
    why: str = ""


class Exited(msgspec.Struct, frozen=True, tag="exited"):
    """From the template: a child has ended; its process id stays its own until the kernel says that it may go."""

    number: int


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """From the template: nothing is left of a child; how it ended: an exit code, or a signal as a negative number."""

    number: int
    code: int


class Loaded(msgspec.Struct, frozen=True, tag="loaded"):
    """From a child that ends well: which modules it loaded, by the names of their packages where they are installed."""

    names: tuple[str, ...]


Order: TypeAlias = Fork | Reap
Told: TypeAlias = Ready | Started | Exited | Ended | Loaded

ORDERS = msgspec.msgpack.Decoder(Order)


def main(modules: Sequence[str]) -> NoReturn:
    """Load modules, then fork on request; called by the command line of the template."""
    link = _take_link()
    kernel = _guard()
    threaded = _load([*_NEEDED, *modules])
    gc.collect()
    gc.freeze()
    Template(link, kernel).serve(Ready(threaded))


def _take_link() -> socket.socket:
    """Move the socket away from descriptor 0, which becomes a child's stdin."""
    link = socket.socket(fileno=os.dup(0))
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.close(null)
    return link


def _guard() -> int:
    """End with the kernel, and by nothing that is meant for the kernel; gives what tells that it has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    bootstrap.die_with_parent(signal.SIGKILL)
    return os.pidfd_open(os.getppid())


def _load(modules: Sequence[str]) -> tuple[str, ...]:
    """Import what the flow needs; what starts threads cannot be forked, so this template ends and says which it was."""
    for name in modules:
        before = _threads()
        try:
            importlib.import_module(name)
        except BaseException:  # noqa: BLE001, S112 - the child that needs it says so, with its own traceback
            continue
        if _threads() > before and name.partition(".")[0] not in _MAY_HAVE_THREADS:
            return (name,)
    return ()


def _threads() -> int:
    return sum(1 for _ in os.scandir("/proc/self/task"))


def _packages(modules: Iterable[str]) -> tuple[str, ...]:
    """Name those of the standard library and ours one by one, others by their package, which knows what it needs."""
    whole = sys.stdlib_module_names | {"hydro_nb"}
    names = {name if name.partition(".")[0] in whole else name.partition(".")[0] for name in modules}
    return tuple(sorted(names))[:_MOST_NAMES]


class Template:
    """What is forked."""

    def __init__(self, link: socket.socket, kernel: int) -> None:
        self._link = link
        self._kernel = kernel
        self._selector = selectors.DefaultSelector()
        self._selector.register(link, selectors.EVENT_READ, self._hear)
        self._pids: dict[int, int] = {}
        self._own_pid = os.getpid()

    def serve(self, ready: Ready) -> NoReturn:
        """Fork, and tell of the ends of what was forked, until the kernel closes the socket."""
        self._tell(ready)
        if ready.threaded:
            os._exit(0)
        signal.signal(signal.SIGTERM, self._leave)
        # one that was stopped goes on, and sees the end of the kernel; the socket may still be held by a fork of it
        bootstrap.die_with_parent(signal.SIGCONT)
        self._selector.register(self._kernel, selectors.EVENT_READ, self._leave)
        while True:
            for key, _ in self._selector.select():
                key.data()

    def _tell(self, told: Told) -> None:
        try:
            self._link.sendall(msgspec.msgpack.encode(told))
        except OSError:
            self._leave()

    def _leave(self, *_: object) -> NoReturn:
        """End as the kernel has ended, and with it the children, stopped ones too, and what they started."""
        # a child that is only just forked is no template, though the signal finds it here
        for pid in self._pids.values() if os.getpid() == self._own_pid else ():
            _end(pid)
        os._exit(0)

    def _hear(self) -> None:
        body, descriptors = _received(self._link)
        if not body:
            self._leave()
        order = ORDERS.decode(body)
        if isinstance(order, Fork):
            self._fork(order, descriptors)
        else:
            _, status = os.waitpid(self._pids.pop(order.number), 0)
            self._tell(Ended(order.number, os.waitstatus_to_exitcode(status)))

    def _fork(self, order: Fork, descriptors: list[int]) -> None:
        try:
            pid = os.fork()
        except OSError as error:
            self._tell(Started(order.number, 0, str(error)))
            pid = -1
        if pid == 0:
            self._be(order, descriptors)
        for fd in descriptors:
            os.close(fd)
        if pid > 0:
            self._watch(order.number, pid)

    def _be(self, order: Fork, descriptors: list[int]) -> NoReturn:
        """Be the child: nothing that was the template's is left but what it had loaded."""
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.setsid()
            self._tell(Started(order.number, os.getpid()))
            self._let_go()
            before = frozenset(sys.modules)
            for target, fd in enumerate(descriptors[:3]):
                os.dup2(fd, target)
                os.close(fd)
            _renew(order)
            bootstrap.main(descriptors[3:], lambda: self._tell(Loaded(_packages(sys.modules.keys() - before))))
        except BaseException:  # noqa: BLE001 - whatever happens, a child must not go on as the template
            traceback.print_exc()
        os._exit(1)

    def _let_go(self) -> None:
        """Close in a child what its template watches, elder siblings too."""
        for key in list(self._selector.get_map().values()):
            if key.fileobj is not self._link:
                os.close(key.fd)
        self._selector.close()

    def _watch(self, number: int, pid: int) -> None:
        self._pids[number] = pid
        try:
            fd = os.pidfd_open(pid)
        except OSError as error:
            # one whose end would not be heard of is better not begun
            _end(pid)
            os.waitpid(self._pids.pop(number), 0)
            self._tell(Started(number, 0, str(error)))
            return
        self._selector.register(fd, selectors.EVENT_READ, lambda: self._exited(number, fd))

    def _exited(self, number: int, fd: int) -> None:
        self._selector.unregister(fd)
        os.close(fd)
        self._tell(Exited(number))


def _end(pid: int) -> None:
    """End a child and all of its session, or the child alone where it has none of its own yet."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _received(link: socket.socket) -> tuple[bytes, list[int]]:
    """Give a message and the descriptors that came with it."""
    numbers = array.array("i")
    room = socket.CMSG_LEN(MOST_DESCRIPTORS * numbers.itemsize)
    body, ancillary, _, _ = link.recvmsg(MESSAGE_BYTES, room, socket.MSG_CMSG_CLOEXEC)
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            numbers.frombytes(data[: len(data) - len(data) % numbers.itemsize])
    return body, list(numbers)


def _renew(order: Fork) -> None:
    """Make anew what would be the same in every child, or as it was when the template was started."""
    setproctitle.setproctitle(order.title)
    os.umask(order.umask)
    for number, limits in order.limits.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(number, limits)
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, order.processors)
    sys.stdout = sys.__stdout__ = open(1, "w", closefd=False)  # noqa: SIM115 - stdout for as long as it lives
    sys.stderr = sys.__stderr__ = open(2, "w", closefd=False)  # noqa: SIM115 - and stderr
    random.seed()
    numbers = sys.modules.get("numpy.random")
    if numbers is not None:
        numbers.seed()
    importlib.invalidate_caches()
    time.tzset()
