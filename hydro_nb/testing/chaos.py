"""Faults on purpose beside a running flow, at random, and the same again for the same seed or from what was logged."""

from __future__ import annotations

import asyncio
import os
import secrets
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from hydro_nb.errors import DeployError, HydroError, LinkHealedLate
from hydro_nb.testing.plan import HARMLESS, KINDS, Deed, Kind, Plan, Targets, carry_out, checked, command

if TYPE_CHECKING:
    from hydro_nb.deploy import Deployment


def chaos(
    deployment: Deployment,
    *,
    seed: int | None = None,
    kinds: Sequence[Kind] = HARMLESS,
    mean_seconds: float = 0.5,
    replay: Iterable[Deed] | None = None,
) -> Chaos:
    """Let faults strike a running deployment at random until the block ends, which also ends those in force.

    with flow.deploy() as deployment, chaos(deployment, seed=7) as struck:
        deployment.settle()
    print(struck)

    By default only faults after which a flow has to keep all its promises: processes are paused and go on, links are
    cut and healed in time, frames are late, and what may be lost is. With `"restart"` among the `kinds` members of
    clusters are started again, with `"kill"` processes end for good, all but one.

    The same `seed` does the same to the same flow; without one it is made up, and shown. `log` lists what was done, as
    pairs of seconds since the start and a line such as `cut Leader Worker/1`, which can follow `%hydro` too; given as
    `replay`, that is done again, and nothing else.
    From one fault to the next it takes `mean_seconds` on average, and a fault lasts about as long, 1 second at most.

    The processes have to run by themselves (`backend="local"`). Also for `async with`. What the deployment refuses, as
    it has stopped or a process has ended, is left out. Raises `LinkHealedLate` at the end of the block if the machine
    was so slow that a cut was not healed in time, which costs a flow more than it has promised.
    """
    chosen = _checked(deployment, kinds, mean_seconds)
    number = secrets.randbelow(1 << 31) if seed is None else seed
    if replay is None:
        return Chaos(deployment, iter(Plan(Targets.of(deployment), number, chosen, mean_seconds)), number)
    if seed is not None:
        raise DeployError(f"chaos was given seed={seed!r} and what to replay: give the one or the other")
    return Chaos(deployment, iter(checked(replay, [row.name for row in deployment.processes])), None)


def _checked(deployment: Deployment, kinds: Sequence[Kind], mean_seconds: float) -> Sequence[Kind]:
    if {row.pid for row in deployment.processes} == {os.getpid()}:
        raise DeployError(
            'chaos strikes beside a flow, but with backend="inprocess" nothing happens between two calls; '
            'deploy it with backend="local"'
        )
    unknown = [kind for kind in kinds if kind not in KINDS]
    if isinstance(kinds, str) or unknown or not kinds:
        raise DeployError(f"kinds={kinds!r}: give a tuple of some of {', '.join(map(repr, KINDS))}")
    if not mean_seconds > 0:
        raise DeployError(f"mean_seconds={mean_seconds!r}: between two faults there is some time, such as 0.5")
    return kinds


class Chaos:
    """Faults that strike while the block runs; `chaos` makes one."""

    def __init__(self, deployment: Deployment, deeds: Iterator[Deed], seed: int | None) -> None:
        self.seed = seed
        """gives the same again; none where a log is replayed"""
        self.log: list[Deed] = []
        """what was done: seconds since the start, and what"""
        self.refused: list[tuple[float, str, str]] = []
        """what could not be done, and why"""
        self._deployment = deployment
        self._deeds = deeds
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._began = 0.0
        self._broken: BaseException | None = None

    def __enter__(self) -> Self:
        if self._thread is not None:
            raise DeployError("this chaos has struck already; call chaos(...) again for another")
        self._began = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="hydro-chaos", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        if kind is None and self._broken is not None:
            raise self._broken

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self._end)
        if kind is None and self._broken is not None:
            raise self._broken

    def __repr__(self) -> str:
        where = "replayed" if self.seed is None else f"seed={self.seed}"
        return f"<Chaos {where}, {len(self.log)} deeds>"

    def __str__(self) -> str:
        lines = [f"{seconds:8.3f}  {what}" for seconds, what in self.log]
        lines += [f"{seconds:8.3f}  {what}: refused, {why}" for seconds, what, why in self.refused]
        return "\n".join([repr(self), *sorted(lines)])

    def _run(self) -> None:
        try:
            for seconds, what in self._deeds:
                if self._over.wait(max(0.0, self._began + seconds - time.monotonic())):
                    return
                self._do(what)
        except BaseException as error:  # noqa: BLE001 - raised again where the block ends
            self._broken = error

    def _do(self, what: str) -> None:
        now = round(time.monotonic() - self._began, 3)
        try:
            carry_out(self._deployment, what)
        except LinkHealedLate as error:
            self.log.append((now, what))
            self._broken = self._broken or error
        except HydroError as error:
            self.refused.append((now, what, str(error)))
        else:
            self.log.append((now, what))

    def _end(self) -> None:
        """Strike no more, and end what is in force."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        for fault in self._deployment.faults:
            first, last = fault.processes[0], fault.processes[-1]
            match fault.kind:
                case "pause":
                    self._do(command("resume", first))
                case "cut":
                    self._do(command("heal", first, last))
                case "delay":
                    self._do(command("delay", first, last, 0))
                case "drop":
                    self._do(command("drop", first, last, 0))
