"""Slips in the writing of a simulated test: a name that is guessed, a call that is not as it should be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from hydro_nb.errors import SimulationFailure
from hydro_nb.lang.site import called, here

__tracebackhide__ = True
"""pytest shows the frames of the user"""
P = ParamSpec("P")
R = TypeVar("R")
_STREAM = "This is the port; the stream is the other of the two: port, stream = process.sim_input(T)."
_OF_STREAMS = "map filter batch fold reduce join for_each sim_output flat_map assume_ordering"
_TAKES = "recv receive get read take pop"
_ALL = "drain all collect_all read_all to_list collect_unordered get_all receive_all"
_NONE = "assert_empty assert_none assert_nothing assert_yields_nothing assert_done assert_end is_empty done"
_PUTS = "put push write emit publish feed"
_MANY = "send_all extend send_list put_all push_all send_each"
SENDS = {
    _PUTS: "Use port.send(element).",
    _MANY: "Use port.send_many(elements).",
    "send_unordered": "Use port.send_many_unordered(elements).",
    "close end finish done flush": "There is nothing to close: the input ends with the test.",
    f"next collect collect_sorted assert_yields assert_yields_only assert_no_more {_TAKES} {_ALL}": (
        "A test sends at this end; it receives at the port that stream.sim_output() gives."
    ),
    _OF_STREAMS: _STREAM,
}
RECEIVES = {
    _TAKES: "Use await port.next().",
    _ALL: "Use await port.collect(), or await port.collect_sorted() where the order means nothing.",
    _NONE: "Use await port.assert_no_more().",
    "assert_equal assert_equals expect assert_is": "Use await port.assert_yields_only([...]).",
    f"send send_many send_many_unordered {_PUTS} {_MANY}": (
        "A test receives at this end; it sends into the port that process.sim_input(T) gives."
    ),
    _OF_STREAMS: "This is the port, at which a test receives; go on with the stream that it was made of.",
}
FLOWS = {
    "simulate simulation simulator run_sim": "Use flow.sim().",
    "hook simhook make_hook": "Use flow.sim_hook().",
    "sim_input": "A port is of a place: port, stream = flow.process().sim_input(T).",
    "sim_output": "A port is of a stream: port = stream.sim_output().",
    "exhaustive fuzz deterministic replay record report with_cluster_size with_faults": (
        "It is of a simulation of the flow: sim = flow.sim()."
    ),
    "advance": "Time is of a simulation of the flow: sim = flow.sim(), and in the test await sim.advance(seconds).",
    "run start execute": "Use flow.deploy() to run it in processes, or flow.sim() to run a test of it.",
    "node location add_process new_process": "Use flow.process().",
    "nodes add_cluster new_cluster": "Use flow.cluster().",
}
SIMULATIONS = {
    "run check test explore verify search run_all all simulate": (
        "Use sim.exhaustive(body) for every schedule of a test, or sim.fuzz(body, runs=1000) for many at random."
    ),
    "random run_random fuzzing": "Use sim.fuzz(body, runs=1000).",
    "run_deterministic scripted": "Use sim.deterministic(body).",
    "advance_time sleep wait step tick pass_time elapse": "Use await sim.advance(seconds) in the test.",
    "with_cluster with_clusters cluster_size with_members with_size with_cluster_sizes set_cluster_size": (
        "Use sim.with_cluster_size(cluster, 3), once for each cluster."
    ),
    "crash kill fail restart with_crashes with_crash with_failures faults inject crashes": (
        "Use sim.with_faults(place, crashes=1): crashes come at any moment, and all moments are tried."
    ),
    "explain": "A failure explains itself: except SimulationFailure as failure: print(failure.explain())",
    "trace show schedule history log": "Use print(sim.replay(body, schedule)), or sim.record(body, schedule).",
    "stats statistics summary coverage result results": "Use sim.report.",
    "sim_input input": "A port is of a place: port, stream = process.sim_input(T).",
    "sim_output output": "A port is of a stream: port = stream.sim_output().",
    "sim_hook hook": "Use flow.sim_hook().",
}


def guesses(instead: Mapping[str, str]) -> dict[str, str]:
    """Give what is meant by each name of lists of names.

    >>> guesses({"get recv": "next()"})
    {'get': 'next()', 'recv': 'next()'}
    """
    return {name: meant for names, meant in instead.items() for name in names.split()}


def lacking(kind: type, name: str, meant: Mapping[str, str]) -> str:
    """Say what there is instead of a name that a class lacks.

    >>> lacking(dict, "keyz", {})
    "'dict' object has no attribute 'keyz'. Did you mean `keys`?"
    >>> lacking(dict, "put", {"put": "Write table[key] = value."})
    "'dict' object has no attribute 'put'. Write table[key] = value."
    """
    text = f"{kind.__name__!r} object has no attribute {name!r}"
    if name.startswith("_"):
        return text
    if name in meant:
        return f"{text}. {meant[name]}"
    from difflib import get_close_matches

    near = get_close_matches(name, [each for each in dir(kind) if not each.startswith("_")], 1)
    return f"{text}. Did you mean `{near[0]}`?" if near else text


def called_as(*ways: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Have a call whose arguments do not fit say how the method is called.

    >>> @called_as("double(n)")
    ... def double(n: int) -> int:
    ...     return 2 * n
    >>> double(2)
    4
    """

    def checked(method: Callable[P, R]) -> Callable[P, R]:
        @wraps(method)
        def calling(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return method(*args, **kwargs)
            except TypeError as error:
                if _is_of_the_call(error):
                    raise _unfit(method.__name__, error, ways) from None
                raise

        return calling

    return checked


def _is_of_the_call(error: TypeError) -> bool:
    """Whether the arguments did not fit, so that the method has not begun."""
    return error.__traceback__ is not None and error.__traceback__.tb_next is None


def _unfit(name: str, error: TypeError, ways: tuple[str, ...]) -> SimulationFailure:
    text = str(error)
    unknown = text.partition("unexpected keyword argument ")[2].strip("'")
    if unknown:
        what = f"has no argument `{unknown}`"
    else:
        what = f"was given too {'few' if 'missing' in text else 'many'} arguments"
    return SimulationFailure(f"`{name}` {what}.\n  {here()}\n  Write it as: {', or '.join(ways)}")


def listed(what: Any) -> list[Any]:
    """Give what a test expects as a list.

    >>> listed((1, 2))
    [1, 2]
    """
    try:
        return list(what)
    except TypeError:
        verb = called()
        raise SimulationFailure(
            f"`{verb}` takes a list of what is expected, but was given {what!r}.\n  {here()}\n"
            f"  Write a list also where it is one element: {verb}([{what!r}])"
        ) from None
