"""Running executions again to tell of them: what happened in one, why it failed, which of its choices matter."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from hydro_nb.errors import SimulationFailure
from hydro_nb.lang.sim_awaits import places_kept
from hydro_nb.sim.asked import Exact
from hydro_nb.sim.bookmark import Marked
from hydro_nb.sim.drive import Body, require_test
from hydro_nb.sim.drivers import AtRandom, Driver, OnlyScripted, Replay
from hydro_nb.sim.explain import Again, explanation, verdicts
from hydro_nb.sim.failure import SCRIPTED, explained
from hydro_nb.sim.hearing import Unheard, heard_by
from hydro_nb.sim.raised import demands, failures
from hydro_nb.sim.record import Record
from hydro_nb.sim.recorder import Recorder
from hydro_nb.sim.shrink import trimmed
from hydro_nb.sim.trace import Lines, text_of

if TYPE_CHECKING:
    from hydro_nb.sim.executions import Executions

__tracebackhide__ = True
"""pytest shows the frames of the user"""


class Telling:
    """Tells of the executions of one simulation."""

    def __init__(self, executions: Executions) -> None:
        self._executions = executions

    # ------------------------------------------------------------ what has failed

    def failed(self, body: Body, which: str, schedule: Sequence[int], found: BaseException) -> SimulationFailure:
        """Run a failing schedule again to write it down, and give what a user reads."""
        record, error = self.recorded(body, schedule)
        record.schedule = tuple(schedule)
        failure = self.failure(body, which, error or found, record)
        failure.__cause__ = error or found
        return failure

    def scripted(self, body: Body, found: BaseException) -> SimulationFailure:
        """Run an execution that its test scripts, and that fails, again; gives what a user reads."""
        record, error = self.recorded(body, (), OnlyScripted(()))
        return self.failure(body, SCRIPTED, error or found, record)

    def failure(self, body: Body, which: str, error: BaseException, record: Record) -> SimulationFailure:
        """Make what a user reads of an execution that failed."""
        failure = SimulationFailure(explained(self._executions.watched, body, which, error, record))
        failure.schedule, failure.record = tuple(trimmed(record.schedule)), record
        again = self._again(body)
        failure.why = lambda: explanation(record, again)
        return failure

    def _again(self, body: Body) -> Again:
        """Give what runs a test again, to see what matters: as it is now, also where sizes are changed later."""
        as_now = self._executions.running(self._executions.model, self._executions.watched)
        return Again(
            as_now(lambda schedule, seed: self._fails_at_all(body, schedule, seed)),
            as_now(lambda schedule: self.recorded(body, schedule)[0]),
        )

    def _fails_at_all(self, body: Body, schedule: Sequence[int], seed: int | None) -> bool | None:
        """Run a schedule, and go on at random where a seed is given; None where the execution is discarded."""
        try:
            return None if self._run(body, schedule, seed) is None else False
        except failures():
            return True

    # ------------------------------------------------------------ what has happened

    def recorded(
        self, body: Body, schedule: Sequence[int], how: Driver | None = None
    ) -> tuple[Record, BaseException | None]:
        """Run a schedule and write it down; what the test cannot ask of any schedule is raised."""
        recorder, driver, found = Recorder(self._executions.watched), how or Replay(schedule), None
        try:
            with heard_by(recorder), places_kept():
                self._executions.run(body, driver, recorder)
        except demands():
            raise
        except failures() as error:
            found = error
        record = recorder.finish(driver.path, found)
        record.test, record.simulation = getattr(body, "__name__", "body"), self._executions.made_by
        again = self._again(body)
        record.verdicts = (lambda: verdicts(record, again)) if found else None
        return record, found

    def replayed(self, body: Body, schedule: Sequence[int]) -> str:
        """Run a schedule that must be one of this test; give what happened as text, or raise its failure."""
        record, error = self.exactly(body, schedule)
        if error:
            raise self.failure(body, "a replayed schedule", error, record) from error
        return Lines(text_of(record))

    def exactly(self, body: Body, schedule: Sequence[int]) -> tuple[Record, BaseException | None]:
        """Run a schedule that must be one of this test."""
        require_test(body)
        driver = Exact(schedule)
        record, error = self.recorded(body, schedule, driver)
        if error is None:
            driver.finish()
        return record, error

    def marked(self, body: Body, schedule: tuple[int, ...]) -> Marked:
        """Say where an execution is found again."""
        name = getattr(body, "__name__", "the test")
        run, write = partial(self._run, body), partial(self._written, body)
        return Marked(name, self._executions.made_by, schedule, run, write)

    def _written(self, body: Body, schedule: Sequence[int]) -> Record:
        return self.recorded(body, schedule)[0]

    def _run(self, body: Body, schedule: Sequence[int], seed: int | None) -> Sequence[int] | None:
        """Run a schedule, unheard; give the choices that were made, none where the execution is discarded."""
        driver = Replay(schedule, None if seed is None else AtRandom(seed))
        with heard_by(Unheard()):
            return driver.path if self._executions.run(body, driver) else None
