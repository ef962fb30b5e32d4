"""Operators that gather elements into one live value, or one per key.

At top level the state lives as long as the program; inside a tick it starts anew with every tick.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import BuiltinFunctionType, NoneType
from typing import Any, ClassVar, get_args

from hydro_nb.ir import check
from hydro_nb.ir.emit import ABSENT, Emit, Item
from hydro_nb.ir.func import Func
from hydro_nb.ir.hooked import Claim, HookName
from hydro_nb.ir.node import Bound, Kind, Op, Order, Retries, Shape
from hydro_nb.ir.trial import Trial, tell, tell_begin


@dataclass(frozen=True, repr=False)
class Proof(Claim):
    """A claim about a function, with the user's reason."""

    reason: str
    unchecked: bool = False
    hook: HookName | None = None
    """what scripts, in a simulated test, the choice that the claim leaves open"""

    def __repr__(self) -> str:
        return f"proof({self.reason!r})"


@dataclass(frozen=True)
class Gather(Op):
    """An aggregation: what it needs of its input, and the kind of its result."""

    category: ClassVar = "Aggregation"

    def require(self, kind: Kind) -> None:
        """Raise where the input's guarantees do not suffice."""

    def result_bound(self, kind: Kind) -> Bound:
        """Give the bound of the result."""
        return Bound.BOUNDED if kind.bound is Bound.BOUNDED else Bound.UNBOUNDED

    def gathered(self, kind: Kind, shape: Shape, element: Any) -> tuple[Kind, ...]:
        """Give the kind of the result after checking the input."""
        self.require(kind)
        bound = self.result_bound(kind)
        return (kind.but(shape=shape, bound=bound, order=Order.TOTAL, retries=Retries.EXACTLY_ONCE, element=element),)


@dataclass(frozen=True)
class Folding:
    """What operators have in common whose function takes what they have made so far, and an element."""

    function: Func

    @property
    def detail(self) -> str:
        """Show the function."""
        return self.function.detail

    @property
    def mutates(self) -> bool:
        """Whether the accumulator may be an object that the function changes."""
        return isinstance(getattr(self, "init", None), Func) or self.function.inplace

    @property
    def may_forget_return(self) -> bool:
        """Whether the accumulator can be changed in place, so that a function that only does so is a likely slip."""
        return isinstance(getattr(self, "init", None), Func) and not self.function.inplace


