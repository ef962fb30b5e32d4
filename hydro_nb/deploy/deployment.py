"""What the user holds of a running flow, whatever runs it."""

from __future__ import annotations

import re
import socket
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Protocol, Self

from hydro_nb.deploy.acting import Acting, Acts
from hydro_nb.deploy.board import Board, Subscriber
from hydro_nb.deploy.colocation import groups_of
from hydro_nb.deploy.external import Link, Port
from hydro_nb.deploy.io import hydro_io
from hydro_nb.deploy.losses import broken, dropped
from hydro_nb.deploy.named import Named, Roster, shown
from hydro_nb.deploy.plan import Program, check_runnable, peers_of
from hydro_nb.deploy.policy import Policy, policies_of
from hydro_nb.deploy.seconds import check_seconds
from hydro_nb.deploy.skipped import SkippedRow, rows_of
from hydro_nb.deploy.tcp import Sockets
from hydro_nb.errors import DeployError, ProcessFailed
from hydro_nb.runtime.channel import MAX_BUFFER
from hydro_nb.telemetry.files import state_folder
from hydro_nb.telemetry.state import DeploymentState, FaultRow, ProcessRow, refusals
from hydro_nb.wire import LogLine, Phase, Problem


class Backend(Acts, Protocol):
    """What runs the processes of a deployment."""

    @property
    def failure(self) -> ProcessFailed | None:
        """The first process that failed by itself, if any."""
        ...

    def start(self, timeout: float) -> None:
        """Return when every process runs, or raise and leave nothing behind."""
        ...

    def settle(self, timeout: float | None) -> None:
        """Return when nothing is left to do."""
        ...

    async def settled(self, timeout: float | None) -> None:
        """Do the same without blocking the event loop."""
        ...

    def stop(self, *, drain: bool) -> None:
        """End every process."""
        ...

    async def stopped(self, *, drain: bool) -> None:
        """Do the same without blocking the event loop."""
        ...

    def wait(self, timeout: float | None) -> bool:
        """Wait for the end."""
        ...

    def connect(self, slot: str) -> Port:
        """Give the client end of an external port."""
        ...

    def link(self, sock: socket.socket) -> Link:
        """Give the way in which a client with a socket of its own waits."""
        ...


class HasSlot(Protocol):
    """An external port as the flow names it."""

    @property
    def slot(self) -> str:
        """Slot of its network node."""
        ...


