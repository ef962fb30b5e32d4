"""In which executions claims are tried, and how a false one is found, made plain and replayed."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydro_nb import FlowBuilder, NoOrder, SimulationFailure, nondet, proof
from hydro_nb.errors import ProofError
from hydro_nb.sim.claims import Law
from hydro_nb.sim.drivers import AtRandom, DepthFirst, OnlyScripted, Repeat, Replay
from hydro_nb.sim.laws import Laws, tried
from hydro_nb.sim.observe import simulated
from hydro_nb.sim.simulation import Simulation

ANY, CLAIMED = nondet("any outcome is explored"), proof("said without thinking")
GREATEST = proof("the greatest")


def batches(function, claim=CLAIMED, *, init=0, **claims):
    """Give a flow that folds unordered batches, its port, and what comes out."""
    flow = FlowBuilder()
    process = flow.process()
    port, stream = process.sim_input(int, order=NoOrder)
    fold = stream.batch(process.tick(), ANY).fold(init, function, commutative=claim, **claims)
    return flow, port, fold.all_ticks().sim_output()


def listening(laws, drivers):
    heard = []
    for number, driver in enumerate(drivers, 1):
        laws.start(driver)
        if laws._laws[0].open:
            heard.append(number)
    return heard


def laws_of(flow):
    return Laws(tried(simulated(flow.graph)))


def test_claims_are_tried_in_the_first_executions_and_then_ever_more_rarely():
    laws = laws_of(batches(max, GREATEST)[0])
    heard = listening(laws, [DepthFirst()] * 4096)
    assert heard[:32] == list(range(1, 33))
    for size in (64, 512, 2048):
        assert len([number for number in heard if size <= number < 2 * size]) == 16
    laws.begin()
    assert listening(laws, [AtRandom(1)] * 40) == [*range(1, 33), 34, 36, 38, 40]


def test_claims_are_tried_whenever_a_schedule_is_run_to_be_looked_at():
    laws = laws_of(batches(max, GREATEST)[0])
    assert len(listening(laws, [Replay(()), OnlyScripted(())] * 50)) == 100
    assert listening(laws, [Repeat([], [])] * 50) == []


def test_a_search_spends_no_more_on_a_claim_than_it_may(monkeypatch):
    flow, port, out = batches(lambda acc, n: acc + n, proof("a sum"))
    heard = []

    async def body():
        port.send_many_unordered(range(20))
        await out.collect()

    hear = Law.hear
    monkeypatch.setattr(Law, "hear", lambda law, *values: (heard.append(1), hear(law, *values))[1])
    simulation = flow.sim()
    assert simulation.fuzz(body, runs=1000, seed=1) == 1000
    first = len(heard)
    assert 500 < first <= 5000
    (law,) = simulation._executions.laws._laws
    assert law.spent <= 5100
    assert simulation.fuzz(body, runs=5000, seed=1) == 5000
    assert len(heard) - first <= 5000, "a longer search spends no more"


def test_what_is_large_is_tried_less_often():
    spent = []
    for size in (1, 20_000):
        flow, port, out = batches(lambda acc, n: acc | {n}, proof("a union"), init=frozenset(range(-size, 0)))

        async def body(port=port, out=out):
            port.send_many_unordered(range(6))
            await out.collect()

        simulation, calls = flow.sim(), []
        (law,) = simulation._executions.laws._laws
        law._function = Counted(law._function, calls)
        simulation.fuzz(body, runs=20, seed=1)
        spent.append(len(calls))
    assert 0 < spent[1] < spent[0] / 2


class Counted:
    """Counts the calls of a function."""

    def __init__(self, function, calls):
        self.function, self.calls, self.inplace, self.text = function, calls, function.inplace, function.text

    def renew(self):
        self.function.renew()

    def __call__(self, *args):
        self.calls.append(args)
        return self.function(*args)


def test_a_claim_that_is_tried_changes_no_execution():
    def outcomes(claim):
        flow, port, out = batches(lambda acc, n: acc + n, claim)
        seen = []

        async def body():
            port.send_many_unordered([1, 2, 4, 8])
            seen.append(tuple(await out.collect()))

        flow.sim().fuzz(body, runs=100, seed=7)
        flow.sim().exhaustive(body)
        return seen

    assert outcomes(proof("a sum")) == outcomes(proof("a sum", unchecked=True))


def test_a_reduced_search_tries_claims_too():
    flow, port, out = batches(lambda acc, n: 2 * acc + n)

    async def body():
        port.send_many_unordered([1, 2])
        await out.collect()

    with pytest.raises(SimulationFailure, match="is not commutative"):
        flow.sim().exhaustive(body, reduce=True)


def test_operators_without_a_claim_hear_of_nothing():
    flow, _, _ = batches(max, proof("not asked", unchecked=True))
    model = flow.sim()._executions.model
    assert "hear(" not in "".join(module.written.text for module in model.modules)
    assert laws_of(flow)._laws == []


def test_a_claim_that_is_false_of_rare_values_alone_is_found():
    flow, port, out = batches(lambda acc, n: acc + n if n != 7 else 2 * acc)

    async def body():
        numbers = [1]
        port.send_many_unordered([1])
        for _ in range(4):
            numbers.append(len(await out.collect()))
            port.send_many_unordered([sum(numbers), 7] if len(numbers) == 4 else [1, 1])

    with pytest.raises(SimulationFailure, match="is not commutative"):
        flow.sim().fuzz(body, runs=2000, seed=5)


def test_what_is_claimed_explains_a_test_that_fails_in_an_execution_in_which_nothing_is_tried(monkeypatch):
    monkeypatch.setattr(Laws, "_is_next", lambda _: False)
    flow, port, out = batches(lambda acc, n: 2 * acc + n)

    def sending(wrong):
        async def body():
            port.send_many_unordered([1, 2])
            assert wrong not in await out.collect()

        return body

    assert flow.sim().exhaustive(sending(5)) == 3
    with pytest.raises(SimulationFailure, match="is not commutative"):
        flow.sim().exhaustive(sending(4))


def test_a_false_claim_is_kept_and_replayed(tmp_path, monkeypatch):
    monkeypatch.setenv("HYDRO_NB_SIM_FAILURES", str(tmp_path))
    flow, port, out = batches(lambda acc, n: 2 * acc + n)

    async def body():
        port.send_many_unordered([3, 2, 1])
        await out.collect()

    with pytest.raises(SimulationFailure, match=r"execution 1 of an exhaustive search") as caught:
        flow.sim().exhaustive(body)
    assert isinstance(caught.value.__cause__, ProofError)
    (kept,) = tmp_path.iterdir()
    assert "is not commutative" in json.loads(kept.read_text())["text"]
    with pytest.raises(SimulationFailure, match="the schedule kept in"):
        flow.sim().exhaustive(body)
    with pytest.raises(SimulationFailure, match="is not commutative"):
        flow.sim().replay(body, caught.value.schedule)
    assert "is not commutative" in flow.sim().record(body, caught.value.schedule).failure


def test_a_claim_is_tried_also_where_a_test_decides_all():
    flow = FlowBuilder()
    process, sizes = flow.process(), flow.sim_hook()
    port, stream = process.sim_input(int, order=NoOrder)
    batch = stream.batch(process.tick(), nondet("any size", hook=sizes))
    out = batch.fold(0, lambda acc, n: 2 * acc + n, commutative=CLAIMED).all_ticks().sim_output()

    async def body():
        port.send_many_unordered([1, 2])
        await sizes.release_all()
        await out.collect()

    with pytest.raises(SimulationFailure, match="from 0, 1 and then 2 give 4, but 2 and then 1 give 5"):
        flow.sim().deterministic(body)


def test_the_simplest_of_what_contradicts_a_claim_is_shown():
    flow, port, out = batches(lambda acc, n: acc + n if n < 100 else 2 * acc)

    async def body():
        port.send_many_unordered([90, 7, 55, 100])
        await out.collect()

    with pytest.raises(SimulationFailure, match="from 0, 7 and then 100 give 14, but 100 and then 7 give 7"):
        flow.sim().exhaustive(body)


FUNCTIONS = {
    "sum": lambda acc, n: acc + n,
    "greatest": max,
    "parity": lambda acc, n: (acc + n) % 2,
    "newest": lambda _, n: n,
    "double": lambda acc, n: 2 * acc + n,
    "difference": lambda acc, n: acc - n,
    "wrong above 5": lambda acc, n: n if n > 5 else acc + n,
    "closest to 3": lambda acc, n: min(acc, n, key=lambda each: abs(each - 3)),
}
LAWS = {
    "commutative": lambda f, acc, a, b: f(f(acc, a), b) == f(f(acc, b), a),
    "idempotent": lambda f, acc, a, _: f(f(acc, a), a) == f(acc, a),
    "monotone": lambda f, acc, a, _: f(acc, a) >= acc,
}


@given(
    st.sampled_from(sorted(FUNCTIONS)),
    st.sampled_from(sorted(LAWS)),
    st.lists(st.integers(-2, 9), min_size=1, max_size=4),
)
@settings(max_examples=300, deadline=None)
def test_a_claim_is_refuted_where_it_is_false_of_what_comes(name, law, numbers):
    """The first execution takes all at once, in the order in which they were sent."""
    function, unasked = FUNCTIONS[name], proof("not asked", unchecked=True)
    flow, port, out = batches(function, **({"claim": unasked} | {law.replace("commutative", "claim"): CLAIMED}))

    async def body():
        port.send_many_unordered(numbers)
        await out.collect()

    simulation = Simulation(flow.graph)
    if is_false(law, function, numbers):
        with pytest.raises(SimulationFailure, match="ProofError"):
            simulation.exhaustive(body)
    else:
        simulation.replay(body)


def is_false(law, function, numbers):
    """Whether a law does not hold at some accumulator of one batch, of what has not come until then."""
    start = 0
    for at, number in enumerate(numbers):
        rest = numbers[at:] if law == "commutative" else [number]
        if not all(LAWS[law](function, start, one, two) for one in rest for two in rest):
            return True
        start = function(start, number)
    return False
