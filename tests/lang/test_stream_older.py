"""Every older name does what the newer one does."""

import pytest

from hydro_nb import BoundError, GraphError, ProofError, nondet, proof
from hydro_nb.lang.stream_older import StreamOlder
from hydro_nb.testing import collect

WHY = proof("said by the name")


def add(total, n):
    return total + n


@pytest.fixture
def names(leader, worker):
    """What the calls below are made on."""
    numbers = leader.source_iter([1, 2, 3])
    tick = leader.tick()
    pairs = leader.source_iter([("a", 1), ("b", 2), ("a", 3)])
    return {
        "numbers": numbers,
        "loose": numbers.weaken_ordering(),
        "often": numbers.weaken_retries(),
        "both": numbers.weaken_ordering().weaken_retries(),
        "live": worker.source_iter([1, 2, 3]).send(leader),
        "tick": tick,
        "best": numbers.reduce(max),
        "none": numbers.filter(lambda n: n > 9).reduce(max),
        "pairs": pairs,
        "batch": pairs.batch(tick, nondet("shown only")),
        "why": nondet("shown only"),
    }


SAME = {
    "tick_batch": ("numbers.tick_batch(tick, why)", "numbers.batch(tick, why)"),
    "union": ("live.union(live)", "live.merge_unordered(live)"),
    "interleave": ("live.interleave(live)", "live.merge_unordered(live)"),
    "continue_if": ("live.continue_if(best)", "live.filter_if(best.is_some())"),
    "continue_unless": ("live.continue_unless(none)", "live.filter_if(none.is_none())"),
    "filter_if_some": ("live.filter_if_some(none)", "live.filter_if(none.is_some())"),
    "filter_if_none": ("live.filter_if_none(best)", "live.filter_if(best.is_none())"),
    "weakest_ordering": ("live.weakest_ordering()", "live.weaken_ordering()"),
    "weakest_retries": ("live.weakest_retries()", "live.weaken_retries()"),
    "fold_commutative": ("loose.fold_commutative(0, add)", "loose.fold(0, add, commutative=WHY)"),
    "fold_idempotent": ("often.fold_idempotent(0, max)", "often.fold(0, max, idempotent=WHY)"),
    "fold_commutative_idempotent": (
        "both.fold_commutative_idempotent(0, max)",
        "both.fold(0, max, commutative=WHY, idempotent=WHY)",
    ),
    "reduce_commutative": ("loose.reduce_commutative(add)", "loose.reduce(add, commutative=WHY)"),
    "reduce_idempotent": ("often.reduce_idempotent(max)", "often.reduce(max, idempotent=WHY)"),
    "reduce_commutative_idempotent": (
        "both.reduce_commutative_idempotent(max)",
        "both.reduce(max, commutative=WHY, idempotent=WHY)",
    ),
    "fold_keyed": ("batch.fold_keyed(0, add)", "batch.into_keyed().fold(0, add).entries()"),
    "fold_keyed_commutative": (
        "pairs.weaken_ordering().fold_keyed_commutative(0, add)",
        "pairs.weaken_ordering().into_keyed().fold(0, add, commutative=WHY).entries()",
    ),
    "reduce_keyed": ("batch.reduce_keyed(add)", "batch.into_keyed().reduce(add).entries()"),
    "reduce_keyed_commutative": (
        "pairs.weaken_ordering().reduce_keyed_commutative(add)",
        "pairs.weaken_ordering().into_keyed().reduce(add, commutative=WHY).entries()",
    ),
}


@pytest.mark.parametrize("name", [name for name in vars(StreamOlder) if not name.startswith("_")])
def test_same(name, names):
    older, newer = (eval(text, globals() | names) for text in SAME[name])
    assert older.kind == newer.kind
    results = [collect(each.all_ticks() if inside(each) else each, backend="inprocess") for each in (older, newer)]
    assert results[0] == results[1]
    assert SAME[name][1].rpartition(".")[2].partition("(")[0] in getattr(StreamOlder, name).__doc__


def inside(collection):
    return collection.kind.place.kind == "tick"


def test_what_a_name_claims_is_not_enough(names):
    with pytest.raises(ProofError, match="needs an idempotent function"):
        names["both"].fold_commutative(0, add)


def test_values_per_key_that_change(names):
    pairs = names["live"].map(lambda n: (n, n))
    with pytest.raises(BoundError, match="values that no longer change"):
        pairs.fold_keyed(0, add)


@pytest.mark.parametrize(("given", "told"), [("numbers", "Stream"), ("flag", "Singleton"), ("text", "'any'")])
def test_no_optional(leader, names, given, told):
    signal = {**names, "flag": leader.singleton(value=1), "text": "any"}[given]
    with pytest.raises(GraphError) as caught:
        names["numbers"].continue_if(signal)
    text = str(caught.value)
    assert text.startswith(f"`continue_if` looks whether an Optional holds a value, but was given {told}.\n  test_str")
    assert text.endswith("Where a value is true or false, say so: .filter_if(condition)")
