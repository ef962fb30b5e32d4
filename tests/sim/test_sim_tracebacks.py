"""What a failing test shows of itself: its own lines, and none of the library's."""

import pytest

from hydro_nb import ConsistencyCollector, FlowBuilder, SimulationFailure, nondet

ANY = nondet("any outcome is explored")


class Counting:
    """Sizes of batches, which differ from schedule to schedule."""

    def __init__(self):
        self.flow = FlowBuilder()
        process, self.hook = self.flow.process(), self.flow.sim_hook()
        self.port, numbers = process.sim_input(int)
        batch = numbers.batch(process.tick(), nondet("any size", hook=self.hook))
        self.out = batch.count().all_ticks().sim_output()
        self.collector = ConsistencyCollector()

    async def fails(self):
        self.port.send_many([1, 2])
        assert await self.out.collect() == [2]

    async def collects(self):
        self.port.send_many([1, 2])
        self.collector.record_run(await self.out.collect())

    async def forgets(self):
        self.port.send_many([1, 2])
        self.out.collect()

    async def scripts_nonsense(self):
        self.port.send_many([1, 2])
        await self.hook.reveal(3)

    async def collects_a_number(self):
        self.collector.record_run(3)

    async def expects_a_number(self):
        await self.out.assert_yields_only(3)

    def disagrees(self):
        self.flow.sim().exhaustive(self.collects)
        self.collector.check_prefix_consistency()


WAYS = {
    "exhaustive": lambda counting: counting.flow.sim().exhaustive(counting.fails),
    "fuzz": lambda counting: counting.flow.sim().fuzz(counting.fails, runs=20, seed=1),
    "replay": lambda counting: counting.flow.sim().replay(counting.fails, [1]),
    "deterministic": lambda counting: counting.flow.sim().deterministic(counting.fails),
    "not awaited": lambda counting: counting.flow.sim().exhaustive(counting.forgets),
    "a hook of another place": lambda counting: counting.flow.sim().deterministic(counting.scripts_nonsense),
    "no list collected": lambda counting: counting.flow.sim().exhaustive(counting.collects_a_number),
    "no list expected": lambda counting: counting.flow.sim().exhaustive(counting.expects_a_number),
    "inconsistent": lambda counting: counting.disagrees(),
    "no test": lambda counting: counting.flow.sim().exhaustive(3),
    "called wrongly": lambda counting: counting.flow.sim().fuzz(counting.fails, iterations=3),
}


def last_frame_shown(error):
    shown, traceback = "", error.__traceback__
    while traceback:
        frame = traceback.tb_frame
        if not frame.f_globals.get("__tracebackhide__", False):
            shown = frame.f_code.co_filename
        traceback = traceback.tb_next
    return shown


@pytest.mark.parametrize("way", WAYS)
def test_the_last_line_that_is_shown_is_the_users(way):
    with pytest.raises(SimulationFailure) as caught:
        WAYS[way](Counting())
    assert last_frame_shown(caught.value) == __file__


def test_so_it_is_where_the_failure_was_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("HYDRO_NB_SIM_FAILURES", str(tmp_path))
    counting = Counting()
    for found in ("in execution ", "in the schedule kept in "):
        with pytest.raises(SimulationFailure, match=f"failed {found}") as caught:
            counting.flow.sim().exhaustive(counting.fails)
        assert last_frame_shown(caught.value) == __file__
