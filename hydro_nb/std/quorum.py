"""Waiting until enough of those who were asked have agreed."""

from __future__ import annotations

from collections.abc import Callable
from types import UnionType
from typing import Any, TypeAlias, Union, get_args, get_origin

from typing_extensions import TypeVar

from hydro_nb.errors import GraphError
from hydro_nb.lang.guarantees import B2, O2, ExactlyOnce, NoOrder, TotalOrder, order_of
from hydro_nb.lang.nondet import nondet
from hydro_nb.lang.place import Location
from hydro_nb.lang.quote import inplace
from hydro_nb.lang.site import here
from hydro_nb.lang.stream import Stream
from hydro_nb.values import Continue, Err, Ok, Step, Yield

__all__ = ["collect_quorum", "collect_quorum_with_response"]

K = TypeVar("K", default=Any)
V = TypeVar("V", default=Any)
E = TypeVar("E", default=Any)
L = TypeVar("L", bound=Location, default=Any)

Response: TypeAlias = tuple[Any, Ok[Any] | Err[Any]]
"""What one of those asked said of a key."""
Open: TypeAlias = dict[Any, tuple[list[Any], int, int]]
"""The keys that answers are missing for: what is held back, how many agreed, how many answered."""


def collect_quorum(
    responses: Stream[tuple[K, Ok[Any] | Err[E]], L, B2, O2, ExactlyOnce], at_least: int, out_of: int
) -> tuple[Stream[K, L, B2, NoOrder, ExactlyOnce], Stream[tuple[K, E], L, B2, O2, ExactlyOnce]]:
    """Give each key once that so many of those asked agreed to, and what those said who did not agree.

    >>> from hydro_nb.std.quorum import collect_quorum
    >>> votes = [(2, Ok(())), (3, Err("busy")), (2, Ok(())), (2, Err("late")), (3, Err("down"))]
    >>> agreed, errors = collect_quorum(FlowBuilder().process().source_iter(votes), 2, 3)
    >>> agreed.preview().rows
    [2]
    >>> errors.preview().rows
    [(3, 'busy'), (2, 'late'), (3, 'down')]

    A key comes out as soon as `at_least` have said `Ok`, and is forgotten when all of `out_of` have answered: what is
    kept are the keys that answers are still missing for. The order in which answers come decides nothing but when a key
    comes out. Keys have no order, errors that of the responses; boundedness stays. At top level or in an atomic
    section; inside a tick each batch is counted alone. Needs no repeats, as an answer that came twice would count for
    two: drop them while answers still name who gave them.
    """
    _check("collect_quorum", at_least, out_of)
    key, _, error = _types(responses.kind.element)
    fresh: Any = dict
    agreed = _in_turn(responses).generator(fresh, inplace(_counting(at_least, out_of)))
    return _typed(agreed, key).weaken_ordering(), _typed(_errors(responses), key, error)


def collect_quorum_with_response(
    responses: Stream[tuple[K, Ok[V] | Err[E]], L, B2, O2, ExactlyOnce], at_least: int, out_of: int
) -> tuple[Stream[tuple[K, V], L, B2, O2, ExactlyOnce], Stream[tuple[K, E], L, B2, O2, ExactlyOnce]]:
    """Give, of each key that so many of those asked agreed to, what they answered; and what the others said.

    >>> from hydro_nb.std.quorum import collect_quorum_with_response
    >>> votes = [("x", Ok(1)), ("y", Ok(7)), ("x", Err("down")), ("x", Ok(2))]
    >>> answers, errors = collect_quorum_with_response(FlowBuilder().process().source_iter(votes), 2, 3)
    >>> answers.preview().rows
    [('x', 1), ('x', 2)]

    Answers are held back until `at_least` have said `Ok`, and come at once from then on; of a key that is not agreed to
    none comes. A key is forgotten when all of `out_of` have answered. Both results keep the order of the responses,
    where they have one; boundedness stays. At top level or in an atomic section; inside a tick each batch is counted
    alone. Needs no repeats.
    """
    _check("collect_quorum_with_response", at_least, out_of)
    key, value, error = _types(responses.kind.element)
    fresh: Any = dict
    answers = _in_turn(responses).scan(fresh, inplace(_releasing(at_least, out_of))).flatten_ordered()
    ordered = responses.kind.order is order_of(TotalOrder)
    typed = _typed(answers, key, value)
    return typed if ordered else typed.weaken_ordering(), _typed(_errors(responses), key, error)


