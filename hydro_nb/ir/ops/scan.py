"""Operators that carry something from element to element: running state.

At top level the state lives as long as the program; inside a tick it starts anew with every tick. On keyed streams
each key has a state of its own.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hydro_nb.ir import check
from hydro_nb.ir.emit import Emit, Item
from hydro_nb.ir.func import Func
from hydro_nb.ir.node import Bound, Kind, Op, Shape
from hydro_nb.ir.ops.fold import Folding, refuse_none, start_value

NO_PAIR = (
    "the function must give a pair, the next accumulator and what comes out "
    "(one that changes its first argument instead gives only what comes out: inplace(function)), but it gave "
)
NO_STEP = "the function must give Yield(value), Return(value), Continue or Break beside the accumulator, but it gave "


@dataclass(frozen=True)
class Running(Folding, Op):
    """An operator whose function gives the next accumulator and, beside it, something to use at once."""

    init: Any = None
    """an immutable value, or a `Func` that makes one"""
    result_type: Any = Any
    accumulators: ClassVar[str] = ""
    """what the state is called that holds the accumulator, or those of all keys"""

    def in_turn(self, kind: Kind) -> None:
        """Demand elements that come one after the other, each once."""
        check.total_order(kind)
        check.exactly_once(kind, "drop repeats first: .unique(), or ")

    def advance(self, emit: Emit, value: str, key: str | None, wanted: str) -> str:
        """Write the call and store the accumulator; give the variable of what is to be used at once."""
        read, stored = self.accumulator(emit, key)
        result = emit.call(self.function, read, value, wanted=self.wanted(wanted))
        return self.take(emit, result, stored, value, wanted)

    def wanted(self, out: str) -> str:
        """Say what a call gives: what is to be used at once, or a pair with the accumulator."""
        return out if self.function.inplace else "pair"

    def take(self, emit: Emit, result: Item, stored: str, value: str, wanted: str) -> str:
        """Store the accumulator that a call gave; give the variable of what is to be used at once."""
        if self.function.skips and self.function.inplace:
            return result.text
        if not self.function.inplace and (once := self._once(emit, result, stored, value)):
            return once
        out = emit.local(wanted)
        if self.function.inplace:
            emit.write(f"{out} = {result.text}", value)
        else:
            emit.write(f"{stored}, {out} = {self._pair(emit, result, value)}", value)
        return out

    def _once(self, emit: Emit, result: Item, stored: str, value: str) -> str:
        """Work out once what is both parts, as in `(total := total + n, total)`, and store it; give its variable."""
        name, named = _named(result)
        if name:
            emit.write(f"{name} = {named}", value)
            emit.write(f"{stored} = {name}", value)
        return name

    def accumulator(self, emit: Emit, key: str | None) -> tuple[str, str]:
        """Give the expression to read the accumulator by, and the one that it is stored by."""
        init = start_value(emit, self.init)
        if key is not None:
            return self._of_key(emit, key, init)
        name = emit.state(self.accumulators, init)
        if self.may_forget_return:
            refuse_none(emit, name)
        return name, name

    def _of_key(self, emit: Emit, key: str, init: str) -> tuple[str, str]:
        table = emit.state(self.accumulators, "{}")
        stored = f"{table}[{key}]"
        if not self.mutates:
            return f"{table}.get({key}, {init})", stored
        with emit.block(f"if {key} not in {table}:", key):
            emit.write(f"{stored} = {init}")
        if self.may_forget_return:
            refuse_none(emit, stored)
        return stored, stored

    def _pair(self, emit: Emit, result: Item, value: str) -> str:
        """Give what can be taken apart in two."""
        if result.parts and len(result.parts) == 2:
            return ", ".join(result.parts)
        if _is_pair(ast.parse(result.text, mode="eval").body):
            return result.text
        pair = result.text if self.function.skips else emit.local("pair")
        if not self.function.skips:
            emit.write(f"{pair} = {result.text}", value)
        with emit.block(f"if type({pair}) is not tuple or len({pair}) != 2:"):
            emit.write(f"raise TypeError({emit.capture('NO_PAIR', NO_PAIR)} + repr({pair}))")
        return pair


@dataclass(frozen=True)
class Emitting(Running):
    """An operator whose function lets something out beside its accumulator, until it says that this is the end."""

    @property
    def may_end(self) -> bool:
        """Whether the end may come, as far as can be seen."""
        return True

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand an order and no repeats, and keep both."""
        self.in_turn(inputs[0])
        return (inputs[0].but(element=self.result_type),)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Skip what comes after the end, call, push."""
        key, value = emit.pair(item) if emit.node.outputs[0].shape.is_keyed else (None, emit.assign(item, "item"))
        end = _End(self, emit, key)
        if self.may_end:
            end.skip()
        out = self.work(emit, end, value, key)
        if self.mutates:
            emit.write(f"if {out} is {end.accumulator}: {out} = copy({out})")
        emit.push(Item(out) if key is None else Item.of(key, out))

    def work(self, emit: Emit, end: _End, value: str, key: str | None) -> str:
        """Write the call and what ends it; give the variable of what comes out."""
        raise NotImplementedError


@dataclass(frozen=True)
class Scan(Emitting):
    """What a function gives for each element beside its accumulator, until it gives `None`."""

    name: ClassVar[str] = "scan"

    @property
    def may_end(self) -> bool:
        """Whether the function may give None, or wrap what it gives."""
        return not _gives_something(self.function)

    def work(self, emit: Emit, end: _End, value: str, key: str | None) -> str:
        """Write the call; None is the end."""
        out = self.advance(emit, value, key, emit.hint())
        if self.may_end:
            with emit.block(f"if {out} is None:"):
                end.reach()
                emit.write("continue")
            emit.write(f"if type({out}) is Some: {out} = {out}.value")
        return out


@dataclass(frozen=True)
class Generator(Emitting):
    """What a function yields for an element or returns as the last, beside its accumulator."""

    name: ClassVar[str] = "generator"

    def work(self, emit: Emit, end: _End, value: str, key: str | None) -> str:
        """Write the call and what each step means."""
        step = self.advance(emit, value, key, "step")
        with emit.block(f"if {step} is Continue:"):
            emit.write("continue")
        with emit.block(f"if {step} is Break:"):
            end.reach()
            emit.write("continue")
        with emit.block(f"if type({step}) is Return:"):
            end.reach()
        with emit.block(f"elif type({step}) is not Yield:"):
            emit.write(f"raise TypeError({emit.capture('NO_STEP', NO_STEP)} + repr({step}))")
        out = emit.local(emit.hint())
        emit.write(f"{out} = {step}.value")
        return out


class _End:
    """Where a stream, or one key of it, stops giving anything."""

    def __init__(self, op: Running, emit: Emit, key: str | None) -> None:
        self.op, self.emit, self.key = op, emit, key

    @property
    def state(self) -> str:
        """What tells whether the end was reached."""
        return self.emit.state("ended", "False" if self.key is None else "set()")

    @property
    def accumulator(self) -> str:
        """What the accumulator is read by; it is gone when the key has ended."""
        name = self.emit.state(self.op.accumulators, "")
        return name if self.key is None else f"{name}.get({self.key})"

    def skip(self) -> None:
        """Go on to the next element where this one comes after the end."""
        with self.emit.block(f"if {self.state}:" if self.key is None else f"if {self.key} in {self.state}:"):
            self.emit.write("continue")

    def reach(self) -> None:
        """Remember the end; nobody needs the accumulator any more."""
        if self.key is None:
            self.emit.write(f"{self.state} = True")
        else:
            self.emit.write(f"{self.state}.add({self.key})")
            self.emit.write(f"del {self.emit.state(self.op.accumulators, '{}')}[{self.key}]")


@dataclass(frozen=True)
class FoldEarlyStop(Running):
    """One value per key, which is there from when the function says so and never changes."""

    name: ClassVar[str] = "fold_early_stop"
    category: ClassVar = "Aggregation"
    accumulators: ClassVar[str] = "open"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a keyed singleton whose values never change."""
        (kind,) = inputs
        self.in_turn(kind)
        bound = Bound.BOUNDED if kind.bound is Bound.BOUNDED else Bound.BOUNDED_VALUE
        return (kind.but(shape=Shape.KEYED_SINGLETON, bound=bound, element=self.result_type),)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Skip keys that are done, call, release."""
        key, value = emit.pair(item)
        done = emit.state("", "{}")
        with emit.block(f"if {key} in {done}:", key):
            emit.write("continue")
        stop = self.advance(emit, value, key, "stop")
        with emit.block(f"if {stop}:"):
            emit.write(f"{done}[{key}] = {emit.state(self.accumulators, '{}')}.pop({key})")
            if self.may_forget_return:
                refuse_none(emit, f"{done}[{key}]")
            emit.changed()

    def after(self, emit: Emit) -> None:
        """Show the keys that are done."""
        emit.define(emit.state("", "{}"))


def _named(result: Item) -> tuple[str, str]:
    """Give the variable that is both parts of a pair, and the expression that the first part names so."""
    if not result.parts or len(result.parts) != 2 or ":=" not in result.parts[0]:
        return "", ""
    value = _twice(*(ast.parse(part, mode="eval").body for part in result.parts))
    return (result.parts[1], ast.unparse(value)) if value else ("", "")


def _twice(one: ast.expr, other: ast.expr) -> ast.expr | None:
    """Give what both parts of a pair are, where the second is the name that the first has just given to it."""
    if isinstance(one, ast.NamedExpr) and isinstance(other, ast.Name) and one.target.id == other.id:
        return one.value
    return None


def _is_pair(result: ast.expr) -> bool:
    """Whether an expression is a pair, whichever way it is chosen."""
    if isinstance(result, ast.IfExp):
        return _is_pair(result.body) and _is_pair(result.orelse)
    return isinstance(result, ast.Tuple) and len(result.elts) == 2 and not any(map(_is_starred, result.elts))


def _is_starred(part: ast.expr) -> bool:
    return isinstance(part, ast.Starred)


_SOMETHING = (ast.BinOp, ast.Compare, ast.JoinedStr, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.ListComp)
"""Expressions whose results are neither None nor wrapped."""


def _gives_something(function: Func) -> bool:
    """Whether each way through a function of a `scan` lets something out that is neither None nor wrapped."""
    tree = function.located and function.located.tree
    if isinstance(tree, ast.Lambda):
        return _lets_out(tree.body, inplace=function.inplace)
    if not isinstance(tree, ast.FunctionDef) or not isinstance(tree.body[-1], ast.Return):
        return False
    results = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return)]
    return all(result is not None and _lets_out(result, inplace=function.inplace) for result in results)


def _lets_out(result: ast.expr, *, inplace: bool) -> bool:
    if inplace:
        return isinstance(result, _SOMETHING)
    if not isinstance(result, ast.Tuple) or not _is_pair(result):
        return False
    return isinstance(result.elts[1], _SOMETHING) or isinstance(_twice(*result.elts), _SOMETHING)
