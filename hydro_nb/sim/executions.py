"""Running a test in the worlds of a flow, one execution after the other, and writing down what happens."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import partial

from hydro_nb.compile.program import require_runnable
from hydro_nb.errors import SimulationFailure
from hydro_nb.ir.graph import Graph
from hydro_nb.lang.sim_ports import Discarded, execution
from hydro_nb.sim.again import made_by
from hydro_nb.sim.asked import Exact
from hydro_nb.sim.bookmark import Marked
from hydro_nb.sim.drive import Body, drive, require_awaited, require_test
from hydro_nb.sim.drivers import AtRandom, Driver, Replay
from hydro_nb.sim.explain import Again, explanation, verdicts
from hydro_nb.sim.failure import explained
from hydro_nb.sim.faults import Budget
from hydro_nb.sim.hearing import Unheard, heard_by
from hydro_nb.sim.laws import Laws, tried
from hydro_nb.sim.model import Model, require_safety_only, require_sizes
from hydro_nb.sim.observe import simulated
from hydro_nb.sim.raised import demands, failures
from hydro_nb.sim.record import Record
from hydro_nb.sim.recorder import Recorder
from hydro_nb.sim.reduce import Reduced, ReducedWorld
from hydro_nb.sim.search import Trial
from hydro_nb.sim.shrink import trimmed
from hydro_nb.sim.trace import text_of
from hydro_nb.sim.world import World
from hydro_nb.values import act_as

__tracebackhide__ = True
"""pytest shows the frames of the user"""


class Executions:
    """The executions of one flow, as it was when they began: of so many members, with such faults."""

    def __init__(self, flow: Graph) -> None:
        require_runnable(flow)
        self.flow, self.graph = flow, tried(simulated(flow))
        self.sizes: dict[int, int] = {}
        self.budgets: dict[int, Budget] = {}
        self.safety_only = False
        self.laws = Laws(self.graph)
        self._made: Model | None = None
        self._tapped: Model | None = None
        self._running = False

    def forget(self) -> None:
        """Compile anew, as it is another simulation now."""
        self._made = self._tapped = None

    @property
    def model(self) -> Model:
        """The flow compiled for as many members as there are."""
        if self._made is None:
            require_sizes(self.graph, self.sizes)
            if not self.safety_only:
                require_safety_only(self.graph)
            sizes = {number: size + self._joins(number) for number, size in self.sizes.items()}
            self._made = Model(self.graph, sizes, budgets=self.budgets)
        return self._made

    def _joins(self, number: int) -> int:
        return self.budgets[number].joins if number in self.budgets else 0

    def trial(self, body: Body) -> Trial:
        """Make ready to search."""
        require_test(body)
        self.laws.begin()
        return Trial(body, self.model, partial(self.run, body), partial(self._failed, body))

    def _failed(self, body: Body, which: str, schedule: Sequence[int], found: BaseException) -> SimulationFailure:
        """Run a failing schedule again to write it down, and give what a user reads."""
        record, error = self.recorded(body, schedule)
        record.schedule = tuple(schedule)
        failure = self.failure(body, which, error or found, record)
        failure.__cause__ = error or found
        return failure

    def _fails_at_all(self, body: Body, schedule: Sequence[int], seed: int | None) -> bool | None:
        """Run a schedule, and go on at random where a seed is given; None where the execution is discarded."""
        try:
            with heard_by(Unheard()):
                passes = self.run(body, Replay(schedule, None if seed is None else AtRandom(seed)))
        except failures():
            return True
        return False if passes else None

    def failure(self, body: Body, which: str, error: BaseException, record: Record) -> SimulationFailure:
        """Make what a user reads of an execution that failed."""
        failure = SimulationFailure(explained(self._watched, body, which, error, record))
        failure.schedule, failure.record = tuple(trimmed(record.schedule)), record
        again = self._again(body)
        failure.why = lambda: explanation(record, again)
        return failure

    def _again(self, body: Body) -> Again:
        """Give what runs a test again, to see what matters: as it is now, also where sizes are changed later."""
        as_now = self._with(self.model, self._watched)
        return Again(
            as_now(lambda schedule, seed: self._fails_at_all(body, schedule, seed)),
            as_now(lambda schedule: self.recorded(body, schedule)[0]),
        )

    @contextmanager
    def _with(self, made: Model, tapped: Model) -> Generator[None]:
        """Run what has been compiled before."""
        latest, self._made, self._tapped = (self._made, self._tapped), made, tapped
        try:
            yield
        finally:
            self._made, self._tapped = latest

    @property
    def _made_by(self) -> str:
        """How it is made again."""
        return made_by(self.graph, self.sizes, self.budgets, safety_only=self.safety_only)

    @property
    def _watched(self) -> Model:
        """The flow compiled so that every operator tells what it gives."""
        if self._tapped is None:
            self._tapped = Model(self.graph, self.model.sizes, tapped=True, budgets=self.budgets)
        return self._tapped

    def recorded(
        self, body: Body, schedule: Sequence[int], how: Driver | None = None
    ) -> tuple[Record, BaseException | None]:
        """Run a schedule and write it down; what the test cannot ask of any schedule is raised."""
        recorder, driver, found = Recorder(self._watched), how or Replay(schedule), None
        try:
            with heard_by(recorder):
                self.run(body, driver, recorder)
        except demands():
            raise
        except failures() as error:
            found = error
        record = recorder.finish(driver.path, found)
        record.test, record.simulation = getattr(body, "__name__", "body"), self._made_by
        again = self._again(body)
        record.verdicts = (lambda: verdicts(record, again)) if found else None
        return record, found

    def replayed(self, body: Body, schedule: Sequence[int]) -> str:
        """Run a schedule that must be one of this test; give what happened as text, or raise its failure."""
        record, error = self.exactly(body, schedule)
        if error:
            raise self.failure(body, "a replayed schedule", error, record) from error
        return text_of(record)

    def exactly(self, body: Body, schedule: Sequence[int]) -> tuple[Record, BaseException | None]:
        """Run a schedule that must be one of this test."""
        require_test(body)
        driver = Exact(schedule)
        record, error = self.recorded(body, schedule, driver)
        if error is None:
            driver.finish()
        return record, error

    def _marked(self, body: Body, schedule: tuple[int, ...]) -> Marked:
        """Say where an execution is found again."""

        def run(choices: Sequence[int]) -> Sequence[int]:
            again = Replay(choices)
            self.run(body, again)
            return again.path

        name = getattr(body, "__name__", "the test")
        return Marked(name, self._made_by, schedule, run, partial(self.replayed, body))

    def run(self, body: Body, driver: Driver, recorder: Recorder | None = None) -> bool:
        """Run a test once; gives whether the execution counts."""
        if self._running:
            raise SimulationFailure("this simulation is under way; a test inside it needs one of its own: flow.sim()")
        model = recorder.model if recorder else self.model
        self._running = True
        try:
            self.laws.start(driver)
            world = ReducedWorld(model, driver) if isinstance(driver, Reduced) else World(model, driver, recorder)
            world.mark, world.flow = partial(self._marked, body), self.flow
            token = execution.set(world)
            try:
                drive(body, world)
                world.finish()
            finally:
                execution.reset(token)
            require_awaited(body, world, driver.path)
        except Discarded:
            return False
        finally:
            self._running = False
            model.end()
            act_as(None)
        return True