def _check(method: str, at_least: int, out_of: int) -> None:
    if type(at_least) is not int or type(out_of) is not int or not 1 <= at_least <= out_of:
        raise GraphError(
            f"`{method}` needs to know how many agree out of how many, but was given {at_least!r} out of {out_of!r}.\n"
            f"  {here()}\n  Two of three, for example: {method}(responses, 2, 3)"
        )


def _in_turn(responses: Stream[Any, L, B2, Any, Any]) -> Stream[Any, L, B2, TotalOrder, ExactlyOnce]:
    """Take responses as they come; what is made of them is the same in any order, but for when it comes."""
    if responses.kind.order is order_of(TotalOrder):
        return responses
    return responses.assume_ordering(nondet("the order of answers decides only when their key comes out"))


def _errors(responses: Stream[Any, L, B2, O2, ExactlyOnce]) -> Stream[Any, L, B2, O2, ExactlyOnce]:
    def error(response: Response) -> Any:
        key, result = response
        return (key, result.error) if isinstance(result, Err) else None

    return responses.filter_map(error)


def _counting(at_least: int, out_of: int) -> Callable[[dict[Any, Any], Response], Yield[Any] | Step]:
    """Make the function that counts answers; a function made here travels without this module."""

    def count(waiting: dict[Any, tuple[int, int]], response: Response) -> Yield[Any] | Step:
        key, result = response
        agreed, answered = waiting.get(key, (0, 0))
        agrees = isinstance(result, Ok)
        if not agrees and not isinstance(result, Err):  # pyright: ignore[reportUnnecessaryIsInstance] - or neither
            raise TypeError(f"an answer is (key, Ok(value)) or (key, Err(reason)), not {response!r}")
        if answered + 1 < out_of:
            waiting[key] = agreed + agrees, answered + 1
        else:
            waiting.pop(key, None)
        return Yield(key) if agrees and agreed + 1 == at_least else Continue

    return count


def _releasing(at_least: int, out_of: int) -> Callable[[Open, Response], list[Any]]:
    """Make the function that holds answers back until there are enough."""

    def release(waiting: Open, response: Response) -> list[Any]:
        key, result = response
        held, agreed, answered = waiting.get(key, ([], 0, 0))
        if isinstance(result, Ok):
            held, agreed = [*held, (key, result.value)], agreed + 1
        elif not isinstance(result, Err):  # pyright: ignore[reportUnnecessaryIsInstance] - or neither
            raise TypeError(f"an answer is (key, Ok(value)) or (key, Err(reason)), not {response!r}")
        ready = held if agreed >= at_least else []
        if answered + 1 < out_of:
            waiting[key] = [] if ready else held, agreed, answered + 1
        else:
            waiting.pop(key, None)
        return ready

    return release


def _types(element: Any) -> tuple[Any, Any, Any]:
    """Give the types of keys, of what is agreed to and of errors, as far as they are known."""
    pair = get_args(element)
    if get_origin(element) is not tuple or len(pair) != 2 or ... in pair:
        return Any, Any, Any
    union = get_origin(pair[1]) in (Union, UnionType)
    results: tuple[Any, ...] = get_args(pair[1]) if union else (pair[1],)
    held = {get_origin(each): get_args(each)[0] for each in results if get_args(each)}
    return pair[0], held.get(Ok, Any), held.get(Err, Any)


def _typed(stream: Any, *parts: Any) -> Any:
    """Say of what types the parts of elements are, where that is known."""
    if Any in parts:
        return stream
    return stream.typed(parts[0] if len(parts) == 1 else tuple[parts])
