"""Claims about functions that change what they refer to: tried on copies of that, and of what comes out."""

import pytest

from hydro_nb import AtLeastOnce, ExactlyOnce, FlowBuilder, NoOrder, SimulationFailure, nondet, proof

ANY, CLAIMED = nondet("any outcome is explored"), proof("said without thinking")
UNASKED = proof("not asked", unchecked=True)


def search(method, function, items, *, retries=ExactlyOnce, keyed=False, **claims):
    """Call a function with each element of unordered batches, beside a list that it may change."""
    flow = FlowBuilder()
    process = flow.process()
    port, stream = process.sim_input(tuple if keyed else int, order=NoOrder, retries=retries)
    tick = process.tick()
    batch = stream.batch(tick, ANY)
    log = tick.singleton(list).by_mut()
    many = batch.into_keyed() if keyed else batch
    call = (lambda key, n: function(log, (key, n))) if keyed else (lambda n: function(log, n))
    made = getattr(many, method)(call, **claims)
    if method == "partition":
        made[1].for_each(lambda _: None, commutative=CLAIMED, idempotent=CLAIMED)
        made = made[0]
    shown = batch if method.startswith("for_each") else made.entries() if keyed else made
    out = shown.all_ticks().sim_output()

    async def body():
        for item in items:
            port.send(item)
        await out.collect_sorted()

    return flow.sim().exhaustive(body)


def refuted(*args, **how):
    with pytest.raises(SimulationFailure) as caught:
        search(*args, **how)
    return str(caught.value.__cause__).splitlines()[:2]


def note(log, n):
    log.value.append(n)
    return n


def note_sorted(log, n):
    log.value = sorted({*log.value, n})
    return n


def number(log, n):
    log.value.append(0)
    return n, len(log.value)


METHODS = {
    "map": " with the results 1, 2",
    "filter": " with the results 1, 2",
    "filter_map": " with the results 1, 2",
    "partition": " with the results 1, 2",
    "inspect": "",
    "for_each": "",
}


@pytest.mark.parametrize("method", METHODS)
def test_what_is_left_depends_on_the_order(method):
    said, shown = refuted(method, note, [1, 2], commutative=CLAIMED)
    assert said == f"`lambda n: function(log, n)` is not commutative, but `{method}` was given {CLAIMED_AS}."
    end = METHODS[method]
    assert shown == f"  from [], 1 and then 2 give [1, 2]{end}, but 2 and then 1 give [2, 1]{mirrored(end)}."


CLAIMED_AS = 'commutative=proof("said without thinking")'


def mirrored(end):
    return end.replace("1, 2", "2, 1")


@pytest.mark.parametrize("method", METHODS)
def test_what_is_left_does_not_depend_on_the_order(method):
    claims = {"commutative": proof("a set"), "idempotent": proof("a set")}
    assert search(method, note_sorted, [1, 2], retries=AtLeastOnce, **claims) == 3


def test_what_is_left_depends_on_repeats():
    _, shown = refuted("inspect", note, [1], retries=AtLeastOnce, commutative=UNASKED, idempotent=CLAIMED)
    assert shown == "  from [], 1 once gives [1], but twice [1, 1]."


def test_what_comes_out_depends_on_the_order():
    _, shown = refuted("map", number, [5, 7], commutative=CLAIMED)
    assert shown == (
        "  from [], 5 and then 7 give [0, 0] with the results (5, 1), (7, 2), "
        "but 7 and then 5 give [0, 0] with the results (7, 1), (5, 2)."
    )


def test_in_which_order_results_come_out_means_nothing():
    count = lambda log, _: number(log, 0)[1]  # noqa: E731
    assert search("map", count, [5, 7], commutative=proof("so many, in any order")) == 3


@pytest.mark.parametrize("method", ["flat_map_ordered", "flat_map_unordered"])
def test_what_is_made_one_by_one(method):
    def several(log, n):
        for each in range(n):
            log.value.append(each)
            yield each

    _, shown = refuted(method, several, [1, 2], commutative=CLAIMED)
    assert shown == (
        "  from [], 1 and then 2 give [0, 0, 1] with the results 0, 0, 1, "
        "but 2 and then 1 give [0, 1, 0] with the results 0, 1, 0."
    )


def test_with_keys():
    said, shown = refuted("map_with_key", note, [("a", 1), ("a", 2)], keyed=True, commutative=CLAIMED)
    assert said.endswith(f"but `map_with_key` was given {CLAIMED_AS}.")
    assert shown.startswith("  from [], 'a', 1 and then 'a', 2 give [('a', 1), ('a', 2)] with the results")


def test_unchecked():
    claims = {"commutative": UNASKED, "idempotent": UNASKED}
    assert search("map", note, [1, 2], retries=AtLeastOnce, **claims) == 3


def test_what_the_program_refers_to_is_not_disturbed():
    def lengths(claim):
        flow = FlowBuilder()
        process = flow.process()
        port, stream = process.sim_input(int, order=NoOrder)
        tick = process.tick()
        log, seen = tick.singleton(list).by_mut(), []
        batch = stream.batch(tick, ANY)
        out = batch.map(lambda n: note_sorted(log, n), commutative=claim).count().all_ticks().sim_output()
        left = batch.count().map(lambda _: tuple(log.value)).all_ticks().sim_output()

        async def body():
            port.send_many_unordered([2, 1])
            seen.append((tuple(await out.collect()), tuple(await left.collect())))

        flow.sim().exhaustive(body)
        return seen

    assert lengths(proof("a set")) == lengths(proof("a set", unchecked=True))
