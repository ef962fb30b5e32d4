"""The program as data: places, kinds of collection, and nodes with stable slots.

A node is an operator with its inputs. Nodes are named by slots, edges refer to slots, so that running a cell again can
put another node where one stood.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from hydro_nb.errors import Site
from hydro_nb.references import Reference

if TYPE_CHECKING:
    from hydro_nb.ir.emit import Emit, Item


class Shape(enum.StrEnum):
    """Which of the five live collections."""

    STREAM = "Stream"
    KEYED_STREAM = "KeyedStream"
    SINGLETON = "Singleton"
    OPTIONAL = "Optional"
    KEYED_SINGLETON = "KeyedSingleton"

    @property
    def is_stream(self) -> bool:
        """Whether it is made of elements rather than of one live value."""
        return self in (Shape.STREAM, Shape.KEYED_STREAM)

    @property
    def is_keyed(self) -> bool:
        """Whether its elements have keys."""
        return self in (Shape.KEYED_STREAM, Shape.KEYED_SINGLETON)


class Bound(enum.StrEnum):
    """What may still change."""

    BOUNDED = "Bounded"
    UNBOUNDED = "Unbounded"
    MONOTONIC = "Monotonic"
    INIT_NONE = "InitNone"
    BOUNDED_VALUE = "BoundedValue"
    MONOTONIC_VALUE = "MonotonicValue"
    MONOTONIC_KEYS = "MonotonicKeys"

    def keeps(self, promise: Bound) -> bool:
        """Whether what has this bound keeps the promise of another."""
        return promise in _PROMISES.get(self, (self, Bound.UNBOUNDED))


_PROMISES = {
    Bound.BOUNDED: (Bound.BOUNDED,),
    Bound.BOUNDED_VALUE: (Bound.BOUNDED_VALUE, Bound.MONOTONIC_VALUE, Bound.MONOTONIC_KEYS, Bound.UNBOUNDED),
    Bound.MONOTONIC_VALUE: (Bound.MONOTONIC_VALUE, Bound.MONOTONIC_KEYS, Bound.UNBOUNDED),
}
"""what more than itself, and that it may change, a bound promises"""


class Order(enum.StrEnum):
    """Whether the order of elements is part of the meaning."""

    TOTAL = "TotalOrder"
    NONE = "NoOrder"

    def weaker(self, other: Order) -> Order:
        """Return the weaker of the two."""
        return Order.NONE if Order.NONE in (self, other) else Order.TOTAL


class Retries(enum.StrEnum):
    """Whether an element may come more than once."""

    EXACTLY_ONCE = "ExactlyOnce"
    AT_LEAST_ONCE = "AtLeastOnce"

    def weaker(self, other: Retries) -> Retries:
        """Return the weaker of the two."""
        return Retries.AT_LEAST_ONCE if Retries.AT_LEAST_ONCE in (self, other) else Retries.EXACTLY_ONCE


class Consistency(enum.StrEnum):
    """Whether all members of a cluster come to hold the same."""

    NONE = "NoConsistency"
    EVENTUAL = "EventualConsistency"

    def weaker(self, other: Consistency) -> Consistency:
        """Return the weaker of the two."""
        return Consistency.NONE if Consistency.NONE in (self, other) else Consistency.EVENTUAL


@dataclass(frozen=True, slots=True)
class Place:
    """Where a collection lives: a process, a cluster, an external client, a tick or an atomic section of the first two.

    The parent of a tick is its process or cluster, that of an atomic section the tick that runs it.

    Two places are the same where their slots are: a cell that makes a process again makes the same one.
    """

    slot: str
    kind: Literal["process", "cluster", "external", "tick", "atomic"]
    number: int = field(compare=False, default=0)
    """creation order among the places of its flow, from 0"""
    tag: type | None = field(compare=False, default=None)
    parent: Place | None = field(compare=False, default=None)
    site: Site = field(compare=False, default_factory=Site)
    what: str = field(compare=False, default="")
    """what made a tick, where that was not the user: `slice`"""
    after: str = field(compare=False, default="")
    """the slot of the cluster that this one is the next version of"""

    @property
    def root(self) -> Place:
        """The process, cluster or external that this place is in."""
        return self.parent.root if self.parent else self

    @property
    def section(self) -> Place:
        """The atomic section that runs with this tick."""
        return Place(f"{self.slot}.atomic", "atomic", parent=self, site=self.site)

    @property
    def short_name(self) -> str:
        """What a picture calls a place inside a process: `tick`, `tick beat`, `slice`, `atomic`."""
        named = self.kind == "tick" and not self.what and self.site.name not in ("", "tick")
        return f"tick {self.site.name}" if named else self.what or self.kind

    @property
    def clock(self) -> Place:
        """What it runs in step with: an atomic section with its tick, all else with itself."""
        return self.parent if self.kind == "atomic" and self.parent else self

    @property
    def title(self) -> str:
        """What a user tells it apart by: its type, with its name or number where that says too little."""
        if self.kind == "tick":
            return f"{self.type_name} ({self.site.name or self.site.short})"
        return self.type_name if self.root.tag else f"{self.type_name} (number {self.root.number})"

    def beside(self, other: Place) -> str:
        """Say what a user tells it apart by from another place."""
        return f"another {self.title}" if self.title == other.title else self.title

    @property
    def type_name(self) -> str:
        """Its type as a user writes it: `Process[Leader]`, `Tick[Process[None]]`."""
        if self.parent:
            return f"{self.kind.capitalize()}[{self.root.type_name}]"
        return f"{self.kind.capitalize()}[{self.tag.__name__ if self.tag else None}]"


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of a collection: shape, place, guarantees, and the types of its elements (Any if unknown)."""

    shape: Shape
    place: Place
    bound: Bound = Bound.UNBOUNDED
    order: Order = Order.TOTAL
    retries: Retries = Retries.EXACTLY_ONCE
    element: Any = Any
    """type of an element or value; for keyed collections of the value under a key"""
    key: Any = Any
    consistency: Consistency = Consistency.NONE
    """of a collection on a cluster: whether all members come to hold the same"""

    def but(self, **changes: Any) -> Kind:
        """Return this kind with some fields changed."""
        return replace(self, **changes)

    def same_form(self, other: Kind) -> bool:
        """Whether nodes built on one may be kept when the other takes its slot."""
        return self == other


