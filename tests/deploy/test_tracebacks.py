"""What a process fails with points at the user's line and names the element, whichever operator has the function."""

from __future__ import annotations

import asyncio
import linecache
import re
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, NamedTuple

import pytest
from leading import until
from test_skipping import methods

from hydro_nb import (
    DeployError,
    FlowBuilder,
    KeyedSingleton,
    KeyedStream,
    Optional,
    ProcessFailed,
    Singleton,
    Stream,
    Yield,
    inplace,
    nondet,
    proof,
)
from hydro_nb.ir.node import Bound

ANY = nondet("any will do")
LAWS = {"commutative": proof("it fails"), "idempotent": proof("it fails")}


async def _later(n: int) -> AsyncIterator[int]:
    await asyncio.sleep(0)
    yield 12 // n


async def _running(total: int, n: int) -> tuple[int, int]:
    return total, 12 // n


async def _future(n: int) -> int:
    return 12 // n


def _sink() -> Iterator[None]:
    n: int = yield
    while True:
        12 // n
        n = yield


def _put(seen: list[int], n: int) -> None:
    seen.append(12 // n)


def _branching(n: int) -> int:
    if n > 100:
        return 0
    left = n - 3
    return 12 // (left + 3)


def _called(n: int) -> int:
    try:
        return 12 // n
    finally:
        n += 1


def _deeper(n: int) -> int:
    return _called(n) + 1


def paired(stream: Any) -> Any:
    """Give pairs with one key."""
    return stream.map(lambda n: ("k", n))


def newest(keyed: Any) -> Any:
    """Give a watermark that no key has passed."""
    return keyed.keys().max().snapshot(keyed.location.tick(), ANY)


class Case(NamedTuple):
    """An operator, the kind of collection that it is used on, and its use."""

    cls: type
    method: str
    use: Callable[[Any], Any]
    op: str = ""
    """what it is called where it fails, if not by its method"""
    elements: tuple[str, ...] = ("0", "('k', 0)")


BOTH = [
    ("map", lambda s: s.map(lambda n: 12 // n)),
    ("filter", lambda s: s.filter(lambda n: 12 // n > 3)),
    ("filter_map", lambda s: s.filter_map(lambda n: 12 // n or None)),
]
MANY = [
    ("flat_map_ordered", lambda s: s.flat_map_ordered(lambda n: [n, 12 // n])),
    ("flat_map_unordered", lambda s: s.flat_map_unordered(lambda n: [n, 12 // n])),
]
STREAMS = [
    *BOTH,
    *MANY,
    ("inspect", lambda s: s.inspect(lambda n: 12 // n)),
    ("partition", lambda s: s.partition(lambda n: 12 // n > 3)[0]),
    ("scan", lambda s: s.scan(0, lambda total, n: (total, 12 // n))),
    ("scan", lambda s: s.scan(list, inplace(lambda had, n: had.append(n) or 12 // n))),
    ("generator", lambda s: s.generator(0, lambda total, n: (total, Yield(12 // n)))),
    ("fold", lambda s: s.fold(0, lambda total, n: total + 12 // n)),
    ("fold", lambda s: s.fold(list, inplace(_put))),
    ("reduce", lambda s: s.reduce(lambda one, n: one + 12 // n)),
]
WITH_KEY = [
    ("map_with_key", lambda s: s.map_with_key(lambda key, n: 12 // n)),
    ("inspect_with_key", lambda s: s.inspect_with_key(lambda key, n: 12 // n)),
]
CASES = [
    *(Case(Stream, *each) for each in STREAMS),
    Case(Stream, "map", lambda s: s.map(_branching)),
    Case(Stream, "map", lambda s: s.map(_called)),
    Case(Stream, "map", lambda s: s.map(_deeper)),
    Case(Stream, "flat_map_stream_blocking", lambda s: s.flat_map_stream_blocking(_later)),
    Case(Stream, "scan_async_blocking", lambda s: s.scan_async_blocking(0, _running)),
    Case(Stream, "resolve_futures", lambda s: s.map(_future).resolve_futures(), elements=("",)),
    Case(Stream, "resolve_futures_blocking", lambda s: s.map(_future).resolve_futures_blocking(), elements=("",)),
    Case(Stream, "for_each", lambda s: s.for_each(lambda n: 12 // n)),
    Case(Stream, "dest_sink", lambda s: s.dest_sink(_sink)),
    Case(Stream, "fold_commutative", lambda s: s.fold_commutative(0, lambda total, n: total + 12 // n), "fold"),
    Case(Stream, "fold_idempotent", lambda s: s.fold_idempotent(0, lambda total, n: total + 12 // n), "fold"),
    Case(
        Stream, "fold_commutative_idempotent", lambda s: s.fold_commutative_idempotent(0, lambda t, n: 12 // n), "fold"
    ),
    Case(Stream, "reduce_commutative", lambda s: s.reduce_commutative(lambda one, n: one + 12 // n), "reduce"),
    Case(Stream, "reduce_idempotent", lambda s: s.reduce_idempotent(lambda one, n: one + 12 // n), "reduce"),
    Case(
        Stream,
        "reduce_commutative_idempotent",
        lambda s: s.reduce_commutative_idempotent(lambda t, n: 12 // n),
        "reduce",
    ),
    Case(Stream, "fold_keyed", lambda s: paired(s).fold_keyed(0, lambda t, n: t + 12 // n), "fold"),
    Case(
        Stream,
        "fold_keyed_commutative",
        lambda s: paired(s).fold_keyed_commutative(0, lambda t, n: 12 // n),
        "fold",
    ),
    Case(Stream, "reduce_keyed", lambda s: paired(s).reduce_keyed(lambda one, n: 12 // n), "reduce"),
    Case(
        Stream,
        "reduce_keyed_commutative",
        lambda s: paired(s).reduce_keyed_commutative(lambda t, n: 12 // n),
        "reduce",
    ),
    *(Case(KeyedStream, *each) for each in (*STREAMS, *WITH_KEY)),
    Case(KeyedStream, "filter_with_key", lambda s: s.filter_with_key(lambda key, n: 12 // n > 3)),
    Case(KeyedStream, "filter_map_with_key", lambda s: s.filter_map_with_key(lambda key, n: 12 // n)),
    Case(KeyedStream, "prefix_key", lambda s: s.prefix_key(lambda key, n: 12 // n)),
    Case(KeyedStream, "fold_early_stop", lambda s: s.fold_early_stop(0, lambda total, n: (total, 12 // n > 100))),
    Case(KeyedStream, "reduce_watermark", lambda s: s.reduce_watermark(newest(s), lambda one, n: one + 12 // n)),
    *(Case(Singleton, *each) for each in (*BOTH, *MANY)),
    *(Case(Optional, *each) for each in (*BOTH, *MANY)),
    *(Case(KeyedSingleton, *each) for each in (*BOTH, *WITH_KEY, ("inspect", STREAMS[5][1]))),
]
ELSEWHERE = {
    "across_ticks": "it is called while the flow is built",
    "optional_first_tick": "it makes a value before there is an element",
    "source_interval": "it gives the time between two beats",
    "source_interval_delayed": "it gives the time between two beats",
    "source_iter": "it makes the source",
    "source_stream": "it makes the source",
    "unwrap_or_default": "it makes a value that is not there",
}
"""methods whose function has no element, and why"""


def started(process: Any, cls: type) -> Any:
    """Give a collection of each kind in which a zero comes."""
    stream = process.source_iter([3, 0, 4])
    keyed = paired(stream).into_keyed()
    made = {
        Stream: lambda: stream,
        KeyedStream: lambda: keyed,
        Singleton: lambda: stream.fold(5, lambda _, n: 0),
        Optional: stream.min,
        KeyedSingleton: lambda: keyed.fold(5, lambda _, n: 0),
    }
    return made[cls]()


def finish(collection: Any) -> None:
    """Let somebody ask for what comes out, where that is no value that goes on changing."""
    if collection is None or (collection.kind.bound is Bound.UNBOUNDED and not collection.kind.shape.is_stream):
        return
    shape = collection.kind.shape
    if shape.is_keyed:
        collection = collection.entries()
    elif not shape.is_stream:
        collection = collection.into_stream()
    collection.for_each(repr, **LAWS)


def failing(cases: list[Case]) -> Any:
    """Give a flow in which each operator fails on a process of its own."""
    flow = FlowBuilder()
    for case in cases:
        process = flow.process()
        finish(case.use(started(process, case.cls)))
    return flow


@pytest.mark.parametrize("backend", ["local", "inprocess"])
def test_every_operator_that_takes_a_function_fails_at_the_users_line(backend):
    with failing(CASES).deploy(backend=backend) as deployment:
        with pytest.raises(ProcessFailed):
            deployment.settle()
        until(deployment, lambda state: len(state.problems) == len(CASES))
        problems = {problem.location: problem for problem in deployment.snapshot().problems}
    for number, case in enumerate(CASES):
        problem = problems[number]
        last = problem.frames[-1] if problem.frames else problem.site
        own = case.use.__code__.co_firstlineno
        assert problem.error == "ZeroDivisionError: integer division or modulo by zero"
        assert (problem.op, last.cell) == (case.op or case.method, "test_tracebacks.py")
        assert "12 //" in linecache.getline(__file__, last.line)
        assert last.line == own or "12 //" not in linecache.getline(__file__, own)
        assert problem.element in case.elements


def _dividing(n: int = 0) -> Iterator[int]:
    yield n
    yield 12 // n


def _on_process(use: Callable[[Any], Any]) -> FlowBuilder:
    flow = FlowBuilder()
    use(flow.process())
    return flow


MADE = {
    "source_iter": lambda p: finish(p.source_iter(lambda: [12 // 0])),
    "source_iter lazily": lambda p: finish(p.source_iter(_dividing)),
    "source_iter in a tick": lambda p: finish(p.tick().source_iter(lambda: [12 // 0]).all_ticks()),
    "source_stream": lambda p: finish(p.source_stream(_dividing)),
    "source_interval": lambda p: finish(p.source_interval(lambda: 12 // 0)),
    "source_interval_delayed": lambda p: finish(p.source_interval_delayed(lambda: 12 // 0, 1)),
    "optional_first_tick": lambda p: finish(p.tick().optional_first_tick(lambda: 12 // 0).all_ticks()),
    "unwrap_or_default": lambda p: finish(p.source_iter([]).min().unwrap_or_default(lambda: 12 // 0)),
    "fold, its init": lambda p: finish(p.source_iter([1]).fold(lambda: 12 // 0, lambda total, n: total + n)),
}


@pytest.mark.parametrize("name", MADE)
def test_what_makes_a_source_or_a_value_fails_at_the_users_line(name):
    flow = _on_process(MADE[name])
    with pytest.raises((DeployError, ProcessFailed)) as caught, flow.deploy(backend="inprocess") as deployment:
        deployment.settle()
    assert "ZeroDivisionError: integer division or modulo by zero" in str(caught.value)
    assert re.search(r"  test_tracebacks\.py, line \d+:.*12 // [0n]", str(caught.value))


def test_all_of_them_are_here():
    taking = {each for each in methods(r"\b(Callable|Stepping|Inplace|Init)\b") if each[1] not in ELSEWHERE}
    assert taking <= {(case.cls, case.method) for case in CASES}
