"""What checks of several lessons need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hydro_nb.errors import SimulationFailure
from hydro_nb.lang.collection import Collection
from hydro_nb.testing.collecting import collect
from hydro_nb.testing.exercises import WrongAnswer, expect

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from hydro_nb.sim.simulation import Simulation


def survives(simulation: Simulation, body: Callable[[], Coroutine[Any, Any, None]], hint: str) -> int:
    """Run a test under every schedule; where one fails, the answer is wrong, for this reason.

    >>> flow = FlowBuilder()
    >>> numbers_in, numbers = flow.process().sim_input(int)
    >>> numbers_out = numbers.sim_output()
    >>> async def body():
    ...     numbers_in.send(1)
    ...     await numbers_out.assert_yields_only([1])
    >>> survives(flow.sim(), body, "Every number comes out once.")
    1
    """
    try:
        return simulation.exhaustive(body)
    except SimulationFailure as error:
        first = str(error).partition("\n")[0]
        raise WrongAnswer(f"{hint}\nThe simulator found a schedule: {first}") from error


def choice(answer: object, letters: str, hints: dict[str, str]) -> None:
    """Look at a prediction that is one of some letters; each wrong one has its hint.

    >>> choice("b", "abc", {"a": "Look at where it runs.", "c": "Look at when it runs."})
    """
    names = ", ".join(f'`"{letter}"`' for letter in letters)
    expect(isinstance(answer, str) and len(answer) == 1 and answer in letters, f"Answer with one of {names}.")
    hint = hints.get(str(answer))
    expect(hint is None, hint or "")


def on_lists(answer: Any) -> Any:
    """Run a piece of a flow that the reader has built, and give what came out of it.

    >>> on_lists(FlowBuilder().process().source_iter([1, 2]).map(lambda n: n * 10))
    [10, 20]

    Of a keyed value a dict is given, of another live value what it is at the end.
    """
    expect(isinstance(answer, Collection), "The function should `return` a collection.")
    given = collect(answer, backend="inprocess")
    return given if answer.kind.shape.is_stream or not given else given[0]
