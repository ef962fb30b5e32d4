"""What is claimed of the function of one operator, and how it is tried."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hydro_nb.errors import ProofError
from hydro_nb.ir.node import Node
from hydro_nb.ir.ops.fold import Proof
from hydro_nb.ir.trial import Trial
from hydro_nb.sim.alike import alike, grown
from hydro_nb.sim.apart import Apart
from hydro_nb.sim.fresh import is_fixed
from hydro_nb.sim.hearing import Unheard, heard_by
from hydro_nb.sim.trace import shown
from hydro_nb.values import ABSENT

__tracebackhide__ = True
"""pytest shows the frames of the user"""
_MOST = 100
"""What may be spent on one function in one execution: one for each use that is looked at, and one for each trial."""
_SEARCH = 5000
"""What may be spent on one function in one search."""
_AGAIN = 20_000
"""What may be spent on one function where a schedule is run to be looked at."""

_NOT = {
    "commutative": "is not commutative",
    "idempotent": "is not idempotent",
    "monotone": "does not only grow",
    "order_preserving": "does not keep order",
}
_REMEDIES = {
    "commutative": 'Let an order be chosen before, .assume_ordering(nondet("...")), or mend the function',
    "idempotent": 'Drop repeats before, .unique() or .assume_retries(nondet("...")), or mend the function',
    "monotone": "Claim nothing and look at the value in a tick, or mend the function",
    "order_preserving": "Claim nothing and look at the value in a tick, or mend the function",
}


class Law(Trial):
    """What is claimed of the function of one operator."""

    def __init__(self, node: Node, claims: dict[str, Proof], function: Apart) -> None:
        self.node, self.claims, self._function = node, claims, function
        self.spent = 0
        """what was spent in this search"""
        self.goes_on = 0
        """with which use the next execution begins: the one where the last had spent all that it could"""
        self._left = self._uses = self._from = 0
        self._held: list[Any] = []
        """states of processes, so that each goes on being told from all others"""

    def start(self, *, listening: bool, again: bool = False) -> None:
        """Begin an execution; what is tried in one that was there before costs nothing of what there is to spend."""
        self.open, self._left = listening and (again or self.spent < _SEARCH), _AGAIN if again else _MOST
        self._uses, self._from = 0, 0 if again else self.goes_on
        self.goes_on = self.goes_on if again else 0
        self._held.clear()
        self._function.renew()

    def begin(self, state: Any) -> None:
        """Forget what the tick before has gathered."""

    def hear(self, state: Any, *values: Any) -> None:
        """Try what is claimed, on copies; what cannot be copied is left alone."""
        self._uses += 1
        if self._uses <= self._from:
            return
        self.spend(1)
        try:
            copies = [own(value) for value in values]
        except Exception:  # noqa: BLE001 - a user's own `__deepcopy__` may raise anything
            self.open = False
            return
        if not any(state is each for each in self._held):
            self._held.append(state)
        with heard_by(Unheard()):
            broken = self.attempt(id(state), *copies)
        if broken:
            raise ProofError(broken)
        if not self.open:
            self.goes_on = self._uses

    def spend(self, cost: int) -> None:
        """Count what listening costs, and stop where it is too much."""
        self.spent += cost
        self._left -= cost
        self.open = self._left > 0

    def attempt(self, state: int, *values: Any) -> str:
        """Try what is claimed; gives what a user reads where it is false."""
        raise NotImplementedError

    def said(self, claim: str, counterexample: str) -> str:
        """Write that a claim is false, with what shows it."""
        op, proof = self.node.op, self.claims[claim]
        return (
            f'`{self._function.text}` {_NOT[claim]}, but `{op.label}` was given {claim}=proof("{proof.reason}").\n'
            f"  {counterexample}.\n"
            f"  {_REMEDIES[claim]},\n"
            f'  or where the difference means nothing: {claim}=proof("...", unchecked=True)'
        )


class Growing(Law):
    """The claim that a function gives more for more."""

    def __init__(self, node: Node, claims: dict[str, Proof], function: Apart) -> None:
        super().__init__(node, claims, function)
        self._last: dict[int, Any] = {}

    def start(self, *, listening: bool, again: bool = False) -> None:
        """Forget the values."""
        super().start(listening=listening, again=again)
        self._last.clear()

    def attempt(self, state: int, *values: Any) -> str:
        """Compare a value and the one before it, and what the function gives for both."""
        (value,) = values
        before = self._last.get(state, ABSENT)
        self._last[state] = value
        if before is ABSENT or grown(before, value) is not True:
            return ""
        try:
            less, more, again = (self._function(own(each)) for each in (before, value, value))
        except Exception:  # noqa: BLE001 - the program will say it better
            return ""
        if grown(less, more) is not False or alike(more, again) is False:
            return ""
        made = f"it makes {shown(more)} of the one and {shown(less)} of the other"
        text = f"{shown(value)} is >= {shown(before)}, but {made}"
        return self.said("order_preserving", text)


def own(value: Any) -> Any:
    """Give a value that nobody else can change.

    >>> row = [1]
    >>> own((1, "a")), own(row) == row, own(row) is row
    ((1, 'a'), True, False)
    """
    return value if is_fixed(value) else deepcopy(value)
