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
