"""The workers of one operating system process: made here, with one socket to receive for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import cloudpickle  # pyright: ignore[reportMissingTypeStubs] - it ships none

from hydro_nb.errors import HydroError
from hydro_nb.runtime.clock import Clock
from hydro_nb.runtime.life import Life
from hydro_nb.runtime.loop import Loop
from hydro_nb.runtime.post import Post
from hydro_nb.runtime.render import Renderer
from hydro_nb.runtime.report import Reporter
from hydro_nb.runtime.share import Share, part_output
from hydro_nb.runtime.wiring import Wiring
from hydro_nb.runtime.worker import Worker, member_id
from hydro_nb.runtime.zmq_channel import Carrier, Context
from hydro_nb.values import act_as
from hydro_nb.wire import Bootstrap, Problem, Resident


class Host:
    """Where the residents of an OS process live: one, or several of which each is as if it were alone.

    What Python has once for each OS process they have in common: modules with their globals, `random`, the folder.
    """

    def __init__(self, boot: Bootstrap, context: Context, reporter: Reporter, clock: Clock) -> None:
        self._boot = boot
        self._reporter = reporter
        self._clock = clock
        self._here = frozenset(each.peer for each in boot.residents)
        self._shares: list[Share] = []
        self._carrier = Carrier(context, boot.endpoints[boot.residents[0].peer], len(boot.endpoints))
        self._post = Post(self._carrier)

    def run(self, captures: Iterable[bytes]) -> int:
        """Live; gives the exit code."""
        try:
            if self._boot.outputs:
                part_output(self._boot.outputs)
            made = [self._life(each, payload) for each, payload in zip(self._boot.residents, captures, strict=True)]
            lives = [life for life in made if life is not None]
            self._post.settle(lives)
            return Loop(lives, self._post, self._carrier, self._reporter, self._endpoints(), self._clock).run()
        finally:
            self._carrier.close()

    def _life(self, resident: Resident, payload: bytes) -> Life | None:
        """Make a worker; one of several that cannot be made does not keep the others from starting."""
        if not self._boot.outputs:
            return Life(self._worker(resident, payload), self._reporter)
        share = Share(len(self._shares), self._shares, member_id(resident.program, resident.peer))
        try:
            with share:
                return Life(self._worker(resident, payload), self._reporter, share)
        except Exception as error:  # noqa: BLE001 - whatever stops it is told to the kernel
            self._give_up(resident.peer, error)
            share.over = True
            return None

    def _give_up(self, peer: int, error: Exception) -> None:
        now = self._clock.time()
        self._reporter.event(Problem(peer, now, f"{type(error).__name__}: {error}"))
        self._reporter.entered(peer, "failed")

    def _worker(self, resident: Resident, payload: bytes) -> Worker:
        boot = self._boot
        return Worker(
            resident.program,
            _captures(resident, payload),
            Wiring(resident.channels, boot.epochs, boot.max_buffer, boot.gone, self._here, boot.returning),
            peer=resident.peer,
            clock=self._clock,
            send=self._post.send,
            report=self._reporter.event,
            renderer=Renderer(),
        )

    def _endpoints(self) -> dict[int, str]:
        """Endpoints of the peers elsewhere that a channel leads to or comes from."""
        channels = [channel for each in self._boot.residents for channel in each.channels]
        others = {end for channel in channels for end in (channel.sender, channel.receiver)} - self._here
        return _known(self._boot.endpoints, others)


def _known(endpoints: Mapping[int, str], peers: Iterable[int]) -> dict[int, str]:
    """Give the endpoints of those that have one: who has gone has none."""
    return {peer: endpoints[peer] for peer in peers if peer in endpoints}


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
