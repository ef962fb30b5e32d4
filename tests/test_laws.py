"""Whatever way a chain of element operators is run, it gives what the same Python loop gives."""

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hydro_nb import FlowBuilder, Some
from hydro_nb.testing import collect


@dataclass(frozen=True)
class Step:
    """An operator with its function, and the same thing said in plain Python."""

    method: str
    function: Callable[[Any], Any] | None
    plain: Callable[[list[Any]], Iterable[Any]]

    def __repr__(self) -> str:
        return f"{self.method}({getattr(self.function, '__name__', '')})"


def split_number(n: int) -> list[int]:
    half = n // 2
    return [half, n - half]


STEPS = [
    Step("map", lambda n: n * 3 + 1, lambda xs: [n * 3 + 1 for n in xs]),
    Step("map", lambda n: -n if n % 3 else n ^ 0x55, lambda xs: [-n if n % 3 else n ^ 0x55 for n in xs]),
    Step("map", lambda n: sum(m * n for m in range(3)), lambda xs: [3 * n for n in xs]),
    Step("filter", lambda n: n % 2 == 0, lambda xs: [n for n in xs if n % 2 == 0]),
    Step("filter", lambda n: n > 3 or n < -3, lambda xs: [n for n in xs if n > 3 or n < -3]),
    Step("filter_map", lambda n: None if n % 5 == 0 else n + 1, lambda xs: [n + 1 for n in xs if n % 5]),
    Step("filter_map", lambda n: Some(n) if n % 7 else None, lambda xs: [n for n in xs if n % 7]),
    Step("flat_map_ordered", lambda n: range(n % 4), lambda xs: [m for n in xs for m in range(n % 4)]),
    Step("flat_map_ordered", split_number, lambda xs: [m for n in xs for m in split_number(n)]),
    Step("inspect", lambda n: n + 1, lambda xs: xs),
    Step("unique", None, lambda xs: list(dict.fromkeys(xs))),
]

numbers = st.lists(st.integers(-50, 50), max_size=30)
chains = st.lists(st.sampled_from(STEPS), max_size=6)


def expected(data: list[int], chain: list[Step]) -> list[int]:
    return functools.reduce(lambda xs, step: list(step.plain(xs)), chain, data)


def apply(stream: Any, chain: list[Step], *, called: bool = False) -> Any:
    """Put a chain on a stream; `called` hides the functions' source, so that they cannot be spliced."""
    for step in chain:
        function = functools.partial(step.function) if called and step.function else step.function
        method = getattr(stream, step.method)
        stream = method(function) if function else method()
    return stream


@given(numbers, chains)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_in_process_a_chain_is_a_comprehension(data: list[int], chain: list[Step]):
    stream = apply(FlowBuilder().process().source_iter(data), chain)
    assert collect(stream, backend="inprocess") == expected(data, chain)


@given(numbers, chains)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_called_functions_give_what_spliced_ones_give(data: list[int], chain: list[Step]):
    stream = apply(FlowBuilder().process().source_iter(data), chain, called=True)
    assert collect(stream, backend="inprocess") == expected(data, chain)


@given(numbers, chains, chains)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_network_edge_in_the_middle_changes_nothing(data: list[int], before: list[Step], after: list[Step]):
    flow = FlowBuilder()
    first, second = flow.process(), flow.process()
    stream = apply(apply(first.source_iter(data), before).send(second), after)
    assert collect(stream, backend="inprocess") == expected(data, before + after)


@given(st.lists(st.tuples(numbers, chains), min_size=1, max_size=12))
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_in_processes_of_the_operating_system_too(cases: list[tuple[list[int], list[Step]]]):
    flow = FlowBuilder()
    first, second = flow.process(), flow.process()
    numbered = [
        apply(first.source_iter(data), chain).send_bincode(second).map(lambda n, i=i: (i, n))
        if chain
        else first.source_iter(data).send(second).map(lambda n, i=i: (i, n))
        for i, (data, chain) in enumerate(cases)
    ]
    merged = functools.reduce(lambda a, b: a.merge_unordered(b), numbered)
    results = collect(merged, timeout=60)
    for i, (data, chain) in enumerate(cases):
        assert [n for number, n in results if number == i] == expected(data, chain)
