"""Claims about functions, tried on the values that executions bring: a proof may be wrong.

Generated code tells of each use of a function of which something is claimed, in some executions of a search. The
function is then applied again, to copies and in a copy of its own, so that nothing that a program does is disturbed
and nothing is chosen for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from functools import partial
from io import StringIO
from typing import Any, NamedTuple, cast

from hydro_nb.errors import ProofError
from hydro_nb.ir.graph import Graph
from hydro_nb.ir.node import Bound, Node
from hydro_nb.ir.ops.element import Map
from hydro_nb.ir.ops.fold import Proof, Proved
from hydro_nb.ir.trial import Trial
from hydro_nb.sim.alike import alike, grown
from hydro_nb.sim.apart import Apart, apart
from hydro_nb.sim.drivers import Driver, Repeat, Replay
from hydro_nb.sim.trace import shown
from hydro_nb.sim.units import version
from hydro_nb.values import ABSENT

_ALL = 32
"""Executions at the begin of a search in each of which claims are tried; later ones are more and more rare."""
_MOST = 60
"""Uses of one function that are looked at in one execution."""
_TRIALS = 600
"""Trials of one function in one search."""
_EDGE = 3
"""Uses that are remembered from the begin of a fold, and as many of the newest."""

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


class Laws:
    """All claims of one flow that are tried, and in which executions."""

    def __init__(self, graph: Graph) -> None:
        self._laws = [op.trial for op in _carriers(graph) if isinstance(op.trial, Law)]
        self._number, self._listening = 0, False

    def begin(self) -> None:
        """Begin a search."""
        self._number = 0
        for law in self._laws:
            law.trials = 0

    def start(self, driver: Driver) -> None:
        """Begin an execution: one that is run again to be looked at has all that was tried in it."""
        if not self._laws:
            return
        again = isinstance(driver, Replay)
        listening = again or (not isinstance(driver, Repeat) and self._is_next())
        if listening or self._listening:
            self._listening = listening
            for law in self._laws:
                law.start(listening=listening, again=again)

    def _is_next(self) -> bool:
        """Take the first executions, and after that as many of each twice as many."""
        self._number += 1
        return self._number < _ALL or self._number % (1 << (self._number.bit_length() - 5)) == 0


def tried(graph: Graph) -> Graph:
    """Let all claims of a flow be tried that can be; gives the flow, which is changed.

    >>> tried(Graph("empty")).nodes
    {}
    """
    for slot, node in graph.nodes.items():
        law = _law_of(node)
        if law:
            graph.nodes[slot] = replace(node, op=replace(cast("Map", node.op), trial=law))
    return graph


def _carriers(graph: Graph) -> Iterator[Proved | Map]:
    return (node.op for node in graph.nodes.values() if isinstance(node.op, Proved | Map))


def _law_of(node: Node) -> Law | None:
    op = node.op
    if isinstance(op, Proved):
        claims = {name: getattr(op, name) for name in ("commutative", "idempotent", "monotone")}
    elif isinstance(op, Map) and node.input_kinds[0].bound is Bound.MONOTONIC:
        claims = {"order_preserving": op.order_preserving}
    else:
        return None
    checked = {name: proof for name, proof in claims.items() if proof and not proof.unchecked}
    function = apart(op.function) if checked else None
    if function is None:
        return None
    return _Gathering(node, checked, function) if isinstance(op, Proved) else _Growing(node, checked, function)


class Law(Trial):
    """What is claimed of the function of one operator."""

    def __init__(self, node: Node, claims: dict[str, Proof], function: Apart) -> None:
        self.node, self.claims, self._function = node, claims, function
        self.trials = 0
        """what was tried in this search"""
        self._left = 0
        self._held: list[Any] = []
        """states of processes, so that each goes on being told from all others"""

    def start(self, *, listening: bool, again: bool = False) -> None:
        """Begin an execution; what is tried in one that was there before costs nothing of what there is to spend."""
        self.open, self._left = listening and (again or self.trials < _TRIALS), _MOST
        self._held.clear()
        self._function.renew()

    def begin(self, state: Any) -> None:
        """Forget what the tick before has gathered."""

    def hear(self, state: Any, *values: Any) -> None:
        """Try what is claimed, on copies; what cannot be copied is left alone."""
        self._left -= 1
        self.open = self._left > 0
        try:
            copies = [version(value) for value in values]
        except Exception:  # noqa: BLE001 - a user's own `__deepcopy__` may raise anything
            self.open = False
            return
        if not any(state is each for each in self._held):
            self._held.append(state)
        with redirect_stdout(StringIO()):
            broken = self.attempt(id(state), *copies)
        if broken:
            raise ProofError(broken)

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


# ------------------------------------------------------------ folds and reduces


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


class _Gathering(Law):
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
        if hash(which) in self._passed:
            return
        left, right = one(), two()
        self.trials += 1
        differ = left is not None and right is not None and _alike(left, right) is False
        if differ and _alike(left, one()) is not False and _alike(right, two()) is not False:
            yield left, right
        else:
            self._passed.add(hash(which))

    def _two(self, accumulator: Any, first: Any, second: Any) -> Any:
        result = self._apply(accumulator, first)
        return result if isinstance(result, _Raised) else self._apply(result, second)

    def _apply(self, accumulator: Any, element: Any) -> Any:
        """Give what the function makes of copies."""
        mine, given = version(accumulator), version(element)
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


# ------------------------------------------------------------ what is made of a value that grows


class _Growing(Law):
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
            less, more, again = (self._function(version(each)) for each in (before, value, value))
        except Exception:  # noqa: BLE001 - the program will say it better
            return ""
        if grown(less, more) is not False or alike(more, again) is False:
            return ""
        made = f"it makes {shown(more)} of the one and {shown(less)} of the other"
        text = f"{shown(value)} is >= {shown(before)}, but {made}"
        return self.said("order_preserving", text)
