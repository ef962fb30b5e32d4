import pytest

from hydro_nb import CaptureError
from hydro_nb.ir.node import Order


def parity(_: str, n: int) -> int:
    return n % 2


def test_list(pairs, run, snapshot):
    finer = pairs.prefix_key(lambda key, n: n % 2)
    assert run(finer) == [((1, "a"), 1), ((0, "b"), 2), ((1, "a"), 3), ((1, "a"), 3)]
    finer.drop_key_prefix().values().unique()
    snapshot(pairs.flow.source(pairs.location))


def test_guarantees(pairs):
    assert pairs.prefix_key(parity).kind == pairs.kind.but(key=tuple[int, str])
    loose = pairs.weaken_ordering().weaken_retries().weaken_boundedness()
    assert loose.prefix_key(lambda key, n: n).kind.order is Order.NONE


def test_groups_by_the_finer_key(pairs, both):
    counts = pairs.prefix_key(parity).value_counts()
    assert both(counts) == [{(1, "a"): 3, (0, "b"): 1}]


def test_live(pairs, worker, both):
    finer = pairs.send(worker).prefix_key(parity)
    assert both(finer) == [((1, "a"), 1), ((0, "b"), 2), ((1, "a"), 3), ((1, "a"), 3)]


@pytest.mark.parametrize("method", ["prefix_key", "map_with_key", "filter_with_key", "inspect_with_key"])
def test_a_function_of_the_value_alone(pairs, message, method):
    text = message(lambda: getattr(pairs, method)(lambda n: n), CaptureError)
    assert "takes (n) and is called with 2 arguments" in text
