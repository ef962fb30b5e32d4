"""What a user asks of a search: schedules, numbers of runs, seeds; and schedules that do not fit the test."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from hydro_nb.errors import SimulationFailure
from hydro_nb.sim.drivers import AtRandom, Replay
from hydro_nb.sim.trace import shown


class Exact(Replay):
    """Chooses what a schedule says, and refuses one that is of another test.

    >>> driver = Exact([1])
    >>> driver.choose(2)
    1
    >>> driver.finish()
    """

    def __init__(self, schedule: Sequence[int]) -> None:
        self._schedule = _numbers(schedule)
        super().__init__(self._schedule)

    def _next(self, ways: int, rest: AtRandom | None) -> int:
        if ways > 1 and self._left and self._left[-1] >= ways:
            ordinal, choice = len(self.path) + 1, self._left[-1]
            raise self._foreign(f"number {ordinal} of it is {choice}, but there were {ways} ways then, from 0 on")
        return super()._next(ways, rest)

    def finish(self) -> None:
        """See, where the test has not failed, that all was chosen that is written."""
        if any(self._left):
            raise self._foreign(f"the test ended after {len(self.path)} choices, and the schedule goes on")

    def _foreign(self, why: str) -> SimulationFailure:
        from hydro_nb.sim.shrink import trimmed

        return SimulationFailure(
            f"the schedule {trimmed(self._schedule)} does not fit this test: {why}.\n"
            "  The test, the flow or its simulation was changed since; search anew, by `exhaustive` or `fuzz`."
        )


def _numbers(schedule: Any) -> list[int]:
    """Read a schedule."""
    if isinstance(schedule, Sequence) and all(_is_count(each) for each in schedule):  # pyright: ignore[reportUnknownVariableType]
        return list(schedule)  # pyright: ignore[reportUnknownArgumentType]
    raise SimulationFailure(
        f"a schedule is a list of whole numbers from 0 on, such as [0, 1], not {shown(schedule)}.\n"
        "  A failure has it: failure.schedule"
    )


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def number_of_runs(runs: Any) -> int:
    """Read how often a random search runs the test.

    >>> number_of_runs(10)
    10
    """
    if _is_count(runs) and runs:
        return runs
    raise SimulationFailure(f"`runs` is how many schedules are tried, a whole number from 1 on, not {shown(runs)}.")


def number_of_steps(steps: Any) -> int:
    """Read how many steps a test may take.

    >>> number_of_steps(1000)
    1000
    """
    if _is_count(steps) and steps:
        return steps
    raise SimulationFailure(f"`with_most_steps` takes a whole number from 1 on, not {shown(steps)}.")


def seed_of(seed: Any) -> int:
    """Read the seed of a random search, or make one up.

    >>> seed_of(7)
    7
    """
    if seed is None:
        return random.SystemRandom().randrange(1 << 32)
    if isinstance(seed, int):
        return seed
    raise SimulationFailure(f"`seed` is a whole number, such as one that a failure names, not {shown(seed)}.")
