"""The start of a child: read what to be from stdin, guard its end, and live.

Nothing secret is in the arguments or the environment: the program, the sockets, the token and the captured values
come as length-prefixed frames on stdin, which stays open as the child's lifeline.
"""

from __future__ import annotations

import builtins
import ctypes
import faulthandler
import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from typing import NoReturn

from msgspec.structs import replace

from hydro_nb.errors import HydroError
from hydro_nb.runtime import zmq_channel
from hydro_nb.runtime.clock import SystemClock
from hydro_nb.runtime.host import Host
from hydro_nb.runtime.loop import flush_streams
from hydro_nb.runtime.report import Reporter, decode_bootstrap
from hydro_nb.wire import LENGTH, Bootstrap, Problem

_PR_SET_PDEATHSIG = 1


class _NoInput(io.TextIOBase):
    """The stdin of a process of a flow: every read says that there is none."""

    def readable(self) -> bool:
        return True

    def readline(self, size: int | None = -1, /) -> NoReturn:  # pyright: ignore[reportIncompatibleMethodOverride]
        return _refuse_input(size)

    def read(self, size: int | None = -1, /) -> NoReturn:
        return _refuse_input(size)


def _refuse_input(_prompt: object = "") -> NoReturn:
    raise HydroError(
        "`input()` was called on a process of a flow, which has no keyboard. "
        "Read the value where the flow is built, or send it in through `source_external`."
    )


def main(outputs: Sequence[int] = (), leave: Callable[[], object] = lambda: None) -> NoReturn:
    """Run one process or several, and call `leave` at the end.

    `outputs` are the descriptors of further residents, where they are not those that the kernel knows.
    """
    lifeline = _take_stdin()
    parent = os.getppid()
    boot = decode_bootstrap(_read(lifeline))
    captures = [_read(lifeline) for _ in boot.residents]
    _guard(lifeline, parent)
    if outputs:
        boot = replace(boot, outputs=tuple(zip(outputs[::2], outputs[1::2], strict=True)))
    _become(boot)
    code = _live(boot, captures)
    flush_streams()
    leave()
    os._exit(code)


def _take_stdin() -> int:
    """Move the lifeline away from descriptor 0, where the user's code could read it."""
    lifeline = os.dup(0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    return lifeline


def _read(fd: int) -> bytes:
    (length,) = LENGTH.unpack(_exactly(fd, LENGTH.size))
    return _exactly(fd, length)


def _exactly(fd: int, size: int) -> bytes:
    parts: list[bytes] = []
    while size:
        part = os.read(fd, min(size, 1 << 20))
        if not part:
            os._exit(0)
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _guard(lifeline: int, parent: int) -> None:
    """Die with the kernel: on the lifeline's end everywhere, and by the system's word on Linux."""
    threading.Thread(target=_watch, args=(lifeline,), name="hydro-lifeline", daemon=True).start()
    if sys.platform == "linux":
        die_with_parent(signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)


def die_with_parent(number: int) -> None:
    """Let the system send this signal when the parent ends, or the thread of it that made this process; on Linux."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)


def _watch(lifeline: int) -> None:
    while os.read(lifeline, 4096):
        pass
    if os.getpgrp() == os.getpid():
        # with what the user's code has started
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def _become(boot: Bootstrap) -> None:
    """Take over the kernel's folder and import path, and a process's manners."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    if boot.environment is not None:
        os.environb.clear()
        os.environb.update(boot.environment)
    os.chdir(boot.cwd)
    sys.path[:] = boot.path
    sys.argv[:] = [""]
    sys.stdin = _NoInput()
    builtins.input = _refuse_input
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)


def _live(boot: Bootstrap, captures: list[bytes]) -> int:
    context = zmq_channel.context_of(boot.keys)
    line = zmq_channel.Line(context, boot.control)
    clock = SystemClock()
    reporter = Reporter(line, clock)
    reporter.hello(boot.token, *(each.peer for each in boot.residents))
    try:
        return Host(boot, context, reporter, clock).run(captures)
    except BaseException as error:  # noqa: BLE001 - whatever stops a child is told to the kernel, then it ends
        reporter.event(Problem(boot.residents[0].peer, clock.time(), f"{type(error).__name__}: {error}"))
        return 1
    finally:
        line.close()
        context.term()


if __name__ == "__main__":
    main()
