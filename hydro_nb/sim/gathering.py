"""Claims about a function of an accumulator and an element, tried on uses of it that belong together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from hydro_nb.ir.node import Node
from hydro_nb.ir.ops.fold import Proof
from hydro_nb.sim.alike import alike, grown
from hydro_nb.sim.apart import Apart
from hydro_nb.sim.claims import Law
from hydro_nb.sim.trace import shown
from hydro_nb.sim.units import version
from hydro_nb.values import ABSENT

_EDGE = 3
"""Uses that are remembered from the begin of a fold, and as many of the newest."""
_LONG = 500
"""Characters that make a trial dearer by one."""


@dataclass(slots=True)
class _Use:
    """One use of a function: the accumulator, the element, and how both are written."""

    accumulator: Any
    element: Any
    texts: tuple[str, str]


@dataclass(slots=True)
class _Run:
    """What one accumulator has gathered, from its begin on."""

    uses: list[_Use] = field(default_factory=list[_Use])
    result: Any = ABSENT
    """what the last use gives"""

    def add(self, use: _Use, result: Any) -> None:
        """Keep a use; of many those in the middle are forgotten."""
        self.uses.append(use)
        self.result = result
        if len(self.uses) > 2 * _EDGE:
            del self.uses[_EDGE]


class _Found(NamedTuple):
    """What shows that a claim is false, and how much there is to read of it."""

    claim: str
    size: int
    text: str


class _Raised:
    """Stands for a result where there is none."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Raised) and type(self.error) is type(other.error)

    def __hash__(self) -> int:
        return hash(type(self.error))


class Gathering(Law):
    """Claims about a function of an accumulator and an element."""

    def __init__(self, node: Node, claims: dict[str, Proof], function: Apart) -> None:
        super().__init__(node, claims, function)
        self._runs: dict[tuple[int, Any], _Run] = {}
        self._passed: set[int] = set()
        """hashes of what was tried and is right"""

    def start(self, *, listening: bool, again: bool = False) -> None:
        """Forget what was gathered."""
        super().start(listening=listening, again=again)
        self._runs.clear()

    def begin(self, state: Any) -> None:
        """Forget what the tick before has gathered on a process."""
        for which in [which for which in self._runs if which[0] == id(state)]:
            del self._runs[which]

    def attempt(self, state: int, *values: Any) -> str:
        """Try all that is claimed on this use of the function, and on it with those before."""
        accumulator, element, *key = values
        use = _Use(accumulator, element, (_written(accumulator), _written(element)))
        run = self._runs.setdefault((state, *key) if key else (state, ABSENT), _Run())
        result = self._apply(accumulator, element)
        if isinstance(result, _Raised) or result is None:
            run.uses.clear()  # the program will say it better
            return ""
        if run.uses and alike(run.result, accumulator) is False:
            run.uses.clear()  # this one began anew
        found = [*self._alone(use, result), *(self._swapped(run, use) if "commutative" in self.claims else ())]
        run.add(use, result)
        if not found:
            return ""
        simplest = min(found, key=lambda each: each.size)
        under = f"under the key {shown(key[0])}: " if key else ""
        return self.said(simplest.claim, under + simplest.text)

    def _alone(self, use: _Use, result: Any) -> Iterator[_Found]:
        """Try what is claimed of each use alone."""
        now, element = use.texts
        if "idempotent" in self.claims:
            again = self._tried(("idempotent", *use.texts), lambda: result, lambda: self._apply(result, use.element))
            for once, twice in again:
                text = f"{_from(use)}{element} once gives {_outcome(once)}, but twice {_outcome(twice)}"
                yield _Found("idempotent", len(now) + len(element), text)
        if "monotone" in self.claims and use.accumulator is not ABSENT and grown(use.accumulator, result) is False:
            steady = alike(self._apply(use.accumulator, use.element), result) is not False
            if steady:
                text = f"{_from(use)}{element} gives {shown(result)}, which is not >= {now}"
                yield _Found("monotone", len(now) + len(element), text)

    def _swapped(self, run: _Run, use: _Use) -> Iterator[_Found]:
        """Try this element with each that came before it, from each accumulator that there was before both."""
        for at, first in enumerate(run.uses):
            for other in run.uses[at:]:
                which = ("commutative", first.texts[0], other.texts[1], use.texts[1])
                one = partial(self._two, first.accumulator, other.element, use.element)
                two = partial(self._two, first.accumulator, use.element, other.element)
                for left, right in self._tried(which, one, two):
                    yield _Found("commutative", sum(map(len, which)), self._order(first, other, use, left, right))

    @staticmethod
    def _order(first: _Use, other: _Use, use: _Use, one: Any, two: Any) -> str:
        a, b = other.texts[1], use.texts[1]
        return f"{_from(first)}{a} and then {b} give {_outcome(one)}, but {b} and then {a} give {_outcome(two)}"

    def _tried(
        self, which: tuple[str, ...], one: Callable[[], Any], two: Callable[[], Any]
    ) -> Iterator[tuple[Any, Any]]:
        """Give two results if they differ, each time that they are asked for; what has passed is not tried again."""
        if hash(which) in self._passed or not self.open:
            return
        self.spend(1 + sum(map(len, which)) // _LONG)
        left, right = one(), two()
        differ = left is not None and right is not None and _alike(left, right) is False
        if differ and _alike(left, one()) is not False and _alike(right, two()) is not False:
            yield left, right
        else:
            self._passed.add(hash(which))

    def _two(self, accumulator: Any, first: Any, second: Any) -> Any:
        result = self._apply(accumulator, first)
        return result if isinstance(result, _Raised) else self._apply(result, second)

    def _apply(self, accumulator: Any, element: Any) -> Any:
        """Give what the function makes of copies; nothing where there are none."""
        try:
            mine, given = version(accumulator), version(element)
        except Exception:  # noqa: BLE001 - a user's own `__deepcopy__` may raise anything
            return None
        if accumulator is ABSENT:
            return given
        try:
            result = self._function(mine, given)
        except Exception as error:  # noqa: BLE001 - a user's function may raise anything
            return _Raised(error)
        return mine if self._function.inplace else result


def _alike(one: Any, two: Any) -> bool | None:
    if isinstance(one, _Raised) or isinstance(two, _Raised):
        return one == two
    return alike(one, two)


def _written(value: Any) -> str:
    return "nothing" if value is ABSENT else shown(value)


def _from(use: _Use) -> str:
    return "" if use.accumulator is ABSENT else f"from {use.texts[0]}, "


def _outcome(value: Any) -> str:
    if isinstance(value, _Raised):
        return f"{type(value.error).__name__}: {value.error}".removesuffix(": ")
    return shown(value)
