"""A failing schedule is made plain as long as it is the same failure: of the same type, at the same line."""

import json

import pytest

from hydro_nb import FlowBuilder, SimulationFailure, nondet


@pytest.fixture
def sizes(tmp_path, monkeypatch):
    """Give a flow that counts its batches, its ports, and what reads the failure that was kept."""
    monkeypatch.setenv("HYDRO_NB_SIM_FAILURES", str(tmp_path))
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int)
    out = numbers.batch(process.tick(), nondet("any batches")).count().all_ticks().sim_output()
    return flow, port, out, lambda: json.loads(next(tmp_path.iterdir()).read_text())


def failing(flow, body, seed):
    with pytest.raises(SimulationFailure) as caught:
        flow.sim().fuzz(body, runs=2000, seed=seed)
    return caught.value


def test_the_failure_that_was_found_is_the_one_that_is_shown(sizes):
    flow, port, out, kept = sizes

    async def body():
        port.send_many([1, 2, 3, 4, 5])
        found = await out.collect()
        assert found != [2, 1, 2], "lost money"
        assert found != [4, 1], "was slow"

    failure = failing(flow, body, seed=0)
    assert "AssertionError: lost money" in str(failure)
    assert tuple(kept()["schedule"]) == failure.schedule
    assert kept()["text"].startswith("lost money")
    assert "releasing items: [1, 2]" in str(failure)


def test_the_innermost_line_counts_not_the_one_of_the_test(sizes, monkeypatch):
    flow, port, out, _ = sizes
    monkeypatch.setenv("HYDRO_NB_SIM_FAILURES", "off")

    def check(found):
        if found[0] == 1:
            raise ValueError("one at the start")
        if len(found) > 1:
            raise ValueError("more than one")

    async def body():
        port.send_many([1, 2, 3, 4, 5])
        check(await out.collect())

    texts = {str(failing(flow, body, seed).__cause__) for seed in range(8)}
    assert texts == {"one at the start", "more than one"}


def test_what_is_kept_says_what_the_plainest_schedule_gives(sizes):
    flow, port, out, kept = sizes

    async def body():
        port.send_many([1, 2, 3, 4, 5])
        found = await out.collect()
        assert len(found) == 1, f"there were {found}"

    failure = failing(flow, body, seed=0)
    assert "AssertionError: there were [4, 1]" in str(failure)
    assert kept()["text"].startswith("there were [4, 1]")


def test_where_a_library_raises_the_line_that_called_it_counts(sizes, monkeypatch):
    flow, port, out, _ = sizes
    monkeypatch.setenv("HYDRO_NB_SIM_FAILURES", "off")

    async def body():
        port.send_many([1, 2, 3])
        found = await out.collect()
        json.loads("[" if found == [1, 1, 1] else "1")
        json.loads("{" if len(found) > 1 else "1")

    found = {failing(flow, body, seed).schedule for seed in range(8)}
    assert found == {(1,), (2, 1)}
