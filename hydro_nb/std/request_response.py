"""Bringing answers together with what was known when the question was asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, overload

from typing_extensions import TypeVar

from hydro_nb.lang.guarantees import O2, Bounded, ExactlyOnce, NoOrder, TotalOrder, Unbounded, order_of
from hydro_nb.lang.location import TopLevel
from hydro_nb.lang.nondet import nondet
from hydro_nb.lang.quote import inplace
from hydro_nb.lang.stream import Stream
from hydro_nb.lang.tick import Atomic, Tick
from hydro_nb.values import Continue, Step, Yield

__all__ = ["join_responses"]

K = TypeVar("K", default=Any)
M = TypeVar("M", default=Any)
V = TypeVar("V", default=Any)
P = TypeVar("P", bound=TopLevel, default=Any)


@overload
def join_responses(
    tick: Tick[P],
    responses: Stream[tuple[K, V], Atomic[P], Unbounded, O2, ExactlyOnce],
    metadata: Stream[tuple[K, M], Tick[P], Bounded, Any, ExactlyOnce],
) -> Stream[tuple[K, tuple[M, V]], Atomic[P], Unbounded, NoOrder, ExactlyOnce]: ...
@overload
def join_responses(
    tick: Tick[P],
    responses: Stream[tuple[K, V], P, Unbounded, O2, ExactlyOnce],
    metadata: Stream[tuple[K, M], Tick[P], Bounded, Any, ExactlyOnce],
) -> Stream[tuple[K, tuple[M, V]], P, Unbounded, NoOrder, ExactlyOnce]: ...
def join_responses(tick: Any, responses: Any, metadata: Any) -> Any:
    """Give each answer with what was put down for its key when the question was asked.

    >>> from hydro_nb.std.request_response import join_responses
    >>> flow = FlowBuilder()
    >>> client, server = flow.process(), flow.process()
    >>> tick = client.tick()
    >>> asked = client.source_iter([(1, "who asked"), (2, "another")]).batch(tick, nondet("each is asked alone"))
    >>> answers = asked.all_ticks().map(lambda q: (q[0], q[0] * 10)).send(server).send(client)
    >>> sorted(join_responses(tick, answers, asked).preview().rows)
    [(1, ('who asked', 10)), (2, ('another', 20))]

    What is put down waits, from tick to tick, for the one answer to its key, and is forgotten with it. It must be there
    in the tick in which the answer comes, or before: an answer to a key of which nothing is known is dropped.
    `responses` are at top level, or in the atomic section that runs with the tick; so is the result, which has no order
    and is unbounded.
    """
    atomic = responses.kind.place.kind == "atomic"
    guard = nondet("what is put down waits, so that it does not matter in which tick an answer comes")
    batch = (responses.batch_atomic if atomic else responses.batch)(tick, guard)
    events = _in_turn(metadata).map(_marked(known=True)).chain(_in_turn(batch).map(_marked(known=False)))
    joined = events.across_ticks(_matched)
    return (joined.all_ticks_atomic() if atomic else joined.all_ticks()).weaken_ordering()


def _in_turn(batch: Any) -> Any:
    """Take a batch as it comes: what is put down for one key does not depend on other keys."""
    if batch.kind.order is order_of(TotalOrder):
        return batch
    return batch.assume_ordering(nondet("each answer meets what belongs to its own key"))


def _marked(*, known: bool) -> Callable[[tuple[Any, Any]], tuple[bool, Any, Any]]:
    def mark(entry: tuple[Any, Any]) -> tuple[bool, Any, Any]:
        key, value = entry
        return known, key, value

    return mark


def _matched(events: Any) -> Any:
    return events.generator(dict, inplace(_matching()))


def _matching() -> Callable[[dict[Any, Any], tuple[bool, Any, Any]], Yield[Any] | Step]:
    """Make the function that matches answers; a function made here travels without this module."""

    def match(waiting: dict[Any, Any], event: tuple[bool, Any, Any]) -> Yield[Any] | Step:
        is_known, key, value = event
        if is_known:
            waiting[key] = value
        elif key in waiting:
            return Yield((key, (waiting.pop(key), value)))
        return Continue

    return match
