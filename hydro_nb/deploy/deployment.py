"""What the user holds of a running flow, whatever runs it."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Literal, Protocol, Self

from hydro_nb.deploy.acting import Acting
from hydro_nb.deploy.backend import Backend
from hydro_nb.deploy.board import Board, Subscriber
from hydro_nb.deploy.change import Change, Laid, change
from hydro_nb.deploy.external import Link, Port
from hydro_nb.deploy.looking import Looking
from hydro_nb.deploy.named import Named, Roster, shown
from hydro_nb.deploy.order import Order
from hydro_nb.deploy.plan import Program
from hydro_nb.deploy.policy import Policy
from hydro_nb.deploy.redeploy import Recipe, Redeployed, Wish, places_of, told, whole
from hydro_nb.deploy.seconds import check_seconds
from hydro_nb.deploy.tcp import Sockets
from hydro_nb.deploy.watching import Watching
from hydro_nb.errors import DeployError, ProcessFailed
from hydro_nb.runtime.channel import MAX_BUFFER
from hydro_nb.telemetry.state import OVER


class HasSlot(Protocol):
    """An external port as the flow names it."""

    @property
    def slot(self) -> str:
        """Slot of its network node."""
        ...


class HasGraph(Protocol):
    """A flow."""

    @property
    def graph(self) -> Any:
        """Its nodes."""
        ...


class Deployment(Looking, Acting):
    """A running flow.

    with flow.deploy() as deployment:
        deployment.settle()
        print(deployment.logs())
    """

    def __init__(self, laid: Laid, order: Order, backend: Backend, board: Board, recipe: Recipe | None = None) -> None:
        super().__init__(backend, Roster(laid.peers, laid.program.locations))
        self._laid = laid
        self._order = order
        self._backend = backend
        self._board = board
        self._recipe = recipe
        self._told = False
        """whether a failure was raised to the user"""
        self._sockets = Sockets(laid.program, lambda: self._board.state, self._link)
        self._subscribers: list[Subscriber] = []
        self._numbers = places_of(laid.peers)
        """of all locations that there ever were"""
        self._changing = threading.Lock()
        self._watching = Watching(self, self._order_watch)

    def _link(self, sock: socket.socket) -> Link:
        return self._backend.link(sock)

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

    # ------------------------------------------------------------ again, as the flow is now

    def redeploy(
        self, flow: HasGraph | None = None, *, clusters: Mapping[Any, int] | None = None, timeout: float = 30.0
    ) -> Redeployed:
        """Let this deployment run the flow as it is now; only processes of which something changed are started anew.

        >>> flow = FlowBuilder()
        >>> leader = flow.process()
        >>> with flow.cell("numbers"):
        ...     leader.source_iter([1]).for_each(print)
        >>> deployment = flow.deploy(backend="inprocess")
        >>> with flow.cell("numbers"):
        ...     leader.source_iter([2]).for_each(print)
        >>> print(deployment.redeploy())
        all processes are new: they all live in the kernel, as backend='inprocess' has it
        >>> deployment.settle()
        [process 0] 2
        >>> deployment.stop()

        A process is replaced where its generated source changed, or a value that it captures, or the file of a module
        of yours that it imports, or a channel of its own: an edge more or less, another element type, another number of
        members at its other end. Where in the notebook something was written does not count, nor do comments. A
        function of a module that stands in the generated source is the one that the kernel has: reload the module first
        (`importlib.reload`). All that change end first, and close what they hold; then they begin with nothing, as by
        `restart`. The others keep their state, and have new channels to the new ones: what was on its way to one that
        was replaced is lost. Processes that are new in the flow are added, and those that it has no more are removed.
        One that had ended is started again.

        `flow` is the flow as it was built anew, where that is another object; by default the one that was deployed.
        `clusters` gives sizes as to `deploy`; the others stay as they are. All else is as it was deployed. All is
        started anew, and the result says why, where the processes live in the kernel, where some that share one of the
        operating system (`colocate`) changed, and where the deployment was over. Returns when all run; where a flow
        cannot run nothing is replaced, and where one process cannot start that is raised, and the others run.
        """
        check_seconds("redeploy", timeout, forever=False)
        if self._recipe is None:
            raise DeployError("this deployment was made of a program; `redeploy` needs one that flow.deploy() made")
        with self._changing:
            return self._become(Laid(*self._recipe(flow, clusters)), timeout)

    def _become(self, new: Laid, timeout: float) -> Redeployed:
        self._order.check(new.program, new.clusters)
        absent = self._backend.absent()
        old, over = self._laid, {row.location for row in self.processes if row.state in OVER}.union(absent)
        found = change(old, new, over, self._numbers)
        why = whole(found, old, self._order, self.snapshot())
        laid = Laid(found.program, found.clusters, new.modules)
        try:
            if why:
                self._begin_anew(laid, timeout)
            else:
                policies = self._order.policies(found.program, found.peers)
                self._backend.become(Wish(found, policies, timeout, lambda: self._take(found, laid)))
        finally:
            self._watching.renew()
        self._told = False
        return told(found, old, why)

    def _take(self, found: Change, laid: Laid) -> None:
        """Go over to another program, some of whose processes go on."""
        self._laid = laid
        self._keep()
        self._roster = Roster(found.peers, found.program.locations)
        self._sockets.become(found.program, found.slots.values())
        self._numbers |= places_of(found.peers)

    def _keep(self) -> None:
        if self._recipe is not None:
            self._recipe.keep()

    def _begin_anew(self, laid: Laid, timeout: float) -> None:
        """Stop all, and start all."""
        board, shown = self._order.board(laid.peers), self._board
        for each in self._subscribers:
            shown.unsubscribe(each)
            board.subscribe(each)
        # who looks sees that it starts, and not that all was over for a moment
        self._board, self._laid = board, laid
        self._keep()
        self._backend.stop(drain=False)
        self._sockets.close()
        shown.flush()
        self._acts = self._backend = self._order.run(laid, board, timeout)
        self._roster = Roster(laid.peers, laid.program.locations)
        self._sockets.become(laid.program, ())
        self._numbers |= places_of(laid.peers)

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
    recipe: Recipe | None = None,
) -> Deployment:
    """Start a program and return when every process of it runs.

    `clusters` gives the number of members of each cluster, by location.
    `colocate` gives lists of processes, clusters and members; those of one list share an OS process.
    `transport` says how processes of this machine are connected: by files that only their user may open (`ipc`), or by
    encrypted TCP on 127.0.0.1 (`tcp`); by default as files, where the system has those.
    `restart` says when processes start again by themselves: all of them, or those that are named.
    `echo` prints what the processes print, tagged, as it comes; by default where no notebook shows it.
    Without `files` logs are kept in memory alone, so that quick looks do not push out the logs of real runs.
    `recipe` gives the program that the flow has become since, and the sizes of its clusters, for `redeploy`.
    """
    check_seconds("deploy", timeout, forever=False)
    chosen = not _in_a_kernel() if echo is None else echo
    order = Order(name or program.name, backend, colocate, max_buffer, transport, restart, chosen, files)
    order.check(program, clusters)
    laid = Laid(program, clusters)
    board = order.board(laid.peers)
    return Deployment(laid, order, order.run(laid, board, timeout), board, recipe)


def _in_a_kernel() -> bool:
    """Whether this runs in a notebook's kernel, where the dashboard shows what processes print."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    return getattr(shell, "kernel", None) is not None
