"""Flows to compare backends on, grown by steps that somebody draws, and ways to look at what is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hydro_nb import Cluster, FlowBuilder, HydroError, Process
from hydro_nb.ir.node import Bound, Order, Shape
from naive.operators import grouped
from naive.steps import ANY, Group, Step, Steps, num

_FITTING: dict[str, Callable[[Any], tuple[Shape, ...]]] = {
    "same": lambda first: (first.kind.shape,),
    "singleton": lambda _: (Shape.SINGLETON,),
    "optional": lambda _: (Shape.OPTIONAL,),
    "value": lambda _: (Shape.SINGLETON, Shape.OPTIONAL),
    "stream": lambda _: (Shape.STREAM,),
    "keyed": lambda _: (Shape.KEYED_STREAM,),
    "table": lambda _: (Shape.KEYED_SINGLETON,),
}


Choice = tuple[int, int, int]
"""Which collection, which step, which second collection."""


@dataclass
class Build:
    """A flow that grows by steps; what a rule refuses is left out."""

    home: Any
    """the process or cluster where ticks are"""
    away: Any
    """another process"""
    group: Group
    """a cluster"""
    steps: list[Steps]
    made: list[Any]
    anywhere: bool = False
    """whether one may send from everywhere; else what is sent away from home does not come back"""
    sizes: dict[Any, int] = field(default_factory=dict)
    """of further clusters"""
    used: set[Any] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.flow: FlowBuilder = self.home.flow
        self.tick = self.home.tick()

    def grow(self, choices: list[Choice]) -> Build:
        """Take the steps that were drawn."""
        for which, what, other in choices:
            first = self.made[-1 - which % len(self.made)]
            steps = self._steps(first)
            self._try(steps[what % len(steps)], first, other)
        return self

    def grow_all(self) -> Build:
        """Take every step, from one collection of every kind that comes up."""
        kinds = set()
        self.made.reverse()  # what begins with most to say comes first
        for first in self.made:  # grows meanwhile
            kind = first.kind.shape, first.kind.bound, first.kind.order, first.kind.place.kind, first.kind.place.root
            for step in self._steps(first) if kind not in kinds else ():
                self._try(step, first, 0)
            kinds.add(kind)
        return self

    def _steps(self, first: Any) -> list[Step]:
        return [step for table in self.steps for step in table.get(first.kind.shape, {}).values()]

    def _try(self, step: Step, first: Any, other: int) -> None:
        names = step.__code__.co_varnames[1 : step.__code__.co_argcount]
        given = [self._argument(name, first, other) for name in names]
        if None in given:
            return
        try:
            results = step(first, *given)
        except HydroError:
            return
        self.made += results if isinstance(results, tuple) else (results,)
        self.used |= {each.ref for each in (first, *given) if hasattr(each, "ref")}

    def _argument(self, name: str, first: Any, other: int) -> Any:
        place = first.kind.place.kind
        if name in ("clock", "section"):
            return first.location if place == {"clock": "tick", "section": "atomic"}[name] else None
        if name == "tick":
            return self.tick if first.location == self.home else None
        if name in ("to", "group"):
            return self._receiver(name, other) if self.anywhere or first.location == self.home else None
        fits = [c for c in self.made if c.kind.shape in _FITTING[name](first) and c.location == first.location]
        fits.sort(key=lambda c: (c is first, c.kind.bound is Bound.BOUNDED))  # the last one fits best
        return fits[-1 - other % len(fits)] if fits else None

    def _receiver(self, name: str, other: int) -> Any:
        if name == "group":
            return self.group
        return self.home if self.anywhere and isinstance(self.home, Process) and other % 2 else self.away

    @property
    def clusters(self) -> dict[Any, int]:
        """How many members each cluster has."""
        return {self.group.cluster: self.group.size, **self.sizes}

    @property
    def ends(self) -> list[Any]:
        """The collections that nothing was made of."""
        return [each for each in self.made if each.ref not in self.used]


# ---------------------------------------------------------------- looking at a collection


@dataclass(frozen=True)
class Look:
    """A stream that shows a collection, and how two runs of it are compared."""

    of: Any
    stream: Any
    last: bool
    """whether only the last element counts: how often one looks at a live value is nobody's promise"""

    @property
    def on_cluster(self) -> bool:
        """Whether each member of a cluster shows its own."""
        return isinstance(self.stream.location, Cluster)

    def plain(self, items: list[Any]) -> Any:
        """Give what must be equal."""
        kind = self.of.kind
        if self.last:
            return [plain(item) for item in items[-1:]]
        if kind.shape.is_stream and kind.order is Order.NONE:
            return sorted(plain(item) for item in items)
        if kind.shape is Shape.KEYED_STREAM:
            return {plain(key): [plain(value) for value in values] for key, values in grouped(items).items()}
        return [plain(item) for item in items]


def plain(item: Any) -> str:
    """Give a text that is the same for the same value, whatever the order of a dict."""
    if isinstance(item, dict):
        return f"{{{', '.join(sorted(f'{plain(key)}: {plain(value)}' for key, value in item.items()))}}}"
    if isinstance(item, list | tuple):
        return f"{type(item).__name__}({', '.join(map(plain, item))})"
    return repr(item)


def look(collection: Any, *, each_tick: bool = False) -> Look:
    """Make a stream outside ticks of a collection; `each_tick` says whether each look at a live value counts."""
    kind, last = collection.kind, False
    stream = collection.end_atomic() if kind.place.kind == "atomic" else collection
    stream = stream.into_singleton() if kind.shape is Shape.KEYED_SINGLETON else stream
    stream = stream.inspect(num) if collection.changes else stream  # what it is by now
    inside = kind.place.kind == "tick"
    if not kind.shape.is_stream and not inside:
        if kind.bound is Bound.BOUNDED:
            stream = stream.into_stream()
        else:
            last = not each_tick
            if kind.shape is Shape.OPTIONAL:  # so that one sees that it is absent again
                stream = stream.map(lambda x: (x,)).into_singleton()
            stream, inside = stream.snapshot(stream.location.tick(), ANY), True
    if inside:
        stream = stream.all_ticks()
    return Look(collection, stream.entries() if kind.shape is Shape.KEYED_STREAM else stream, last)
