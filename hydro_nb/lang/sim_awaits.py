"""What a simulated test calls and has to await, so that a forgotten `await` is told."""

from __future__ import annotations

import inspect
import linecache
import sys
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from hydro_nb.errors import SimulationFailure, label
from hydro_nb.lang.sim_execution import execution

__tracebackhide__ = True
"""pytest shows the frames of the user"""
S = TypeVar("S")
P = ParamSpec("P")
R = TypeVar("R")
_MANY = 256
"""Calls after which those that were awaited are forgotten."""


def to_await(
    method: Callable[Concatenate[S, P], Coroutine[Any, Any, R]],
) -> Callable[Concatenate[S, P], Coroutine[Any, Any, R]]:
    """Note each call of a method, to see at the end of the test that it was awaited."""
    under_way = execution.get

    @wraps(method)
    def calling(self: S, /, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, R]:
        coroutine, world = method(self, *args, **kwargs), under_way()
        if world is not None:
            world.asked.append(coroutine)
            if len(world.asked) > _MANY:
                world.asked[:] = forgotten(world.asked)
        return coroutine

    return calling


def quiet(calls: list[Any]) -> None:
    """Have Python not warn of calls that were never awaited."""
    for call in calls:
        call.close()


def forgotten(asked: list[Any]) -> list[Any]:
    """Give the calls that were never awaited."""
    left = [call for call in asked if call.cr_frame is not None]
    return [call for call in left if inspect.getcoroutinestate(call) == inspect.CORO_CREATED]


@contextmanager
def places_kept() -> Generator[None]:
    """Keep where each call stands, which takes time."""
    before = sys.get_coroutine_origin_tracking_depth()
    sys.set_coroutine_origin_tracking_depth(2)
    try:
        yield
    finally:
        sys.set_coroutine_origin_tracking_depth(before)


def not_awaited(calls: list[Any]) -> SimulationFailure:
    """Say what was called but never awaited, and where, if that was kept."""
    first = calls[0]
    name = getattr(first.cr_frame.f_locals["self"], "name", "")
    what = f"{name}.{first.__name__}" if name else first.__name__
    places = [f"  {_line(file, line)}\n" for file, line, _ in (first.cr_origin or ())[1:]]
    return SimulationFailure(
        f"`{what}` was called but never awaited, so that it did nothing.\n"
        f"{''.join(places)}  Write `await` before it: await {what}(...)"
    )


def _line(file: str, number: int) -> str:
    return f"{label(file)}, line {number}: {linecache.getline(file, number).strip()}"
