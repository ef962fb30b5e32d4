"""Operators that wait: for awaitables and async iterators among the elements, and for silence.

`resolve_futures` hands its awaitables to the runtime, which brings the results into a later tick. So does the
simulator, where a sleep is over when a test has let so much time pass.
"""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, get_args, get_origin

from hydro_nb.errors import GraphError
from hydro_nb.ir import check
from hydro_nb.ir.emit import ABSENT, Emit, Item
from hydro_nb.ir.func import OnError
from hydro_nb.ir.node import Bound, Kind, Op, Order, Shape
from hydro_nb.ir.ops.element import ElementOp
from hydro_nb.ir.ops.scan import Running

_PLAIN = (int, float, str, bool, bytes)
"""Types that nobody can wait for."""


@dataclass(frozen=True)
class Resolving(Op):
    """An operator on awaitables, and what becomes of one that fails."""

    on_error: OnError = "raise"

    @property
    def skips(self) -> bool:
        """Whether one that fails is counted and left out."""
        return self.on_error == "skip"

    @property
    def detail(self) -> str:
        """Show that errors are skipped where they are."""
        return 'on_error="skip"' if self.skips else ""


@dataclass(frozen=True)
class ResolveFutures(Resolving):
    """The results of awaitables, as they come.

    Like a network edge it has two ends, which the runtime joins, so that results may come back to where they came from.
    """

    name: ClassVar[str] = "resolve_futures"
    ordered: ClassVar[bool] = False

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand awaitables outside ticks and atomic sections; give an unbounded stream."""
        (kind,) = inputs
        require_awaitables(kind)
        if kind.place.kind == "atomic":
            raise check.Fault(
                check.LocationError, "a stream outside an atomic section", f"inside {kind.place.title}",
                "Leave the section first: .end_atomic(), or wait inside it: .resolve_futures_blocking()",
            )  # fmt: skip
        check.top_level(kind)
        order = kind.order if self.ordered else Order.NONE
        return (kind.but(element=awaited(kind.element), bound=Bound.UNBOUNDED, order=order),)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Near end: put the awaitable where the runtime takes it."""
        emit.write(f"{emit.output()}.append({item.text})")

    def elements(self, emit: Emit, batch: str) -> bool:
        """Near end: put a whole list there."""
        emit.write(f"{emit.output()}.extend({batch})")
        return True

    def after(self, emit: Emit) -> None:
        """Far end: push the results that have come."""
        emit.push_all(emit.input(), is_list=True)


@dataclass(frozen=True)
class ResolveFuturesOrdered(ResolveFutures):
    """The results of awaitables, in the order of the awaitables."""

    name: ClassVar[str] = "resolve_futures_ordered"
    ordered: ClassVar[bool] = True


@dataclass(frozen=True)
class ResolveFuturesBlocking(Resolving):
    """The results of awaitables, for which the tick waits."""

    name: ClassVar[str] = "resolve_futures_blocking"
    blocking: ClassVar[bool] = True

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand awaitables; lose the order."""
        (kind,) = inputs
        require_awaitables(kind)
        return (kind.but(element=awaited(kind.element), order=Order.NONE),)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Keep the awaitable until the tick has seen all."""
        emit.write(f"{emit.state('held', '[]')}.append({item.text})")

    def elements(self, emit: Emit, batch: str) -> bool:
        """Keep a whole list."""
        emit.write(f"{emit.state('held', '[]')}.extend({batch})")
        return True

    def after(self, emit: Emit) -> None:
        """Wait for all that are held, together, and push what they gave."""
        held, resolved = emit.state("held", "[]"), emit.local("resolved")
        emit.write(f"{resolved} = wait_all({held}, {emit.skips()})" if self.skips else f"{resolved} = wait_all({held})")
        if not emit.per_tick:
            emit.write(f"{held} = []")
        emit.push_all(resolved)


@dataclass(frozen=True)
class ResolveFutureBlocking(Op):
    """The result of the awaitable that a complete value is, for which the tick waits."""

    name: ClassVar[str] = "resolve_future_blocking"
    completes: ClassVar[tuple[int, ...]] = (0,)
    stored: ClassVar[bool] = True

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand a complete awaitable."""
        (kind,) = inputs
        require_awaitables(kind)
        check.bounded(kind, 'Choose when to look at it: .snapshot(tick, nondet("..."))')
        return (kind.but(element=awaited(kind.element)),)

    def after(self, emit: Emit) -> None:
        """Wait once in each tick where the value is a tick's, else once."""
        if emit.per_tick:
            emit.define(f"wait_for({emit.value(0)})")
            return
        held = emit.state("", ABSENT)
        condition = f"{held} is {ABSENT}"
        with emit.block(f"if {condition}:" if emit.ended() == "True" else f"if {condition} and {emit.ended()}:"):
            emit.write(f"{held} = wait_for({emit.value(0)})")
        emit.define(held)


