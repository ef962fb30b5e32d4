"""The counter services of Hydro's tutorials on one process, right and wrong."""

from __future__ import annotations

from typing import Any

from hydro_nb import KeyedStream, Stream, nondet, sliced


def single_client_counter_buggy(increments: Stream[Any], gets: Stream[Any]) -> tuple[Any, Any]:
    """Acknowledge at once, and answer from a count that may lag behind."""
    count = increments.count()
    with sliced() as s:
        asked = s.batch(gets, nondet("each request is answered alone"))
        now = s.snapshot(count, nondet("a stale count is taken for good, wrongly"))
        answers = s.emit(asked.cross_singleton(now).map(lambda both: both[1]))
    return increments, answers


def single_client_counter(increments: Stream[Any], gets: Stream[Any]) -> tuple[Any, Any]:
    """Acknowledge what is counted."""
    counted = increments.atomic()
    with sliced() as s:
        asked = s.batch(gets, nondet("each request is answered alone"))
        now = s.atomic(counted.count(), nondet("what was acknowledged is counted"))
        answers = s.emit(asked.cross_singleton(now).map(lambda both: both[1]))
    return counted.end_atomic(), answers


def single_counter_buggy(
    increments: KeyedStream[Any, Any], gets: KeyedStream[Any, Any]
) -> tuple[KeyedStream[Any, Any], KeyedStream[Any, Any]]:
    """The same for many clients."""
    count = increments.values().count()
    with sliced() as s:
        asked = s.batch(gets, nondet("each request is answered alone"))
        now = s.snapshot(count, nondet("a stale count is taken for good, wrongly"))
        answers = s.emit(asked.cross_singleton(now).map(lambda both: both[1]))
    return increments, answers


def single_counter(
    increments: KeyedStream[Any, Any], gets: KeyedStream[Any, Any]
) -> tuple[KeyedStream[Any, Any], KeyedStream[Any, Any]]:
    """One counter for many clients."""
    counted = increments.atomic()
    with sliced() as s:
        asked = s.batch(gets, nondet("each request is answered alone"))
        now = s.atomic(counted.values().count(), nondet("what was acknowledged is counted"))
        answers = s.emit(asked.cross_singleton(now).map(lambda both: both[1]))
    return counted.end_atomic(), answers


def concurrent_clients(
    increments: KeyedStream[Any, Any], gets: KeyedStream[Any, Any]
) -> tuple[KeyedStream[Any, Any], KeyedStream[Any, Any]]:
    """One counter for each client; who has none yet gets no answer."""
    counted = increments.atomic()
    with sliced() as s:
        asked = s.batch(gets, nondet("each request is answered alone"))
        now = s.atomic(counted.value_counts(), nondet("what was acknowledged is counted"))
        answers = s.emit(asked.join_keyed_singleton(now).map(lambda both: both[1]))
    return counted.end_atomic(), answers


def keyed_counter(
    increments: KeyedStream[Any, str], gets: KeyedStream[Any, str]
) -> tuple[KeyedStream[Any, str], KeyedStream[Any, tuple[str, int]]]:
    """One counter for each key that clients name; who asks for a key that nobody named gets no answer."""
    counted = increments.atomic()
    counts = counted.values().map(lambda key: (key, ())).into_keyed().value_counts()
    with sliced() as s:
        asked = s.batch(gets, nondet("each request is answered alone"))
        now = s.atomic(counts, nondet("what was acknowledged is counted"))
        answers = s.emit(_answered(asked, now))
    return counted.end_atomic(), answers


def keyed_counter_non_atomic(
    increments: KeyedStream[Any, str], gets: KeyedStream[Any, str]
) -> tuple[KeyedStream[Any, str], KeyedStream[Any, tuple[str, int]]]:
    """The same with counts that may lag behind what was acknowledged."""
    counts = increments.values().map(lambda key: (key, ())).into_keyed().value_counts()
    with sliced() as s:
        asked = s.batch(gets, nondet("each request is answered alone"))
        now = s.snapshot(counts, nondet("a stale count is taken for good, wrongly"))
        answers = s.emit(_answered(asked, now))
    return increments, answers


def _answered(asked: Any, counts: Any) -> Any:
    by_key = asked.entries().map(lambda ask: (ask[1], ask[0])).into_keyed()
    found = by_key.join_keyed_singleton(counts).entries()
    return found.map(lambda each: (each[1][0], (each[0], each[1][1]))).into_keyed()
