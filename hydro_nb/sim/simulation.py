"""Exploring the schedules of a flow with a test: all of them, many at random, or one again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn

from hydro_nb.errors import SimulationFailure
from hydro_nb.ir.graph import Graph
from hydro_nb.lang.sim_awaits import to_await
from hydro_nb.lang.sim_ports import MORE, AnyCluster, AnyPlace, cluster_sizes, execution, script_done
from hydro_nb.lang.sim_slips import SIMULATIONS, called_as, guesses, lacking
from hydro_nb.sim.asked import number_of_runs, number_of_steps, seed_of
from hydro_nb.sim.drive import Body, require_test
from hydro_nb.sim.drivers import OnlyScripted
from hydro_nb.sim.executions import Executions
from hydro_nb.sim.raised import demands, failures
from hydro_nb.sim.report import Report
from hydro_nb.sim.search import Search
from hydro_nb.sim.world import World
from hydro_nb.values import MemberId

if TYPE_CHECKING:
    from hydro_nb.sim.record import Record

__tracebackhide__ = True
"""pytest shows the frames of the user"""


class Simulation:
    """A flow that runs in one thread, under schedules that are chosen; made by `flow.sim()`.

    >>> flow = FlowBuilder()
    >>> numbers_in, numbers = flow.process().sim_input(int)
    >>> doubled_out = numbers.map(lambda n: n * 2).sim_output()
    >>> async def body():
    ...     numbers_in.send_many([1, 2])
    ...     await doubled_out.assert_yields_only([2, 4])
    >>> flow.sim().exhaustive(body)
    1

    The flow is taken as it is now; what is added to it later is not simulated.

    A schedule that fails is kept in `sim-failures/` beside the file of the test, or in the folder of the notebook, and
    tried first by the next search of the same test; once it passes it is removed. The environment variable
    HYDRO_NB_SIM_FAILURES names another folder, or keeps nothing: `off`.
    """

    def __init__(self, graph: Graph) -> None:
        self._executions = Executions(graph)
        self._latest: Search | None = None

    @called_as("sim.with_cluster_size(cluster, 3), once for each cluster")
    def with_cluster_size(self, cluster: AnyCluster, members: int) -> Simulation:
        """Say how many members a cluster has; needed for every cluster of the flow, and gives the simulation again.

        >>> flow = FlowBuilder()
        >>> workers = flow.cluster()
        >>> ids_out = workers.source_iter(lambda: [CLUSTER_SELF_ID.raw_id]).sim_output()
        >>> async def body():
        ...     assert [await ids_out.collect(member) for member in range(3)] == [[0], [1], [2]]
        >>> flow.sim().with_cluster_size(workers, 3).exhaustive(body)
        1

        All members are there from the start to the end, unless some may crash or come later: see `with_faults`.
        """
        self._executions.sizes |= cluster_sizes(self._executions.flow, cluster, members)
        self._executions.forget()
        return self

    @called_as("sim.with_faults(place, crashes=1)", "sim.with_faults(cluster, crashes=1, joins=1, restarts=1)")
    def with_faults(self, place: AnyPlace, *, crashes: int = 1, joins: int = 0, restarts: int = 0) -> Simulation:
        """Let up to so many members of a cluster crash, come later or start again, at any moment; or a process crash.

        >>> flow = FlowBuilder()
        >>> leader, workers = flow.process(), flow.cluster()
        >>> numbers_in, numbers = leader.sim_input(int)
        >>> copies_out = numbers.broadcast_closed(workers).send(leader).entries().sim_output()
        >>> sim, answers = flow.sim().with_cluster_size(workers, 2).with_faults(workers, crashes=1), set()
        >>> async def body():
        ...     numbers_in.send(7)
        ...     answers.add((len(await copies_out.collect_sorted()), len(sim.members(workers))))
        >>> _ = sim.exhaustive(body)
        >>> sorted(answers)  # how many copies, and how many members are left
        [(1, 1), (2, 1), (2, 2)]

        Who crashes loses all that it has and that is under way to it. What it has sent arrives as `fail_stop` says: at
        each receiver a prefix, longer at one and shorter at another; so does what it gives to each output. Who looks
        at the cluster's members hears at any time after that it has left. Who joins, or starts again with nothing,
        begins when all who live have heard of it.

        The plainest schedule is the one without a fault; `fuzz` tries many more executions with few faults than with
        many. Gives the simulation again. Without `with_faults` all are there from the start to the end.
        """
        from hydro_nb.sim.faults import budget_of, place_of

        flow = self._executions.flow
        found = place_of(flow, place)
        numbers = {"crashes": crashes, "joins": joins, "restarts": restarts}
        self._executions.budgets[found.number] = budget_of(flow, found, numbers)
        self._executions.forget()
        return self

    def members(self, cluster: AnyCluster) -> list[MemberId[Any]]:
        """Give who is in a cluster at this moment, in the body of a test.

        >>> flow = FlowBuilder()
        >>> workers = flow.cluster()
        >>> names_out = workers.source_iter(["a"]).sim_output()
        >>> sim = flow.sim().with_cluster_size(workers, 2)
        >>> async def body():
        ...     assert [member.raw_id for member in sim.members(workers)] == [0, 1]
        >>> sim.exhaustive(body)
        1

        All that there are, but for those who have crashed or not come yet: see `with_faults`.
        """
        from hydro_nb.sim.faults import cluster_of

        world = self._world("who is there is known")
        place = cluster_of(self._executions.flow, cluster)
        members, faults = world.model.members(place), world.model.faults
        return [members[number] for number in sorted(faults.present(place))] if faults else members

    def test_safety_only(self) -> Simulation:
        """Say that a test only claims what must never happen, so that messages may be late for ever.

        >>> flow = FlowBuilder()
        >>> leader, follower = flow.process(), flow.process()
        >>> numbers_in, numbers = leader.sim_input(int)
        >>> numbers_out = numbers.send(follower, TCP.lossy_delayed_forever()).sim_output()
        >>> async def body():
        ...     numbers_in.send(1)
        ...     assert await numbers_out.collect_sorted() in ([1], [])
        >>> flow.sim().test_safety_only().exhaustive(body)
        2

        Needed where a flow sends by `lossy_delayed_forever()`; gives the simulation again.
        """
        self._executions.safety_only = True
        return self

    def with_most_steps(self, steps: int) -> Simulation:
        """Say after how many steps of one execution a test is one that does not end; without this, after 1,000,000.

        >>> flow = FlowBuilder()
        >>> numbers_in, numbers = flow.process().sim_input(int)
        >>> numbers_out = numbers.sim_output()
        >>> async def body():
        ...     while True:
        ...         numbers_in.send(1)
        ...         await numbers_out.next()
        >>> try:
        ...     flow.sim().with_most_steps(1000).exhaustive(body)
        ... except SimulationFailure as error:
        ...     print(str(error).partition(";")[0])
        `body` has not ended after 1,000 steps

        All that the test sends is a step, and so is each thing that happens while it waits. Gives the simulation again.
        """
        self._executions.most_steps = number_of_steps(steps)
        return self

    @to_await
    async def advance(self, seconds: float | timedelta) -> None:
        """Let so much time pass in the body of a test, and what is due meanwhile happen.

        >>> flow = FlowBuilder()
        >>> beats_out = flow.process().source_interval(1.0).sim_output()
        >>> sim = flow.sim()
        >>> async def body():
        ...     await beats_out.assert_yields_only([()])  # the first beat is at the start
        ...     await sim.advance(2.5)
        ...     await beats_out.assert_yields_only([(), ()])
        >>> sim.exhaustive(body)
        1

        This is the only way in which time passes: for `source_interval`, `sample_every`, `timeout`, what
        `current_tick_instant` gives, and `asyncio.sleep` in an async function of the flow. What is due at the same time
        happens one after the other, in the order of the program.

        Ticks that are ready may run before the next thing that is due, or not until later; so may elements reach a
        sample or a timeout. To have all that is under way done first, wait for the outputs: `await out.collect()`.

        `time.monotonic()` and `time.time()` in a function of yours go on giving the real time.
        """
        world = self._world("time passes")
        world.count()
        clock = world.model.clock
        await script_done()
        clock.let_pass(seconds)
        while clock.pending:
            await MORE

    def _world(self, what: str) -> World:
        """Give the execution under way."""
        world = execution.get()
        if isinstance(world, World) and world.flow is self._executions.flow:
            return world
        raise SimulationFailure(
            f"{what} in the body of a test that a simulation of this flow runs.\n"
            "  Write: sim = flow.sim(), ask `sim` in the test, then sim.exhaustive(body)"
        )

    @called_as("sim.exhaustive(body)")
    def exhaustive(self, body: Body, *, reduce: bool = False) -> int:
        """Run a test under every schedule; gives how many there are, raises `SimulationFailure` where one fails.

        >>> flow = FlowBuilder()
        >>> process = flow.process()
        >>> numbers_in, numbers = process.sim_input(int)
        >>> batches = numbers.batch(process.tick(), nondet("only the order matters"))
        >>> numbers_out = batches.all_ticks().sim_output()
        >>> async def body():
        ...     numbers_in.send_many([1, 2, 3])
        ...     await numbers_out.assert_yields_only([1, 2, 3])
        >>> flow.sim().exhaustive(body)
        4

        With `reduce=True` it leaves out what differs from a schedule that was tried only in the order of steps that
        have nothing to do with one another. It finds the same failures and the same outcomes, with fewer executions.

        Executions that begin alike are compared as far as they do, in the first of them, to see that nothing but the
        schedule decides what happens.

        A schedule that fails is made plain and kept beside the test, in `sim-failures/`, where the next search tries it
        first. What the test and the flow print is not heard, as it would be printed for each schedule; `replay` tells
        it, and `breakpoint()` stops where it stands.
        """
        return self._searching(body).exhaustive(reduce=reduce)

    @called_as("sim.fuzz(body, runs=1000)", "sim.fuzz(body, runs=1000, seed=1)")
    def fuzz(self, body: Body, runs: int = 8192, seed: int | None = None) -> int:
        """Run a test under schedules chosen at random; gives how many were not discarded.

        >>> flow = FlowBuilder()
        >>> numbers_in, numbers = flow.process().sim_input(int)
        >>> numbers_out = numbers.sim_output()
        >>> async def body():
        ...     numbers_in.send(1)
        ...     await numbers_out.assert_yields_only([1])
        >>> flow.sim().fuzz(body, runs=10, seed=1)
        10

        The same seed gives the same executions, in any process, unless a function of yours goes through a set of
        strings: Python changes its order from process to process, where PYTHONHASHSEED is not set. A few runs are made
        twice, to see that nothing but the schedule decides what happens.

        A schedule that fails is made plain and kept beside the test, as by `exhaustive`.
        """
        runs, seed = number_of_runs(runs), seed_of(seed)
        return self._searching(body).fuzz(runs, seed)

    @called_as("sim.deterministic(body)")
    def deterministic(self, body: Body) -> None:
        """Run a test in the one execution that it scripts through hooks; what it leaves open is an error.

        >>> flow = FlowBuilder()
        >>> process, reads = flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = process.sim_input(int)
        >>> batch = numbers.batch(process.tick(), nondet("any size will do", hook=reads))
        >>> sizes_out = batch.count().all_ticks().sim_output()
        >>> async def body():
        ...     numbers_in.send_many([1, 2, 3])
        ...     await reads.release(1)
        ...     await reads.release_values([2, 3])
        ...     await sizes_out.assert_yields_only([1, 2])
        >>> flow.sim().deterministic(body)

        A value of a flow that never changes is seen as it is, and needs no script. What the clock brings comes promptly
        when the test lets time pass, and nobody crashes.
        """
        require_test(body)
        driver = OnlyScripted(())
        try:
            counts = self._executions.run(body, driver)
        except demands():
            raise
        except failures() as error:
            raise self._executions.telling.scripted(body, error) from error
        if not counts:
            raise SimulationFailure("the only execution was discarded: `continue_if` did not hold in it.")

    @property
    def report(self) -> Report:
        """What the last search has seen: executions, their rate, outcomes, places of choice that were met or not.

        >>> flow = FlowBuilder()
        >>> process = flow.process()
        >>> numbers_in, numbers = process.sim_input(int)
        >>> batches = numbers.batch(process.tick(), nondet("batches are counted on purpose"))
        >>> counts_out = batches.count().all_ticks().sim_output()
        >>> async def body():
        ...     numbers_in.send_many([1, 2, 3])
        ...     assert sum(await counts_out.collect()) == 3
        >>> simulation = flow.sim()
        >>> simulation.exhaustive(body)
        4
        >>> simulation.report.outcomes, simulation.report.longest, simulation.report.unmet
        (4, 2, ())

        It is kept also where the search failed or was stopped; a search that is stopped by Ctrl-C prints it.
        """
        return self._latest.report if self._latest else Report()

    def replay(self, body: Body, schedule: Sequence[int] = ()) -> str:
        """Run a test once under a schedule, such as that of a failure; gives what happened as text.

        >>> flow = FlowBuilder()
        >>> process = flow.process()
        >>> numbers_in, numbers = process.sim_input(int)
        >>> numbers_out = numbers.sim_output()
        >>> async def body():
        ...     numbers_in.send(1)
        ...     await numbers_out.assert_yields_only([1])
        >>> flow.sim().replay(body).partition("      ")[0]
        '1. the test sends 1 into `numbers`'

        Choices that are not written down are the plainest. Without a schedule that is the prompt execution: all that is
        ready has its turn, a batch is all that has come, a snapshot the newest version, elements come in the order of
        arrival and once, messages arrive, nobody crashes, and time passes when all ticks have run.
        """
        return self._executions.telling.replayed(body, schedule)

    def record(self, body: Body, schedule: Sequence[int] = ()) -> Record:
        """Run a test once under a schedule and give all that happened, whether it passes or fails.

        >>> flow = FlowBuilder()
        >>> numbers_in, numbers = flow.process().sim_input(int)
        >>> numbers_out = numbers.map(lambda n: n + 1).sim_output()
        >>> async def body():
        ...     numbers_in.send(1)
        ...     await numbers_out.assert_yields_only([2])
        >>> [moment.title for moment in flow.sim().record(body).moments if moment.kind == "output"]
        ['the flow gives 2 to `numbers_out`']

        In a notebook the result is a picture that can be played.
        """
        return self._executions.telling.exactly(body, schedule)[0]

    def __repr__(self) -> str:
        latest = f"\n  {self._latest.report.line}" if self._latest else ""
        return f"{self._executions.made_by}{latest}"

    def _repr_html_(self) -> str:
        from html import escape

        searched = self.report.as_html() if self._latest else "no search yet"
        return f"<div><code>{escape(self._executions.made_by)}</code></div>{searched}"

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            """Say what there is instead of a name that a simulation lacks."""
            raise AttributeError(lacking(type(self), name, _MEANT), name=name, obj=self)

    def _searching(self, body: Body) -> Search:
        self._latest = Search(self._executions.trial(body))
        return self._latest


_MEANT = guesses(SIMULATIONS)
