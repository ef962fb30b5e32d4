"""Running the coroutine of a test in an execution, and seeing that it awaited what it called."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any

from hydro_nb.errors import SimulationFailure
from hydro_nb.lang.sim_awaits import forgotten, not_awaited, places_kept, quiet
from hydro_nb.lang.sim_execution import MORE, execution
from hydro_nb.sim.drivers import Replay
from hydro_nb.sim.trace import shown
from hydro_nb.sim.world import World

__tracebackhide__ = True
"""pytest shows the frames of the user"""
Body = Callable[[], Coroutine[Any, Any, Any]]


def require_test(body: Any) -> None:
    """Refuse what is no test, before it is run."""
    if inspect.iscoroutine(body):
        body.close()
        name = body.__name__
        raise SimulationFailure(f"the test is called by the simulator: give {name}, not {name}()")
    if not callable(body):
        raise SimulationFailure(
            f"a simulated test is an `async def` function without arguments, but was given {shown(body)}.\n"
            "  Write it as: async def body(): ..."
        )
    try:
        inspect.signature(body).bind()
    except TypeError as error:
        name = getattr(body, "__name__", "the test")
        raise SimulationFailure(
            f"`{name}` is called without arguments, but {error}.\n"
            "  A test uses ports and simulations of the flow by their variables: async def body(): ..."
        ) from None
    except ValueError:
        return  # Python cannot tell


def drive(body: Body, world: World) -> bool:
    """Run a test's coroutine to its end, letting the world go on whenever it waits for a port; says whether it did."""
    coroutine = body()
    if not inspect.iscoroutine(coroutine):
        raise SimulationFailure(
            "a simulated test is an `async def` function without arguments, "
            f"but was given {getattr(body, '__name__', body)}.\n"
            "  Write it as: async def body(): ..."
        )
    answer: bool | None = None
    world.test, views = coroutine, world.model.views
    try:
        for _ in range(world.most_steps):
            if views is not None:
                views.enter(None)
            try:
                request = coroutine.send(answer)
            except StopIteration:
                return answer is not None
            if request is not MORE:
                raise _foreign(coroutine, request)
            answer = world.advance()
        raise world.endless()
    finally:
        coroutine.close()


def _foreign(coroutine: Any, request: object) -> SimulationFailure:
    from hydro_nb.sim.failure import foreign_await

    return SimulationFailure(foreign_await(coroutine, request))


def tell_forgotten(world: World, error: BaseException) -> None:
    """Say beside why a test failed which calls it did not await, where it is known where they stand."""
    calls = forgotten(world.asked)
    if calls and calls[0].cr_origin and "event loop" not in str(error):
        error.add_note(str(not_awaited(calls)))
    quiet(calls)


def require_awaited(body: Body, world: World, schedule: Sequence[int]) -> None:
    """Refuse an execution that has called something without awaiting it; it is run again to find the line."""
    calls = forgotten(world.asked)
    if not calls:
        return
    again = World(world.model, Replay(schedule))
    again.flow = world.flow
    token = execution.set(again)
    try:
        with places_kept(), suppress(Exception):
            drive(body, again)
    finally:
        execution.reset(token)
    found = forgotten(again.asked)
    failure = not_awaited(found or calls)
    quiet([*found, *calls])
    raise failure
