"""Running a test in the worlds of a flow, one execution after the other."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from hydro_nb.compile.program import require_runnable
from hydro_nb.errors import SimulationFailure
from hydro_nb.ir.graph import Graph
from hydro_nb.lang.sim_ports import Discarded, execution
from hydro_nb.sim.drive import Body, drive, require_awaited, require_test, tell_forgotten
from hydro_nb.sim.drivers import Driver
from hydro_nb.sim.laws import Laws, tried
from hydro_nb.sim.model import Model
from hydro_nb.sim.observe import simulated
from hydro_nb.sim.reduce import Reduced, ReducedWorld
from hydro_nb.sim.required import require_safety_only, require_sizes
from hydro_nb.sim.search import Trial
from hydro_nb.sim.world import World
from hydro_nb.values import act_as

if TYPE_CHECKING:
    from hydro_nb.sim.bookmark import Marked
    from hydro_nb.sim.faults import Budget
    from hydro_nb.sim.recorder import Recorder
    from hydro_nb.sim.telling import Telling

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
        self.most_steps = 0
        """after how many steps a test is one that does not end, where that was said"""
        self.laws = Laws(self.graph)
        self._made: Model | None = None
        self._tapped: Model | None = None
        self._running = False

    # ------------------------------------------------------------ what is run

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

    @property
    def watched(self) -> Model:
        """The flow compiled so that every operator tells what it gives."""
        if self._tapped is None:
            self._tapped = Model(self.graph, self.model.sizes, tapped=True, budgets=self.budgets)
        return self._tapped

    @property
    def made_by(self) -> str:
        """How it is made again."""
        from hydro_nb.sim.again import made_by

        steps = self.most_steps
        return made_by(self.graph, self.sizes, self.budgets, safety_only=self.safety_only, most_steps=steps)

    @contextmanager
    def running(self, made: Model, tapped: Model) -> Generator[None]:
        """Run what has been compiled before."""
        latest, self._made, self._tapped = (self._made, self._tapped), made, tapped
        try:
            yield
        finally:
            self._made, self._tapped = latest

    # ------------------------------------------------------------ running it

    def trial(self, body: Body) -> Trial:
        """Make ready to search."""
        require_test(body)
        self.laws.begin()
        return Trial(body, self.model, partial(self.run, body), partial(self._failed, body))

    def _failed(self, body: Body, which: str, schedule: Sequence[int], found: BaseException) -> SimulationFailure:
        return self.telling.failed(body, which, schedule, found)

    def _marked(self, body: Body, schedule: tuple[int, ...]) -> Marked:
        return self.telling.marked(body, schedule)

    @property
    def telling(self) -> Telling:
        """What tells of executions: few need it, and most of the simulator's code is there."""
        from hydro_nb.sim.telling import Telling

        return Telling(self)

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
            world.most_steps = self.most_steps or world.most_steps
            token = execution.set(world)
            try:
                world.finish(waited=drive(body, world))
            except BaseException as error:
                tell_forgotten(world, error)
                raise
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
