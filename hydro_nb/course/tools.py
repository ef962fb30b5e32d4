"""What checks of several lessons need."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hydro_nb.errors import SimulationFailure
from hydro_nb.lang.collection import Collection
from hydro_nb.testing.collecting import collect
from hydro_nb.testing.exercises import WrongAnswer, answered, expect

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from hydro_nb.sim.simulation import Simulation

_PLACE = re.compile(r"\S+, line \d+:")
"""How a line of the user's is named below what is wrong with it."""


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
        raise WrongAnswer(f"{hint}\nThe simulator found a schedule: {reason(error)}") from error


def reason(failure: SimulationFailure) -> str:
    r"""Give the line of a failure that says what went wrong.

    >>> reason(SimulationFailure("`body` failed in execution 2 of 3.\n  AssertionError: 0 is not 1\n\nWhat happened:"))
    'AssertionError: 0 is not 1'
    >>> reason(SimulationFailure("`send` was never awaited.\n  In[4], line 2: answers.send(1)"))
    '`send` was never awaited.'
    """
    first, _, rest = str(failure).partition("\n")
    second = rest.partition("\n")[0].strip()
    return first if _PLACE.match(second) else second or first


def streams(answer: Any, number: int, names: str) -> tuple[Any, ...]:
    """Give the streams that a service of the reader's gives back, so many.

    >>> streams((1, 2), 2, "acknowledgements, answers")
    (1, 2)
    """
    given: Any = answered(answer)
    expect(isinstance(given, tuple), f"Give {number} streams: {names}.")
    parts: tuple[Any, ...] = given
    expect(len(parts) == number, f"Give {number} streams: {names}.")
    return tuple(answered(each) for each in parts)


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
