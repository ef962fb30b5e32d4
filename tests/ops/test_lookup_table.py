from types import NoneType

from hydro_nb import BoundError
from hydro_nb.ir.node import Bound


def test_list(leader, pairs, run, both, snapshot):
    names = leader.source_iter([(1, "one"), (9, "nine")]).into_keyed().first()
    named = pairs.first().lookup_keyed_singleton(names)
    assert run(named) == [{"a": (1, "one"), "b": (2, None)}]
    assert both(named.entries()) == [("a", (1, "one")), ("b", (2, None))]
    named.values().count().into_stream().for_each(print)
    snapshot(pairs.flow.source(pairs.location))


def test_kinds(leader, pairs):
    names = leader.source_iter([(1, "one")]).into_keyed().first()
    kind = pairs.first().lookup_keyed_singleton(names).kind
    assert (kind.bound, kind.key, kind.element) == (Bound.BOUNDED, str, tuple[int, str | None])
    nothing = pairs.first().lookup_keyed_singleton(names.map(give_nothing))
    assert nothing.kind.element == tuple[int, NoneType]


def give_nothing(_: str) -> None: ...


def test_a_table_that_changes(pairs, worker, message):
    full = worker.source_iter([("x", "a")]).into_keyed().first()
    counts = pairs.send(worker).value_counts()
    assert message(lambda: full.lookup_keyed_singleton(counts), BoundError) == (
        "`lookup_keyed_singleton` needs a bounded KeyedSingleton, but `counts` is MonotonicValue.\n"
        "  the bound was lost at                test_lookup_table.py, line _:   "
        "counts = pairs.send(worker).value_counts()\n"
        "  `lookup_keyed_singleton` was called  test_lookup_table.py, line _:   "
        "assert message(lambda: full.lookup_keyed_singleton(counts), BoundError) == (\n"
        '  Look at the values as they are now, in a tick: .snapshot(tick, nondet("..."))'
    )
