"""Arrays that arrive can only be read, in the simulator as in a deployment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from hydro_nb import TCP, FlowBuilder, HydroError, SimulationFailure, nondet

READ_ONLY = "assignment destination is read-only"


@dataclass
class Reading:
    values: np.ndarray


def written(array):
    array[0] = 7
    return array.tolist()


HELD = {
    "itself": (lambda array: array, lambda held: held),
    "in a list": (lambda array: [array], lambda held: held[0]),
    "in a pair": (lambda array: (1, array), lambda held: held[1]),
    "in a table": (lambda array: {"a": [array]}, lambda held: held["a"][0]),
    "in a record": (Reading, lambda held: held.values),
}


def sent(put, take, via=None):
    flow = FlowBuilder()
    first, second = flow.process(), flow.process()
    found = (
        first.source_iter([0]).map(lambda _: put(np.arange(3))).send(second, via).map(lambda held: written(take(held)))
    )
    return flow, found


@pytest.mark.parametrize("where", HELD)
def test_what_arrives_cannot_be_written_to(where):
    flow, found = sent(*HELD[where])
    with pytest.raises(HydroError, match=READ_ONLY):
        found.preview()
    flow, found = sent(*HELD[where])
    out = found.sim_output()

    async def body():
        await out.assert_yields_only([[7, 1, 2]])

    with pytest.raises(SimulationFailure, match=READ_ONLY):
        flow.sim().exhaustive(body)


def test_what_is_pickled_can():
    pickled = TCP.fail_stop().pickle(trusted="both ends are here")
    assert sent(*HELD["itself"], pickled)[1].preview().rows == [[7, 1, 2]]
    flow, found = sent(*HELD["itself"], pickled)
    out = found.sim_output()

    async def body():
        await out.assert_yields_only([[7, 1, 2]])

    assert flow.sim().exhaustive(body) == 1


@pytest.mark.parametrize("via", [TCP.fail_stop(), TCP.lossy(nondet("some are lost"))])
def test_nor_can_what_a_test_sends_or_a_value_that_is_kept(via):
    flow = FlowBuilder()
    first, second = flow.process(), flow.process()
    port, arrays = first.sim_input(np.ndarray)
    direct = arrays.map(lambda array: array.flags.writeable).sim_output()
    tick = second.tick()
    newest = arrays.send(second, via).fold(lambda: None, lambda _, array: array)
    kept = newest.snapshot(tick, nondet("any")).all_ticks()
    out = kept.map(lambda array: array is not None and array.flags.writeable).sim_output()
    mine = np.arange(3)

    async def body():
        port.send(mine)
        assert await direct.collect() == [False]
        assert not any(await out.collect())

    assert flow.sim().exhaustive(body) > 0
    assert mine.flags.writeable