@dataclass(frozen=True)
class Proved(Folding, Gather):
    """An aggregation by the user's function, with its proofs."""

    commutative: Proof | None
    idempotent: Proof | None
    monotone: Proof | None = None
    trial: Trial | None = field(default=None, kw_only=True, repr=False, compare=False)
    """what tries in a simulation whether the proofs are right"""

    @property
    def may_mutate(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Whether the live value is an object that the function changes."""
        return self.mutates

    def require(self, kind: Kind) -> None:
        """Demand the proofs that the input makes necessary."""
        check.proofs(kind, commutative=bool(self.commutative), idempotent=bool(self.idempotent))

    def before(self, emit: Emit) -> None:
        """Tell who tries the proofs that a tick begins."""
        tell_begin(emit, self.trial)

    def first(self, element: str) -> str:
        """Give the accumulator that an element makes: not the element itself where the function would change it."""
        return f"copy({element})" if self.function.inplace else element

    def step(self, emit: Emit, target: str, *args: str) -> None:
        """Write `target = function(target, element)`, or the bare call where the function mutates."""
        if self.function.inplace:
            emit.run(self.function, target, *args, element=args[-1])
            return
        result = emit.call(self.function, target, *args, wanted="updated")
        if result.text != target:
            emit.write(f"{target} = {result.text}", args[-1])


@dataclass(frozen=True)
class Fold(Proved):
    """One value: `init`, then the function of it and each element."""

    init: Any = None
    """an immutable value, or a `Func` that makes one"""
    result_type: Any = Any
    """what the function is annotated to return; `init` alone says too little: a sum of floats may start at 0"""
    name: ClassVar[str] = "fold"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a singleton; monotonic where that is proved."""
        return self.gathered(inputs[0], Shape.SINGLETON, self.result_type)

    def result_bound(self, kind: Kind) -> Bound:
        """Add monotonicity where it is proved."""
        bound = super().result_bound(kind)
        return Bound.MONOTONIC if bound is Bound.UNBOUNDED and self.monotone else bound

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Apply the function to the accumulator."""
        accumulator = self.accumulator(emit)
        tell(emit, self.trial, accumulator, item.text)
        self.step(emit, accumulator, item.text)
        if self.may_forget_return:
            refuse_none(emit, accumulator)
        emit.changed()

    def after(self, emit: Emit) -> None:
        """Show the accumulator, unless a function that mutates was taken for one that returns."""
        accumulator = self.accumulator(emit)
        if not self.function.inplace and self.init is not None and not self.may_forget_return:
            refuse_none(emit, accumulator)
        emit.define(accumulator)

    def accumulator(self, emit: Emit) -> str:
        """Give the variable of what is made so far."""
        return emit.state("", start_value(emit, self.init))


@dataclass(frozen=True)
class FoldKeyed(Proved):
    """One value per key."""

    init: Any = None
    result_type: Any = Any
    name: ClassVar[str] = "fold_keyed"

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return "fold"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a keyed singleton whose keys are only ever added."""
        return self.gathered(inputs[0], Shape.KEYED_SINGLETON, self.result_type)

    def result_bound(self, kind: Kind) -> Bound:
        """Say whether values may change."""
        if kind.bound is Bound.BOUNDED:
            return Bound.BOUNDED
        return Bound.MONOTONIC_VALUE if self.monotone else Bound.MONOTONIC_KEYS

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Look the key up, apply the function, store."""
        key, value = emit.pair(item)
        table = emit.state("", "{}")
        init = start_value(emit, self.init)
        if self.function.skips:  # a key is there once an element under it was taken
            now = emit.local("now")
            emit.write(f"{now} = {table}[{key}] if {key} in {table} else {init}")
        elif isinstance(self.init, Func):
            with emit.block(f"if {key} not in {table}:"):
                emit.write(f"{table}[{key}] = {init}")
            now = f"{table}[{key}]"
        else:
            now = f"{table}.get({key}, {init})"
        tell(emit, self.trial, now, value, key)
        self._update(emit, table, key, now, value)
        emit.changed()

    def _update(self, emit: Emit, table: str, key: str, now: str, value: str) -> None:
        if self.function.inplace:
            emit.run(self.function, now, value, element=value)
            if self.function.skips:
                emit.write(f"{table}[{key}] = {now}", value)
            return
        result = emit.call(self.function, now, value, wanted="updated")
        if self.init is None or is_sum(result.text):
            emit.write(f"{table}[{key}] = {result.text}", value)
        else:
            updated = result.text if self.function.skips else emit.local("updated")
            if updated != result.text:
                emit.write(f"{updated} = {result.text}", value)
            refuse_none(emit, updated)
            emit.write(f"{table}[{key}] = {updated}", value)

    def after(self, emit: Emit) -> None:
        """Show the table."""
        emit.define(emit.state("", "{}"))


@dataclass(frozen=True)
class Reduce(Proved):
    """One value, absent until the first element comes."""

    name: ClassVar[str] = "reduce"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give an optional that stays present once it is."""
        return self.gathered(inputs[0], Shape.OPTIONAL, inputs[0].element)

    def result_bound(self, kind: Kind) -> Bound:
        """Say that it starts absent."""
        return Bound.BOUNDED if kind.bound is Bound.BOUNDED else Bound.INIT_NONE

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Take the first element, then apply the function."""
        value = emit.assign(item, "item")
        best = emit.state("", ABSENT)
        tell(emit, self.trial, best, value)
        with emit.block(f"if {best} is {ABSENT}:"):
            emit.write(f"{best} = {self.first(value)}")
            if self._may_slip(emit):
                emit.write(f"{emit.state('none', 'False')} = {best} is None")
        with emit.block("else:"):
            self.step(emit, best, value)
        emit.changed()

    def after(self, emit: Emit) -> None:
        """Show the value, unless a function that mutates was taken for one that returns."""
        best = emit.state("", ABSENT)
        if self._may_slip(emit):
            with emit.block(f"if {best} is None and not {emit.state('none', 'False')}:"):
                emit.write("raise TypeError(RETURNED_NONE)")
        emit.define(best)

    def _may_slip(self, emit: Emit) -> bool:
        """Whether None is no likely value: neither among the elements, nor what an expression chose from them."""
        element = emit.node.outputs[0].element
        may_be_none = element in (None, NoneType) or NoneType in get_args(element)
        return not (self.function.inplace or may_be_none or _is_choice(self.function))


@dataclass(frozen=True)
class ReduceKeyed(Proved):
    """One value per key, present from the key's first element on."""

    name: ClassVar[str] = "reduce_keyed"

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return "reduce"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a keyed singleton whose keys are only ever added."""
        return self.gathered(inputs[0], Shape.KEYED_SINGLETON, inputs[0].element)

    def result_bound(self, kind: Kind) -> Bound:
        """Say whether values may change."""
        if kind.bound is Bound.BOUNDED:
            return Bound.BOUNDED
        return Bound.MONOTONIC_VALUE if self.monotone else Bound.MONOTONIC_KEYS

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Take a key's first element, then apply the function."""
        key, value = emit.pair(item)
        table = emit.state("", "{}")
        tell(emit, self.trial, f"{table}.get({key}, {ABSENT})", value, key)
        with emit.block(f"if {key} not in {table}:"):
            emit.write(f"{table}[{key}] = {self.first(value)}")
        with emit.block("else:"):
            if self.function.inplace:
                emit.run(self.function, f"{table}[{key}]", value, element=value)
            else:
                result = emit.call(self.function, f"{table}[{key}]", value, wanted="updated")
                emit.write(f"{table}[{key}] = {result.text}", value)
        emit.changed()

    def after(self, emit: Emit) -> None:
        """Show the table."""
        emit.define(emit.state("", "{}"))


@dataclass(frozen=True)
class Count(Gather):
    """How many elements there have been."""

    name: ClassVar[str] = "count"

    def require(self, kind: Kind) -> None:
        """Refuse elements that may come twice."""
        check.exactly_once(kind, "drop repeats first: .unique(), or ")

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a number that only grows."""
        return self.gathered(inputs[0], Shape.SINGLETON, int)

    def result_bound(self, kind: Kind) -> Bound:
        """Say that it only grows."""
        return Bound.BOUNDED if kind.bound is Bound.BOUNDED else Bound.MONOTONIC

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Add one."""
        emit.write(f"{emit.state('', '0')} += 1")
        emit.changed()

    def elements(self, emit: Emit, batch: str) -> bool:
        """Add a list's length, where nobody asks for the numbers in between."""
        if not emit.seams:
            emit.write(f"{emit.state('', '0')} += len({batch})")
        return not emit.seams

    def after(self, emit: Emit) -> None:
        """Show the number."""
        emit.define(emit.state("", "0"))


@dataclass(frozen=True)
class ValueCounts(Gather):
    """How many elements each key has had."""

    name: ClassVar[str] = "value_counts"

    def require(self, kind: Kind) -> None:
        """Refuse elements that may come twice."""
        check.exactly_once(kind, "drop repeats first, or ")

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a number per key that only grows."""
        return self.gathered(inputs[0], Shape.KEYED_SINGLETON, int)

    def result_bound(self, kind: Kind) -> Bound:
        """Say that the numbers only grow."""
        return Bound.BOUNDED if kind.bound is Bound.BOUNDED else Bound.MONOTONIC_VALUE

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Add one to the key's number."""
        key, _ = emit.pair(item)
        table = emit.state("", "{}")
        emit.write(f"{table}[{key}] = {table}.get({key}, 0) + 1", key)
        emit.changed()

    def after(self, emit: Emit) -> None:
        """Show the table."""
        emit.define(emit.state("", "{}"))


def refuse_none(emit: Emit, accumulator: str) -> None:
    """Stop where a function left None for the next accumulator."""
    with emit.block(f"if {accumulator} is None:"):
        emit.write("raise TypeError(RETURNED_NONE)")


def is_sum(text: str) -> bool:
    """Whether an expression is an operation on two values, which never gives None."""
    return isinstance(ast.parse(text, mode="eval").body, ast.BinOp)


def _is_choice(function: Func) -> bool:
    """Whether a function cannot forget to give its value: a builtin, or one whose every end names a value."""
    if isinstance(function.fn, BuiltinFunctionType):
        return True
    tree = function.located and function.located.tree
    if isinstance(tree, ast.Lambda):
        return not isinstance(tree.body, ast.Call)
    return isinstance(tree, ast.FunctionDef) and _ends_with_choice(tree.body)


def _ends_with_choice(body: Sequence[ast.stmt]) -> bool:
    match body[-1]:
        case ast.Return(value=ast.Call() | None):
            return False
        case ast.Return() | ast.Raise():
            return True
        case ast.If(body=then, orelse=[_, *_] as other):
            return _ends_with_choice(then) and _ends_with_choice(other)
        case _:
            return False


def start_value(emit: Emit, init: Any) -> str:
    """Give the expression of a fold's first accumulator."""
    return emit.make(init) if isinstance(init, Func) else emit.capture("init", init)
