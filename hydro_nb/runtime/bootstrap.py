"""The start of a child: read what to be from stdin, guard its end, and live.

Nothing secret is in the arguments or the environment: the program, the sockets, the token and the captured values
come as two length-prefixed frames on stdin, which stays open as the child's lifeline.
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
from typing import Any, NoReturn

import cloudpickle  # pyright: ignore[reportMissingTypeStubs] - it ships none
import msgspec

from hydro_nb.errors import HydroError
from hydro_nb.runtime import zmq_channel
from hydro_nb.runtime.clock import Clock, SystemClock
from hydro_nb.runtime.loop import Loop, flush_streams
from hydro_nb.runtime.render import Renderer
from hydro_nb.runtime.report import Reporter
from hydro_nb.runtime.wiring import Wiring
from hydro_nb.runtime.worker import Worker, member_id
from hydro_nb.values import act_as
from hydro_nb.wire import LENGTH, Bootstrap, ChannelSpec, Problem, Resident

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


def main() -> NoReturn:
    """Run one location; called by the launcher's command line."""
    lifeline = _take_stdin()
    parent = os.getppid()
    boot = msgspec.msgpack.decode(_read(lifeline), type=Bootstrap)
    payload = _read(lifeline)
    _guard(lifeline, parent)
    _become(boot)
    code = _live(boot, payload)
    flush_streams()
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
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)


def _watch(lifeline: int) -> None:
    while os.read(lifeline, 4096):
        pass
    os._exit(0)


def _become(boot: Bootstrap) -> None:
    """Take over the kernel's folder and import path, and a process's manners."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    os.chdir(boot.cwd)
    sys.path[:] = boot.path
    sys.argv[:] = [""]
    sys.stdin = _NoInput()
    builtins.input = _refuse_input
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)


def _live(boot: Bootstrap, payload: bytes) -> int:
    context = zmq_channel.new_context()
    line = zmq_channel.Line(context, boot.control)
    clock = SystemClock()
    reporter = Reporter(line, boot.residents[0].peer, clock)
    reporter.hello(boot.token)
    try:
        return _run(boot, payload, context, reporter, clock)
    except BaseException as error:  # noqa: BLE001 - whatever stops a child is told to the kernel, then it ends
        reporter.event(Problem(boot.residents[0].peer, clock.time(), f"{type(error).__name__}: {error}"))
        return 1
    finally:
        line.close()
        context.term()


def _run(boot: Bootstrap, payload: bytes, context: zmq_channel.Context, reporter: Reporter, clock: Clock) -> int:
    (resident,) = boot.residents
    carrier = zmq_channel.Carrier(context, boot.endpoints[resident.peer], len(boot.endpoints))
    try:
        worker = Worker(
            resident.program,
            _captures(resident, payload),
            Wiring(resident.channels, boot.epochs, boot.max_buffer, boot.gone),
            peer=resident.peer,
            clock=clock,
            send=carrier.send,
            report=reporter.event,
            renderer=Renderer(alarm=True),
        )
        return Loop(worker, carrier, reporter, _peers(resident, boot.endpoints)).run()
    finally:
        carrier.close()


def _captures(resident: Resident, payload: bytes) -> dict[str, Any]:
    """Rebuild the captured values of a resident: where they name the member that runs them, it is this one."""
    if not payload:
        return {}
    act_as(member_id(resident.program, resident.peer))
    try:
        captures: dict[str, Any] = cloudpickle.loads(payload)
    except ModuleNotFoundError as error:
        raise HydroError(
            f"the flow uses module `{error.name}`, which this process cannot import. "
            f"Install it where the processes run, or put its folder on sys.path before deploying."
        ) from error
    except Exception as error:
        raise HydroError(f"the captured values could not be rebuilt here: {type(error).__name__}: {error}") from error
    return captures


def _peers(resident: Resident, endpoints: dict[int, str]) -> dict[int, str]:
    """Endpoints of the peers that a channel of this one leads to or comes from."""
    me = resident.peer
    others = {peer for channel in resident.channels for peer in _others(channel, me)}
    return {peer: endpoints[peer] for peer in others if peer in endpoints}


def _others(channel: ChannelSpec, me: int) -> set[int]:
    ends = {channel.sender, channel.receiver}
    return (ends - {me}) or ends if me in ends else set()


if __name__ == "__main__":
    main()
