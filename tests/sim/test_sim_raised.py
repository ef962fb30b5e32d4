"""A test may fail in other ways than by an assertion."""

import json

import pytest

from hydro_nb import FlowBuilder, SimulationFailure, nondet


def counted():
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int)
    out = numbers.batch(process.tick(), nondet("any batches")).count().all_ticks().sim_output()
    return flow, port, out


@pytest.mark.parametrize(
    "search",
    [
        lambda sim, body: sim.exhaustive(body),
        lambda sim, body: sim.exhaustive(body, reduce=True),
        lambda sim, body: sim.fuzz(body, seed=1),
        lambda sim, body: sim.replay(body, [1]),
    ],
)
def test_what_pytest_says_is_a_failure(search):
    flow, port, out = counted()

    async def body():
        port.send_many([1, 2, 3])
        if await out.collect() == [2, 1]:
            pytest.fail("bad batches")

    with pytest.raises(SimulationFailure) as caught:
        search(flow.sim(), body)
    assert "Failed: bad batches" in str(caught.value)
    assert caught.value.schedule == (1,)
    assert "The failure depends on 1 of 1 decision." in caught.value.explain()


def test_what_did_not_raise_is_a_failure_and_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("HYDRO_NB_SIM_FAILURES", str(tmp_path))
    flow, port, out = counted()

    async def body():
        port.send_many([1, 2, 3])
        sizes = await out.collect()
        with pytest.raises(ZeroDivisionError):
            _ = 1 / (sizes == [2, 1])

    with pytest.raises(SimulationFailure, match="DID NOT RAISE"):
        flow.sim().exhaustive(body)
    (file,) = tmp_path.iterdir()
    assert json.loads(file.read_text())["text"].startswith("DID NOT RAISE")


def test_a_script_may_fail_by_pytest():
    flow, *_ = counted()

    async def body():
        pytest.fail("not this way")

    with pytest.raises(SimulationFailure, match="Failed: not this way"):
        flow.sim().deterministic(body)


@pytest.mark.parametrize(
    ("leave", "outcome"),
    [
        (pytest.skip, pytest.skip.Exception),
        (pytest.xfail, pytest.xfail.Exception),
        (pytest.exit, pytest.exit.Exception),
    ],
)
def test_what_ends_a_test_otherwise_ends_the_search(leave, outcome):
    flow, *_ = counted()

    async def body():
        leave("not here")

    with pytest.raises(outcome, match="not here"):
        flow.sim().exhaustive(body)
