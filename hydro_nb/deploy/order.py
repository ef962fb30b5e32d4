"""How a flow is to run, as its user said it, and what then runs it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from hydro_nb.deploy.board import Board
from hydro_nb.deploy.change import Laid
from hydro_nb.deploy.colocation import groups_of
from hydro_nb.deploy.io import hydro_io
from hydro_nb.deploy.named import Named
from hydro_nb.deploy.plan import Program, check_runnable, peers_of
from hydro_nb.deploy.policy import Policy, policies_of
from hydro_nb.errors import DeployError
from hydro_nb.runtime.channel import MAX_BUFFER
from hydro_nb.telemetry.files import state_folder
from hydro_nb.wire import LocationProgram

if TYPE_CHECKING:
    from hydro_nb.deploy.backend import Backend

Groups = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Order:
    """What `deploy` was given, but for the program and the sizes of its clusters."""

    title: str
    backend: Literal["local", "inprocess"] = "local"
    colocate: Sequence[Sequence[Named]] = ()
    max_buffer: int = MAX_BUFFER
    transport: Literal["auto", "ipc", "tcp"] = "auto"
    restart: Policy | Mapping[Named, Policy] | None = None
    echo: bool = False
    files: bool = True

    def groups(self, program: Program, peers: Mapping[int, LocationProgram]) -> Groups:
        """Give the processes that share one of the operating system."""
        return groups_of(self.colocate, peers, program.locations)

    def policies(self, program: Program, peers: Mapping[int, LocationProgram]) -> dict[int, Policy]:
        """Say when processes start again by themselves."""
        return policies_of(self.restart, peers, program.locations)

    def board(self, peers: Mapping[int, LocationProgram]) -> Board:
        """Give what shows these processes."""
        return Board(self.title, peers, echo=self.echo, folder=_log_folder(self.title) if self.files else None)

    def check(self, program: Program, clusters: Mapping[int, int]) -> None:
        """Refuse what cannot run, or not so."""
        check_runnable(program, clusters, self.max_buffer)
        if self.backend not in _BACKENDS:
            raise DeployError(f"backend={self.backend!r} is not known; there are {', '.join(map(repr, _BACKENDS))}")
        peers = peers_of(program, clusters)
        self.groups(program, peers)
        self.policies(program, peers)

    def run(self, laid: Laid, board: Board, timeout: float) -> Backend:
        """Start it; returns when every process runs."""
        program, peers = laid.program, laid.peers
        together, policies = self.groups(program, peers), self.policies(program, peers)
        try:
            layout = Layout(laid.clusters, self.max_buffer, together, self.transport, policies)
            backend = _BACKENDS[self.backend](program, board, layout)
            backend.start(timeout)
        except BaseException:
            board.close()
            board.flush()
            raise
        return backend


@dataclass(frozen=True)
class Layout:
    """How a program is laid out on this machine."""

    clusters: Mapping[int, int]
    max_buffer: int
    together: Groups = ()
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


def _log_folder(title: str) -> Path:
    safe = re.sub(r"[^\w.-]+", "_", title)[:40]
    stamp = time.strftime("%Y%m%d-%H%M%S")
    return state_folder() / f"{stamp}-{time.time_ns() % 1_000_000_000:09d}-{safe}"