@dataclass(frozen=True)
class FlatMapStreamBlocking(ElementOp):
    """Every element of the async iterator that the function gives, for which the tick waits."""

    result_type: Any = Any
    name: ClassVar[str] = "flat_map_stream_blocking"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Keep every guarantee."""
        return (inputs[0].but(element=self.result_type),)

    def work(self, emit: Emit, item: Item, key: str | None) -> None:
        """Wait for the iterator's end, then loop over what it gave."""
        emit.push_all(emit.call(self.function, item.text, through="drained").text)


@dataclass(frozen=True)
class ScanAsyncBlocking(Running):
    """What an async function gives for each element beside its accumulator, dropping `None`."""

    name: ClassVar[str] = "scan_async_blocking"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand an order and no repeats, and keep both."""
        self.in_turn(inputs[0])
        return (inputs[0].but(element=self.result_type),)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Wait for the function, store the accumulator, push what is not `None`."""
        held = emit.assign(item, "item")
        read, stored = self.accumulator(emit, None)
        wanted = emit.hint()
        result = emit.call(self.function, read, held, through="wait_for", wanted=self.wanted(wanted))
        out = self.take(emit, result, stored, held, wanted)
        with emit.block(f"if {out} is None:"):
            emit.write("continue")
        emit.write(f"if type({out}) is Some: {out} = {out}.value")
        if self.mutates:
            emit.write(f"if {out} is {stored}: {out} = copy({out})")
        emit.push(Item(out))


@dataclass(frozen=True)
class Timeout(Op):
    """A unit while no element has come for so many seconds, or ever."""

    seconds: float
    reason: str

    name: ClassVar[str] = "timeout"
    category: ClassVar = "NonDeterministic"
    beats: ClassVar[int] = 10
    """how often the timer fires in that time"""

    @property
    def detail(self) -> str:
        """Show the duration and the reason."""
        return f"after {self.seconds:g} s: {self.reason}"

    @property
    def interval(self) -> float:
        """The period of the timer that looks."""
        return self.seconds / self.beats

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give an optional that comes and goes."""
        (kind,) = inputs
        check.top_level(kind)
        return (Kind(Shape.OPTIONAL, kind.place, Bound.UNBOUNDED, element=tuple[()]),)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Begin to count anew."""
        emit.write(f"{self._silent(emit)} = 0")

    def elements(self, emit: Emit, batch: str) -> bool:
        """Begin to count anew where a list has anything."""
        with emit.block(f"if {batch}:"):
            emit.write(f"{self._silent(emit)} = 0")
        return True

    def after(self, emit: Emit) -> None:
        """Count the beats without an element; the one that comes first after it may follow it at once."""
        silent = self._silent(emit)
        emit.write(f"{silent} += len({emit.input()})")
        emit.define(f"() if {silent} > {self.beats} else {ABSENT}")

    def _silent(self, emit: Emit) -> str:
        return emit.state("silent", str(self.beats + 1))


def is_awaitable(element: Any) -> bool:
    """Whether a type of elements is known to be one that must be waited for.

    >>> is_awaitable(Awaitable[int]), is_awaitable(int)
    (True, False)
    """
    return get_origin(element) in (Awaitable, Coroutine)


def awaited(element: Any) -> Any:
    """Give the type of what an awaitable gives, or `Any`.

    >>> awaited(Awaitable[int])
    <class 'int'>
    """
    return get_args(element)[-1] if is_awaitable(element) else Any


def require_awaitables(kind: Kind) -> None:
    """Refuse elements that nobody can wait for, where their type is known."""
    if kind.element in _PLAIN:
        remedy = "Call an async function first: .map(fetch)"
        raise check.Fault(GraphError, "elements that are awaitables", f"of {kind.element.__name__}", remedy)


def refuse_awaitables(kind: Kind) -> None:
    """Refuse elements that must be waited for where they would be used or sent as they are."""
    if is_awaitable(kind.element):
        raise check.Fault(
            GraphError, "elements as they are", "of results that are still to come (an async function made them)",
            "Wait for them first: .resolve_futures(), .resolve_futures_ordered() or .resolve_futures_blocking()",
        )  # fmt: skip