@dataclass(frozen=True, slots=True)
class Ref:
    """One output of one node."""

    slot: str
    port: int = 0


class Op:
    """An operator: a frozen dataclass whose fields are what the user gave, with everything there is to know of it.

    `name` is the method's name, `category` the colour in the picture (`hydro.md` 6.2).
    """

    name: ClassVar[str]
    category: ClassVar[Literal["Source", "Transform", "Join", "Aggregation", "Network", "Sink", "NonDeterministic"]] = (
        "Transform"
    )
    blocking: ClassVar[bool] = False
    """whether it takes elements as they come but gives some only when the tick has seen all"""
    stored: ClassVar[bool] = False
    """whether its live value is kept from tick to tick although it is made from another live value"""
    on_demand: ClassVar[bool] = False
    """whether its live value is made where it is read, since making it in every tick would be dear"""
    takes_iterables: ClassVar[bool] = False
    """whether `elements` takes any iterable, not only a list"""
    completes: ClassVar[tuple[int, ...]] = ()
    """inputs that, where they are bounded, are complete before anything of the others is read"""
    delays: ClassVar[bool] = False
    """whether its last input is seen only in the next tick"""
    gathers: ClassVar[bool] = False
    """whether inputs that are complete before the others are only gathered, so that nothing comes out for them"""
    nests: ClassVar[bool] = False
    """whether what follows stands in a block of its own"""
    composes: ClassVar[bool] = False
    """whether it makes what it gives, for each input in another place: a short use is then written in each of them"""
    may_mutate: bool = False
    """whether its live value may be an object that it goes on changing"""

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give the kinds of the outputs, or raise what `ir.check` finds wrong with the inputs."""
        raise NotImplementedError

    @property
    def label(self) -> str:
        """Short text of the node in pictures."""
        return self.name

    @property
    def detail(self) -> str:
        """The settings in one line: the user's functions as text."""
        return ""

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Write what happens to one element that arrives at input `port`."""
        raise NotImplementedError

    def elements(self, emit: Emit, batch: str) -> bool:
        """Write what happens to a whole list at once; False if one by one is the only way."""
        return False

    def takes_lists(self, inputs: Sequence[Kind]) -> bool:
        """Whether `elements` may have a use for a list, of inputs of these kinds."""
        return type(self).elements is not Op.elements

    def before_first(self, emit: Emit) -> str:
        """Give the expression of what an operator that delays holds in the first tick."""
        kind = emit.node.outputs[0]
        return "[]" if kind.shape.is_stream else "{}" if kind.shape is Shape.KEYED_SINGLETON else "ABSENT"

    def before(self, emit: Emit) -> None:
        """Write what happens once per tick before any element of this node is touched."""

    def after(self, emit: Emit) -> None:
        """Write what happens once per tick when all elements of its inputs have been seen."""


@dataclass(frozen=True, slots=True)
class Node:
    """An operator in its slot."""

    slot: str
    op: Op
    inputs: tuple[Ref, ...]
    outputs: tuple[Kind, ...]
    site: Site = field(compare=False, default_factory=Site)
    input_kinds: tuple[Kind, ...] = field(compare=False, default=())
    """the kinds that `inputs` had when it was built; a difference makes it stale"""
    references: tuple[Reference[Any], ...] = field(compare=False, default=())
    """handles on other collections that the user's functions hold"""
    reference_kinds: tuple[Kind, ...] = field(compare=False, default=())
    """the kinds that those had when it was built; a difference makes it stale"""

    @property
    def place(self) -> Place:
        """Where it runs (for a sink or a network edge: where its input is)."""
        return self.outputs[0].place if self.outputs else self.input_kinds[0].place