class Deployment(Acting):
    """A running flow.

    with flow.deploy() as deployment:
        deployment.settle()
        print(deployment.logs())
    """

    def __init__(self, program: Program, backend: Backend, board: Board) -> None:
        super().__init__(backend, Roster(board.state.processes, program.locations))
        self._program = program
        self._backend = backend
        self._board = board
        self._told = False
        """whether a failure was raised to the user"""
        self._sockets = Sockets(program, lambda: board.state, backend.link)

    # ------------------------------------------------------------ waiting

    def settle(self, timeout: float | None = None) -> None:
        """Wait until nothing is left to do: sources read to their end, channels empty, every timer fired once since.

        Raises `SettleTimeout`, which says what is busy, and `ProcessFailed`, which says where.
        """
        check_seconds("settle", timeout)
        with self._telling():
            self._backend.settle(timeout)

    async def settled(self, timeout: float | None = None) -> None:
        """Wait as `settle` does, without blocking the event loop."""
        check_seconds("settled", timeout)
        with self._telling():
            await self._backend.settled(timeout)

    def stop(self, *, drain: bool = False) -> None:
        """End every process, with `drain` after everything under way has arrived; a second time does nothing.

        A function of yours that runs is cut off after a second, or after 10 where the process has a sink to close
        (`dest_sink`, files): it has failed then, and `problems` says what is lost. Draining takes as long as the flow's
        functions do; `stop()` from another thread, or Ctrl-C, ends it.
        With `drain`, as at the end of a `with` block, raises a `ProcessFailed` that no call has raised before.
        """
        with self._sockets.released(drain=drain):
            self._backend.stop(drain=drain)
        self._sockets.close()
        self._board.flush()
        if drain:
            self._tell()

    async def stopped(self, *, drain: bool = False) -> None:
        """End as `stop` does, without blocking the event loop."""
        with self._sockets.released(drain=drain):
            await self._backend.stopped(drain=drain)
        self._sockets.close()
        self._board.flush()
        if drain:
            self._tell()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until someone stops it; False when the time has passed, `ProcessFailed` when a process fails."""
        check_seconds("wait", timeout)
        with self._telling():
            return self._backend.wait(timeout)

    @contextmanager
    def _telling(self) -> Generator[None]:
        """Note that a failure was told, when all is printed that came before."""
        try:
            yield
        except ProcessFailed:
            self._told = True
            raise
        finally:
            self._board.flush()

    def _tell(self) -> None:
        """Raise the failure of a process, unless that was done before."""
        failure = self._backend.failure
        if failure is not None and not self._told:
            self._told = True
            raise failure

    def __await__(self) -> Generator[Any, None, Deployment]:
        yield from self.settled().__await__()
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if kind is None:
            self._tell()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stopped()
        if kind is None:
            self._tell()

    # ------------------------------------------------------------ looking

    @property
    def name(self) -> str:
        """The deployment's name."""
        return self._board.state.name

    @property
    def program(self) -> Program:
        """What was deployed."""
        return self._program

    @property
    def state(self) -> Phase:
        """`starting`, `running`, `settled`, `stopping`, `stopped` or `failed`."""
        return self._board.state.state

    @property
    def processes(self) -> list[ProcessRow]:
        """One row per process: name, pid, state, CPU, memory, queue."""
        return list(self._board.state.processes.values())

    @property
    def problems(self) -> list[Problem]:
        """What went wrong, oldest first."""
        return list(self._board.state.problems)

    @property
    def skipped(self) -> list[SkippedRow]:
        """What operators with `on_error="skip"` went on without: how many, the last 20 and why, for each process."""
        return list(rows_of(self._board.state))

    @property
    def faults(self) -> list[FaultRow]:
        """The faults that are in force on purpose, oldest first: who is paused, what is cut, late or dropped."""
        return list(self._board.state.faults)

    @property
    def totals(self) -> dict[str, int]:
        """Elements so far, per slot of the graph."""
        return dict(self._board.state.totals)

    def snapshot(self) -> DeploymentState:
        """Everything that is known at this moment, as a value."""
        return self._board.state

    def subscribe(self, callback: Subscriber) -> None:
        """Call this with every new state, in the I/O thread; it must return quickly."""
        self._board.subscribe(callback)

    def unsubscribe(self, callback: Subscriber) -> None:
        """Do not call this any more."""
        self._board.unsubscribe(callback)

    def logs(self, location: Named | None = None) -> list[LogLine]:
        """Give what the processes printed, newest last: of one, given as to `kill`, of a whole cluster, or of all."""
        return self._board.logs.lines(None if location is None else self._roster.meant(location).name)

    def logs_since(self, total: int) -> tuple[int, list[LogLine]]:
        """Give the lines after the first `total`, as far as they are kept, and the new total."""
        return self._board.logs.since(total)

    @property
    def log_folder(self) -> Path | None:
        """Where the whole logs are, one file per process."""
        return self._board.logs.folder

    def source(self, process: Named) -> str:
        """Give the generated Python of a process, given as to `kill`; the members of a cluster all run the same."""
        return self._roster.meant(process).place.source

    def status(self) -> str:
        """Give a table of the processes as text, faults in force, and what ended early, was skipped or discarded."""
        state = self._board.state
        faults = (f"fault: {row}" for row in self.faults)
        lost = (*broken(self._program, state), *dropped(self._program, state))
        lines = (*self.processes, *faults, *self.skipped, *lost, *refusals(state))
        return "\n".join([f"{self.name}: {self.state}", *(f"  {line}" for line in lines)])

    def __repr__(self) -> str:
        return f"<Deployment {self.status()}>"

    # ------------------------------------------------------------ ports

    def connect(self, port: HasSlot) -> Port:
        """Give the client end of an external port: `send`, `receive`, iterate, `async for`.

        A port for many clients gives a new one each time.
        """
        slot = _slot("connect", port)
        return self._sockets.connect(slot) if slot in self._sockets else self._backend.connect(slot).reached()

    def address(self, port: HasSlot) -> tuple[str, int]:
        """Give the host and the number of a TCP port that a process serves, for clients of any kind."""
        return self._sockets.address(_slot("address", port))

    def __getitem__(self, port: HasSlot) -> Port:
        return self.connect(port)


