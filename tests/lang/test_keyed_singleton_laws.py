"""Whatever is asked of a keyed singleton, in whatever ticks its keys come, a dict gives the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hydro_nb import FlowBuilder, KeyedSingleton, KeyedStream, Some, nondet
from hydro_nb.testing import collect

ANY = nondet("compared as a whole")
BESIDE = {0: 5, 1: 2, 3: 0}


@dataclass(frozen=True)
class Step:
    """A method on a table, and the same thing said of a dict."""

    name: str
    build: Callable[[Any], Any]
    plain: Callable[[dict[int, int]], dict[int, int]]

    def __repr__(self) -> str:
        return self.name


STEPS = [
    Step("map", lambda t: t.map(lambda n: n * 2), lambda d: {k: n * 2 for k, n in d.items()}),
    Step("map_with_key", lambda t: t.map_with_key(lambda k, n: k + n), lambda d: {k: k + n for k, n in d.items()}),
    Step("filter", lambda t: t.filter(lambda n: n % 3), lambda d: {k: n for k, n in d.items() if n % 3}),
    Step(
        "filter_map",
        lambda t: t.filter_map(lambda n: Some(n + 1) if n < 40 else None),
        lambda d: {k: n + 1 for k, n in d.items() if n < 40},
    ),
    Step("inspect", lambda t: t.inspect(lambda n: n), lambda d: d),
    Step(
        "filter_key_not_in",
        lambda t: t.filter_key_not_in(t.location.source_iter([2, 5, 7])),
        lambda d: {k: n for k, n in d.items() if k not in (2, 5, 7)},
    ),
]
ENDS = [
    Step("entries", lambda t: t.entries(), lambda d: list(d.items())),
    Step("values", lambda t: t.values(), lambda d: list(d.values())),
    Step("keys", lambda t: t.keys(), list),
    Step("into_keyed_stream", lambda t: t.into_keyed_stream(), lambda d: list(d.items())),
    Step(
        "batch",
        lambda t: t.batch(t.location.tick(), ANY).entries().all_ticks(),
        lambda d: list(d.items()),
    ),
    Step(
        "threshold",
        lambda t: t.threshold_greater_or_equal_uniform(t.location.singleton(9)),
        lambda d: [(k, 9) for k, n in d.items() if n >= 9],
    ),
    Step(
        "thresholds",
        lambda t: t.threshold_greater_or_equal(beside(t)),
        lambda d: [(k, BESIDE[k]) for k, n in d.items() if k in BESIDE and n >= BESIDE[k]],
    ),
]
WHOLE_ENDS = [
    Step("key_count", lambda t: t.key_count(), lambda d: [len(d)]),
    Step("into_singleton", lambda t: t.into_singleton(), lambda d: [d]),
    Step("get_max_key", lambda t: t.get_max_key(), lambda d: [max(d.items())] if d else []),
    Step("get", lambda t: t.get(t.location.singleton(1)), lambda d: [d[1]] if 1 in d else []),
    Step(
        "join_keyed_singleton",
        lambda t: t.join_keyed_singleton(beside(t)),
        lambda d: [{k: (d[k], BESIDE[k]) for k in d if k in BESIDE}],
    ),
    Step(
        "lookup_keyed_singleton",
        lambda t: t.lookup_keyed_singleton(beside(t)),
        lambda d: [{k: (n, BESIDE.get(n)) for k, n in d.items()}],
    ),
]


def beside(table: Any) -> Any:
    return table.location.source_iter(list(BESIDE.items())).into_keyed().first()


pairs = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 50)), max_size=60)
few = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9)), max_size=4)
chains = st.lists(st.sampled_from(STEPS), max_size=4)
LAW = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def expected(data: list[tuple[int, int]], chain: list[Step]) -> dict[int, int]:
    table: dict[int, int] = {}
    for key, value in data:
        table.setdefault(key, value)
    return reduce(lambda d, step: step.plain(d), chain, table)


def built(stream: Any, chain: list[Step]) -> Any:
    return reduce(lambda t, step: step.build(t), chain, stream.into_keyed().first())


@given(pairs, chains, st.sampled_from(ENDS), st.booleans())
@LAW
def test_keys_that_come_and_keys_that_are_there(data: Any, chain: list[Step], end: Step, whole: Any):
    stream = FlowBuilder().process().source_iter(data)
    made = end.build(built(stream if whole else stream.weaken_boundedness(), chain))
    assert sorted(collect(made, backend="inprocess")) == sorted(end.plain(expected(data, chain)))


@given(pairs, chains, st.sampled_from(WHOLE_ENDS), st.booleans())
@LAW
def test_complete_tables(data: Any, chain: list[Step], end: Step, inside: Any):
    leader = FlowBuilder().process()
    stream = leader.source_iter(data)
    if inside:
        table = stream.into_keyed().first().snapshot(leader.tick(), ANY)
        made = end.build(reduce(lambda t, step: step.build(t), chain, table))
        made = made.into_singleton() if isinstance(made, KeyedSingleton) else made
        got = collect(made.all_ticks(), backend="inprocess")[-1:]
    else:
        got = collect(end.build(built(stream, chain)), backend="inprocess")
    assert got == end.plain(expected(data, chain))


@given(few, chains, st.sampled_from(ENDS), st.booleans())
@settings(LAW, max_examples=60)
def test_under_every_schedule(data: Any, chain: list[Step], end: Step, whole: Any):
    stream = FlowBuilder().process().source_iter(data)
    made = end.build(built(stream if whole else stream.weaken_boundedness(), chain))
    entries = made.entries() if isinstance(made, KeyedStream) else made
    port, outcomes = entries.sim_output(), list[Any]()

    async def body() -> None:
        outcomes.append(await port.collect_sorted())

    made.flow.sim().exhaustive(body)
    assert {repr(items) for items in outcomes} == {repr(sorted(end.plain(expected(data, chain))))}
