"""Claims about a function that changes what it refers to, tried on copies of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hydro_nb.ir.ops.element import FlatMapOrdered, Inspect
from hydro_nb.ir.ops.sink import ForEach
from hydro_nb.sim.alike import WHOLLY, Room, alike
from hydro_nb.sim.claims import own
from hydro_nb.sim.gathering import Gathering, Raised
from hydro_nb.sim.trace import shown


@dataclass(frozen=True)
class _Left:
    """What a function has left in what it refers to, and what it has given."""

    values: tuple[Any, ...]
    given: tuple[Any, ...] = ()


class Effects(Gathering):
    """Claims about a function that is called with one element after the other."""

    def attempt(self, state: int, *values: Any) -> str:
        """Take what the function refers to for its accumulator."""
        referred, args = values
        return super().attempt(state, _Left(referred), args)

    def apply(self, accumulator: Any, element: Any) -> Any:
        """Call the function on copies, and give what it leaves."""
        try:
            values, args = own(accumulator.values), own(element)
        except Exception:  # noqa: BLE001 - a user's own `__deepcopy__` may raise anything
            return None
        boxes = self._function.boxes()
        for box, value in zip(boxes, values, strict=True):
            box.value = value
        try:
            given = self._counting(self._function(*args))
        except Exception as error:  # noqa: BLE001 - a user's function may raise anything
            if not self._function.skips:
                return Raised(error)
            given = ()
        return _Left(tuple(box.value for box in boxes), (*accumulator.given, *given))

    def _counting(self, result: Any) -> tuple[Any, ...]:
        """Give what of a result comes out of the operator."""
        if isinstance(self.node.op, Inspect | ForEach):
            return ()
        return tuple(result) if isinstance(self.node.op, FlatMapOrdered) else (result,)

    def written(self, accumulator: Any) -> str:
        """Write what the function refers to, and what it gave."""
        values, given = accumulator.values, accumulator.given
        text = shown(values[0] if len(values) == 1 else values)
        return f"{text} with the result{'s' * (len(given) > 1)} {', '.join(map(shown, given))}" if given else text

    def given(self, element: Any) -> str:
        """Write what the function is called with."""
        return ", ".join(map(shown, element))

    def differ(self, one: Any, two: Any, room: Room = WHOLLY) -> bool:
        """Whether two outcomes are known to be different; the order of what was given means nothing."""
        if isinstance(one, Raised) or isinstance(two, Raised):
            return one != two
        if alike(one.values, two.values, room) is False:
            return True
        if len(one.given) == len(two.given):
            return not _same_bag(one.given, two.given, room)
        short, long = sorted((one.given, two.given), key=len)
        return any(all(alike(each, other, room) is False for other in short) for each in long)


def _same_bag(one: Sequence[Any], two: Sequence[Any], room: Room) -> bool:
    """Whether each of these may be one of those, and none is left over."""
    left = list(two)
    for each in one:
        answers = [alike(each, other, room) for other in left]
        at = next((answers.index(wanted) for wanted in (True, None) if wanted in answers), None)
        if at is None:
            return False
        del left[at]
    return True
