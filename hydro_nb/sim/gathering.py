"""Claims about a function of an accumulator and an element, tried on uses of it that belong together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from hydro_nb.ir.node import Node
from hydro_nb.ir.ops.fold import Proof
from hydro_nb.sim.alike import WHOLLY, Room, alike, greatest, grown
from hydro_nb.sim.apart import Apart
from hydro_nb.sim.claims import Law, own
from hydro_nb.sim.trace import shown
from hydro_nb.values import ABSENT

_EDGE = 3
"""Uses that are remembered from the begin of a fold, and as many of the newest."""
_LONG = 500
"""Characters that make a trial, or listening, dearer by one."""
_DEAREST = 25
"""What listening to one use costs at most."""


@dataclass(slots=True)
class _Use:
    """One use of a function: the accumulator, the element, and how both are written."""

    accumulator: Any
    element: Any
    texts: tuple[str, str]


class _Found(NamedTuple):
    """What shows that a claim is false, and how much there is to read of it."""

    claim: str
    size: int
    text: str


class Raised:
    """Stands for a result where there is none."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Raised) and type(self.error) is type(other.error)

    def __hash__(self) -> int:
        return hash(type(self.error))


class Gathering(Law):
    """Claims about a function of an accumulator and an element."""

    def __init__(self, node: Node, claims: dict[str, Proof], function: Apart) -> None:
        super().__init__(node, claims, function)
        self._runs: dict[tuple[int, Any], list[_Use]] = {}
        """what each accumulator has gathered from its begin on"""
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
        use = _Use(accumulator, element, (self.written(accumulator), self.given(element)))
        before = self._runs.setdefault((state, *key) if key else (state, ABSENT), [])
        found = [*self._alone(use), *(self._swapped(before, use) if "commutative" in self.claims else ())]
        self.spend(min(sum(map(len, use.texts)) // _LONG, _DEAREST))
        before.append(use)
        if len(before) > 2 * _EDGE:
            del before[_EDGE]
        if not found:
            return ""
        simplest = min(found, key=lambda each: each.size)
        under = f"under the key {shown(key[0])}: " if key else ""
        return self.said(simplest.claim, under + simplest.text)

    def _alone(self, use: _Use) -> Iterator[_Found]:
        """Try what is claimed of each use alone."""
        (now, element), size = use.texts, sum(map(len, use.texts))
        once = partial(self.apply, use.accumulator, use.element)
        if "idempotent" in self.claims:
            twice = partial(self._two, use.accumulator, use.element, use.element)
            differ = self._beyond_rounding(use.accumulator, use.element)
            for one, two in self._tried(("idempotent", *use.texts), once, twice, differ):
                text = f"{_from(use)}{element} once gives {self.outcome(one)}, but twice {self.outcome(two)}"
                yield _Found("idempotent", size, text)
        if "monotone" in self.claims and use.accumulator is not ABSENT:
            for _, result in self._tried(("monotone", *use.texts), lambda: use.accumulator, once, _falls):
                yield _Found("monotone", size, f"{_from(use)}{element} gives {shown(result)}, which is not >= {now}")

    def _swapped(self, before: list[_Use], use: _Use) -> Iterator[_Found]:
        """Try this element with each that came before it, from each accumulator that there was before both."""
        for at, first in enumerate(before):
            for other in before[at:]:
                which = ("commutative", first.texts[0], other.texts[1], use.texts[1])
                one = partial(self._two, first.accumulator, other.element, use.element)
                two = partial(self._two, first.accumulator, use.element, other.element)
                differ = self._beyond_rounding(first.accumulator, other.element, use.element)
                for left, right in self._tried(which, one, two, differ):
                    yield _Found("commutative", sum(map(len, which)), self._order(first, other, use, left, right))

    def written(self, accumulator: Any) -> str:
        """Write an accumulator."""
        return "nothing" if accumulator is ABSENT else shown(accumulator)

    def given(self, element: Any) -> str:
        """Write an element."""
        return shown(element)

    def outcome(self, result: Any) -> str:
        """Write what came of a use."""
        if isinstance(result, Raised):
            return f"{type(result.error).__name__}: {result.error}".removesuffix(": ")
        return self.written(result)

    def differ(self, one: Any, two: Any, room: Room = WHOLLY) -> bool:
        """Whether two results are known to be different."""
        if isinstance(one, Raised) or isinstance(two, Raised):
            return one != two
        return alike(one, two, room) is False

    def _beyond_rounding(self, accumulator: Any, *elements: Any) -> Callable[[Any, Any], bool]:
        """Give what tells two results apart, but for what rounding does to numbers that have cancelled out since."""

        def differ(one: Any, two: Any) -> bool:
            if not self.differ(one, two):
                return False
            between = [self.apply(accumulator, element) for element in elements]
            return self.differ(one, two, Room(size=greatest([accumulator, elements, between])))

        return differ

    def _order(self, first: _Use, other: _Use, use: _Use, one: Any, two: Any) -> str:
        a, b = other.texts[1], use.texts[1]
        return f"{_from(first)}{a} and then {b} give {self.outcome(one)}, but {b} and then {a} give {self.outcome(two)}"

    def _tried(
        self,
        which: tuple[str, ...],
        one: Callable[[], Any],
        two: Callable[[], Any],
        is_wrong: Callable[[Any, Any], bool],
    ) -> Iterator[tuple[Any, Any]]:
        """Give two results if they are wrong, and come out the same again; what has passed is not tried again."""
        if hash(which) in self._passed or not self.open:
            return
        self.spend(1 + sum(map(len, which)) // _LONG)
        left, right = one(), two()
        wrong = left is not None and right is not None and is_wrong(left, right)
        if wrong and not self.differ(left, one()) and not self.differ(right, two()):
            yield left, right
        else:
            self._passed.add(hash(which))

    def _two(self, accumulator: Any, first: Any, second: Any) -> Any:
        result = self.apply(accumulator, first)
        return result if result is None or isinstance(result, Raised) else self.apply(result, second)

    def apply(self, accumulator: Any, element: Any) -> Any:
        """Give what the function makes of copies; nothing where there are none."""
        try:
            mine, given = own(accumulator), own(element)
        except Exception:  # noqa: BLE001 - a user's own `__deepcopy__` may raise anything
            return None
        if accumulator is ABSENT:
            return given
        try:
            result = self._function(mine, given)
        except Exception as error:  # noqa: BLE001 - a user's function may raise anything
            if not self._function.skips:
                return Raised(error)
            return mine if self._function.inplace else accumulator
        return mine if self._function.inplace else result


def _falls(before: Any, after: Any) -> bool:
    return not isinstance(after, Raised) and grown(before, after) is False


def _from(use: _Use) -> str:
    return "" if use.accumulator is ABSENT else f"from {use.texts[0]}, "
