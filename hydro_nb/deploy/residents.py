"""The locations that live in the kernel, taken together: who lives, who is busy, who has failed."""

from __future__ import annotations

from hydro_nb.deploy.failure import explain
from hydro_nb.deploy.resident import Resident
from hydro_nb.errors import DeployError, ProcessFailed
from hydro_nb.runtime.state import probe_reply, waiting_on
from hydro_nb.runtime.worker import Worker
from hydro_nb.wire import ProbeReply


class Residents(dict[int, Resident]):
    """The locations of a deployment in the kernel, by peer."""

    @property
    def living(self) -> list[Worker]:
        """The workers of those that have not ended."""
        return [resident.worker for resident in self.values() if not resident.over]

    @property
    def going(self) -> list[Resident]:
        """Those that are stepped: they have not ended, and are not paused."""
        return [resident for resident in self.values() if not (resident.over or resident.paused)]

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to do until a timer or a source has something."""
        return all(resident.quiet for resident in self.values())

    @property
    def calm(self) -> bool:
        """Whether there is nothing to do but what timers cause."""
        return all(resident.calm for resident in self.values())

    @property
    def timers_fired(self) -> bool:
        """Whether every timer has fired since anything last changed."""
        workers = self.living
        newest = max((worker.last_change for worker in workers), default=0.0)
        return all(timer.fired > newest for worker in workers for timer in worker.feeds.timers)

    @property
    def failure(self) -> ProcessFailed | None:
        """The first process that failed by itself, if any."""
        failed = [(r.problem.time, peer) for peer, r in self.items() if r.problem is not None and r.problem.fatal]
        if not failed:
            return None
        first = self[min(failed)[1]]
        return ProcessFailed(explain(first.worker.title, "failed", first.problem))

    def check_pumped(self, call: str, twin: str) -> None:
        """Refuse a call that waits without an event loop while an async source needs one."""
        for worker in self.living:
            for source in worker.feeds.pumped:
                if not source.done:
                    raise DeployError(
                        f"source_stream `{source.spec.slot}` on `{worker.title}` is async, and `{call}` does "
                        f"not let it run inside this process; use `await deployment.{twin}`, or backend='local'"
                    )

    def replies(self) -> dict[int, ProbeReply]:
        """Give what each would answer to a probe."""
        return {worker.peer: probe_reply(worker, 0) for worker in self.living}

    def busy(self) -> str:
        """Say who is not done yet, and with what, for people."""
        busy = {resident.worker: resident.paused for resident in self.values() if not resident.over}
        names = [
            f"`{worker.title}`: {'paused' if paused else waiting_on(worker) or 'elements under way'}"
            for worker, paused in busy.items()
            if paused or not worker.idle
        ]
        return "; ".join(names) or "a timer has not fired yet"
