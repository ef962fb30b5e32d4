"""Operators that bring elements in: data, functions, timers, external clients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hydro_nb.ir.emit import Emit
from hydro_nb.ir.func import Func
from hydro_nb.ir.node import Bound, Kind, Op, Order, Place, Retries, Shape
from hydro_nb.ir.numbers import Numbers
from hydro_nb.ir.ops.network import member_type
from hydro_nb.values import MembershipEvent


@dataclass(frozen=True)
class Source(Op):
    """A node without inputs."""

    place: Place
    element_type: Any

    category: ClassVar = "Source"
    bound: ClassVar[Bound] = Bound.UNBOUNDED

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a totally ordered, exactly-once stream."""
        return (Kind(Shape.STREAM, self.place, self.bound, element=self.element_type),)


class Fed(Source):
    """What the runtime puts elements into: those that have come since the last tick."""

    def after(self, emit: Emit) -> None:
        """Push what has come."""
        emit.push_all(emit.input(), is_list=True)


@dataclass(frozen=True)
class OfFunction(Fed):
    """What a function of the user's brings in."""

    function: Func

    @property
    def detail(self) -> str:
        """Show the function."""
        return self.function.text


@dataclass(frozen=True)
class SourceIter(Source):
    """The elements of a value, or of what a function gives on the node; pulled in chunks."""

    data: Any
    """the iterable, or a `Func` without arguments that makes it"""
    numbers: Numbers | None = None
    """what is known of an array's numbers, where it is one"""

    name: ClassVar[str] = "source_iter"
    bound: ClassVar[Bound] = Bound.BOUNDED

    @property
    def detail(self) -> str:
        """Show the function, or the data's length."""
        if isinstance(self.data, Func):
            return self.data.text
        if not hasattr(self.data, "__len__"):
            return type(self.data).__name__
        return "1 element" if len(self.data) == 1 else f"{len(self.data)} elements"

    def after(self, emit: Emit) -> None:
        """Pull a chunk and push it."""
        made = emit.make(self.data) if isinstance(self.data, Func) else emit.capture(self._wanted(emit), self.data)
        if self.numbers:
            checked = f'array_of({made}, "{self.numbers.column}")' if isinstance(self.data, Func) else made
            emit.push_numbers(checked, self.numbers)
            return
        iterator = emit.state("", f"iter({made})")
        emit.push_source(iterator)

    def _wanted(self, emit: Emit) -> str:
        return emit.node.site.name or "data"


@dataclass(frozen=True)
class SourceStream(OfFunction):
    """What an iterator or async iterator yields, made on the node by a function without arguments."""

    name: ClassVar[str] = "source_stream"


@dataclass(frozen=True)
class SourceInterval(Fed):
    """One `()` every so many seconds: a number, or what a function without arguments gives on the node."""

    interval: float | Func
    delay: float | Func = 0.0

    name: ClassVar[str] = "source_interval"

    @property
    def detail(self) -> str:
        """Show the period."""
        return self.interval.text if isinstance(self.interval, Func) else f"every {self.interval:g} s"


@dataclass(frozen=True)
class Spin(SourceInterval):
    """One `()` in every turn of the scheduler."""

    interval: float | Func = 0.0

    name: ClassVar[str] = "spin"

    @property
    def detail(self) -> str:
        """Say nothing: there is nothing to set."""
        return ""


@dataclass(frozen=True)
class SourceExternal(Fed):
    """What external clients send to a port."""

    client: Place
    order: Order = Order.TOTAL
    retries: Retries = Retries.EXACTLY_ONCE
    codec: str = "msgpack"
    port: str = ""
    """what the user calls the port"""

    name: ClassVar[str] = "source_external"
    category: ClassVar = "Network"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a stream with the guarantees that the port promises."""
        return (super().kinds(inputs)[0].but(order=self.order, retries=self.retries),)


@dataclass(frozen=True)
class SourceMembers(Op):
    """Which members of a cluster join and leave, as the location is told."""

    place: Place
    cluster: Place
    reason: str

    name: ClassVar[str] = "source_cluster_membership_stream"
    category: ClassVar = "Source"

    @property
    def detail(self) -> str:
        """Name the cluster."""
        return self.cluster.type_name

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give the events of each member, in their order."""
        kind = Kind(Shape.KEYED_STREAM, self.place, element=MembershipEvent, key=member_type(self.cluster))
        return (kind,)

    def after(self, emit: Emit) -> None:
        """Push what the runtime has heard."""
        emit.push_all(emit.input(), is_list=True)
