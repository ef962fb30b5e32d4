"""Claims about functions of floats: what rounding does is no proof that they are false, and hides nothing else."""

import math

import numpy as np
import pytest

from hydro_nb import FlowBuilder, NoOrder, SimulationFailure, nondet, proof
from hydro_nb.sim.alike import Room, alike, greatest

ANY = nondet("any outcome is explored")


def tried(function, start, elements, **claims):
    """Search with elements in any order."""
    flow = FlowBuilder()
    process = flow.process()
    port, stream = process.sim_input(object, order=NoOrder)
    fold = stream.fold(lambda: start, function, commutative=proof("an addition"), **claims)
    out = fold.snapshot(process.tick(), ANY).all_ticks().sim_output()

    async def body():
        port.send_many_unordered(elements)
        await out.collect_sorted(key=str)

    flow.sim().fuzz(body, runs=20, seed=1)


def floats(kind):
    return [kind(n) for n in (0.1, 0.7, 1.3, 2.9)]


@pytest.mark.parametrize(
    ("start", "elements"),
    [
        (np.float32(0), floats(np.float32)),
        (np.float16(0), floats(np.float16)),
        (np.complex64(0), floats(np.complex64)),
        (np.zeros(2, np.float32), [np.array([n, n * 3], np.float32) for n in (0.1, 0.7, 1.3, 2.9)]),
        (0.0, [1e9, 0.1, -1e9]),
        (0.0, [0.1, 0.3, 1e17, -1e17]),
        (np.float32(0), [np.float32(n) for n in (1e6, 0.1, -1e6)]),
    ],
)
def test_a_sum_is_not_accused_of_what_rounding_does(start, elements):
    tried(lambda total, number: total + number, start, elements)


def test_what_comes_in_between_may_have_cancelled_out():
    tried(lambda total, number: total + number**3, 0.1, [1e4, -1e4, 3.0])


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, float])
def test_more_than_rounding_is_found(kind):
    with pytest.raises(SimulationFailure, match="is not commutative"):
        tried(lambda total, number: (total + number) / 2, kind(0), floats(kind))


def test_a_great_number_beside_others_hides_nothing():
    with pytest.raises(SimulationFailure, match="is not commutative"):
        tried(lambda row, n: (row[0], row[1] / 2 + n), (1_764_000_000.0, 0.0), [0.25, 0.5])


@pytest.mark.parametrize(
    ("one", "two", "size", "answer"),
    [
        (np.float32(4.3), np.float32(4.2999997), 0, True),
        (np.float32(4.3), np.float32(4.299), 0, False),
        (4.3, 4.2999997, 0, False),
        (np.array([4.3], np.float32), np.array([4.2999997], np.float32), 0, True),
        (0.1, 0.10000002384185791, 0, False),
        (0.1, 0.10000002384185791, 1e9, True),
        (0.1, 0.101, 1e9, False),
        ([0.1], [0.10000002384185791], 1e9, True),
    ],
)
def test_how_near_is_alike(one, two, size, answer):
    assert alike(one, two, Room(size=size)) is answer


def test_the_greatest_number():
    values = [1, {"a": (-7.5, math.nan)}, np.array([2, 3]), 10**400, "1000", None, 3j, math.inf]
    assert greatest(values) == 7.5
    assert greatest([]) == 0