def _slot(call: str, port: object) -> str:
    """Give where a port is in the graph."""
    slot = getattr(port, "slot", None)
    if isinstance(slot, str):
        return slot
    raise DeployError(
        f"`{call}` takes a port, but was given {shown(port)}. A port is made where the flow is: `source_external` and "
        f"`bind_single_client` give one with what comes in, `send_external` gives that of a stream that goes out"
    )


def deploy(  # noqa: PLR0913 - each is a keyword that its caller names
    program: Program,
    *,
    clusters: Mapping[int, int] = {},
    backend: Literal["local", "inprocess"] = "local",
    colocate: Sequence[Sequence[Named]] = (),
    max_buffer: int = MAX_BUFFER,
    transport: Literal["auto", "ipc", "tcp"] = "auto",
    restart: Policy | Mapping[Named, Policy] | None = None,
    timeout: float = 30.0,
    name: str | None = None,
    echo: bool | None = None,
    files: bool = True,
) -> Deployment:
    """Start a program and return when every process of it runs.

    `clusters` gives the number of members of each cluster, by location.
    `colocate` gives lists of processes, clusters and members; those of one list share an OS process.
    `transport` says how processes of this machine are connected: by files that only their user may open (`ipc`), or by
    encrypted TCP on 127.0.0.1 (`tcp`); by default as files, where the system has those.
    `restart` says when processes start again by themselves: all of them, or those that are named.
    `echo` prints what the processes print, tagged, as it comes; by default where no notebook shows it.
    Without `files` logs are kept in memory alone, so that quick looks do not push out the logs of real runs.
    """
    check_seconds("deploy", timeout, forever=False)
    check_runnable(program, clusters, max_buffer)
    chosen = not _in_a_kernel() if echo is None else echo
    title = name or program.name
    make = _BACKENDS.get(backend)
    if make is None:
        raise DeployError(f"backend={backend!r} is not known; there are {', '.join(map(repr, _BACKENDS))}")
    peers = peers_of(program, clusters)
    together = groups_of(colocate, peers, program.locations)
    policies = policies_of(restart, peers, program.locations)
    board = Board(title, peers, echo=chosen, folder=_log_folder(title) if files else None)
    try:
        chosen_backend = make(program, board, Layout(clusters, max_buffer, together, transport, policies))
        chosen_backend.start(timeout)
    except BaseException:
        board.close()
        board.flush()
        raise
    return Deployment(program, chosen_backend, board)


def _log_folder(title: str) -> Path:
    safe = re.sub(r"[^\w.-]+", "_", title)[:40]
    stamp = time.strftime("%Y%m%d-%H%M%S")
    return state_folder() / f"{stamp}-{time.time_ns() % 1_000_000_000:09d}-{safe}"


@dataclass(frozen=True)
class Layout:
    """How a program is laid out on this machine."""

    clusters: Mapping[int, int]
    max_buffer: int
    together: Sequence[Sequence[int]] = ()
    """the peers that share an OS process"""
    transport: Literal["auto", "ipc", "tcp"] = "auto"
    policies: Mapping[int, Policy] = field(default_factory=dict[int, Policy])
    """when peers start again by themselves"""


def _local(program: Program, board: Board, layout: Layout) -> Backend:
    # in that thread no interrupt leaves modules half imported
    hydro_io().call(lambda: import_module("hydro_nb.deploy.local"))
    from hydro_nb.deploy.local import LocalBackend  # noqa: PLC0415 - loads zmq, which not every backend needs

    board.print_aside()
    return LocalBackend(
        program,
        board,
        clusters=layout.clusters,
        max_buffer=layout.max_buffer,
        colocate=layout.together,
        transport=layout.transport,
        policies=layout.policies,
    )


def _inprocess(program: Program, board: Board, layout: Layout) -> Backend:
    from hydro_nb.deploy.inprocess import InProcessBackend  # noqa: PLC0415 - as above

    return InProcessBackend(
        program, board, clusters=layout.clusters, max_buffer=layout.max_buffer, policies=layout.policies
    )


_BACKENDS: dict[str, Callable[[Program, Board, Layout], Backend]] = {"local": _local, "inprocess": _inprocess}


def _in_a_kernel() -> bool:
    """Whether this runs in a notebook's kernel, where the dashboard shows what processes print."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    return getattr(shell, "kernel", None) is not None
