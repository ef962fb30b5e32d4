"""What a simulated flow is made of: the source of each process or member, its units, and what connects them."""

from __future__ import annotations

import linecache
import weakref
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from operator import is_
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

from hydro_nb.compile.program import Written
from hydro_nb.compile.split import Unit
from hydro_nb.ir.node import Node
from hydro_nb.sim.copies import version
from hydro_nb.sim.fresh import Captured
from hydro_nb.sim.hooks import Hook
from hydro_nb.sim.trace import shown
from hydro_nb.values import ATOMS, ClusterSelfId, MemberId, act_as
from hydro_nb.wire import SourceLine

if TYPE_CHECKING:
    from hydro_nb.sim.views import Views
    from hydro_nb.sim.world import World

Lists = dict[str, list[Any]]


class Taps:
    """What the source of a tapped module tells of each operator: all that it gives, while somebody listens."""

    def __init__(self) -> None:
        self.heard: Callable[[str, int, Any], None] | None = None

    def tap(self, slot: str, port: int, value: Any) -> None:
        """Hear of one element, or of a live value."""
        if self.heard:
            self.heard(slot, port, value)

    def tapped(self, slot: str, port: int, items: Iterable[Any]) -> Iterable[Any]:
        """Hear of all elements, and give them."""
        if isinstance(items, list):
            for item in items:
                self.tap(slot, port, item)
            return items
        return self._one_by_one(slot, port, items)

    def _one_by_one(self, slot: str, port: int, items: Iterable[Any]) -> Iterable[Any]:
        for item in items:
            self.tap(slot, port, item)
            yield item


@dataclass(eq=False, slots=True)
class Wire:
    """Where the elements of one output list go, and what must run because of them."""

    source: list[Any]
    deliver: Callable[[Sequence[Any]], None]
    wakes: Runner | None = None


@dataclass(eq=False, slots=True, weakref_slot=True)
class Module:
    """The compiled source of one process, or of one member of a cluster."""

    name: str
    written: Written
    namespace: dict[str, Any]
    captured: Captured
    member: MemberId[Any] | None = None
    """what `CLUSTER_SELF_ID` is here"""
    state: Any = None
    views: Views | None = None
    """what it has of the attributes of the user's classes, where that has to be exchanged"""

    @property
    def file(self) -> str:
        """The name under which Python knows the source."""
        return self.namespace["__file__"]

    def restart(self) -> None:
        """Begin with new state and new copies of what can change."""
        if self.views is not None:
            self.views.begin(self)
        self.enter()
        act_as(self.member)
        self.captured.renew(self.namespace)
        self.state = self.namespace["start"]()
        act_as(None)

    def enter(self) -> None:
        """Be the one that runs."""
        if self.views is not None:
            self.views.enter(self)

    def remembered(self) -> dict[str, str]:
        """Give what is remembered from one run to the next, by name in the source."""
        return {name: shown(getattr(self.state, name)) for name in sorted(self.written.state)}

    def origin(self, line: int) -> SourceLine | None:
        """Give what a line of the source came from."""
        return self.written.lines[line - 1] if 0 < line <= len(self.written.lines) else None


@dataclass(eq=False, slots=True)
class Runner:
    """One unit with its lists."""

    module: Module
    unit: Unit
    function: Callable[[Any, Lists, Lists], bool]
    opening: Callable[[Any, Lists, Lists], None] | None = None
    """what shows the values of atomic sections before the unit ever ran"""
    inputs: Lists = field(default_factory=dict[str, list[Any]])
    outputs: Lists = field(default_factory=dict[str, list[Any]])
    wires: list[Wire] = field(default_factory=list[Wire])
    hooks: dict[str, Hook] = field(default_factory=dict[str, Hook])
    """the places of choice of a tick, by the input that each feeds"""
    first: Lists = field(default_factory=dict[str, list[Any]])
    """what some inputs hold at the start"""
    due: bool = False

    @property
    def is_tick(self) -> bool:
        """Whether it runs when it is chosen, not when something has come."""
        return self.unit.place.kind == "tick"

    def restart(self) -> None:
        """Begin anew, with nothing under way but what is there at the start."""
        self.due = not self.is_tick
        for items in (*self.inputs.values(), *self.outputs.values()):
            items.clear()
        for name, items in self.first.items():
            self.inputs[name].extend(items)
        for hook in self.hooks.values():
            hook.reset()

    def run(self) -> None:
        """Run the unit once and send on what it made."""
        module = self.module
        if module.member is None:
            self.due = self.function(module.state, self.inputs, self.outputs)
        else:
            act_as(module.member)
            self.due = self.function(module.state, self.inputs, self.outputs)
            act_as(None)
        for items in self.inputs.values():
            items.clear()
        self._send()

    def open(self) -> None:
        """Send on what others see of the unit before it ever ran."""
        if self.opening:
            self.module.enter()
            act_as(self.module.member)
            self.opening(self.module.state, self.inputs, self.outputs)
            act_as(None)
            self._send()

    def _send(self) -> None:
        member = self.module.member
        for wire in self.wires:
            if wire.source:
                wire.deliver([named(item, member) for item in wire.source] if member else wire.source)
                wire.source.clear()
                if wire.wakes:
                    wire.wakes.due = True


@dataclass(eq=False, slots=True)
class Observer:
    """A top-level place that takes unordered elements one at a time."""

    hook: Hook
    runner: Runner
    target: list[Any]


EventKind = Literal["time", "fault"]


class Happening(Protocol):
    """Something besides ticks and observations that a step may pick."""

    @property
    def kind(self) -> EventKind:
        """Say what sort of thing it is."""
        ...

    @property
    def title(self) -> str:
        """Say what happens."""
        ...

    @property
    def node(self) -> Node | None:
        """The operator that it happens to, where there is one."""
        ...

    @property
    def module(self) -> Module | None:
        """The process or member that it happens to, where there is one."""
        ...

    def happen(self, world: World) -> None:
        """Let it happen."""
        ...


Event = Runner | Observer | Happening
"""What a step may pick."""


_gone: list[str] = []
"""Files whose text nobody needs any more; it is not dropped at once, as somebody may be going through all texts."""


def load(name: str, written: Written, captured: Captured, member: MemberId[Any] | None, taps: Taps) -> Module:
    """Compile the source of a location for one process, or one of its members."""
    file = f"<simulated {name}, {id(captured)}>"
    namespace: dict[str, Any] = {"__name__": "__hydro__", "__file__": file, "CLUSTER_SELF_ID": member}
    act_as(member)
    captured.put_into(namespace)
    act_as(None)
    exec(compile(written.text, file, "exec", dont_inherit=True), namespace)  # noqa: S102 - it is what was just written
    namespace |= {"copy": version, "tap": taps.tap, "tapped": taps.tapped}
    while _gone:
        linecache.cache.pop(_gone.pop(), None)
    linecache.cache[file] = (len(written.text), None, written.text.splitlines(keepends=True), file)
    module = Module(name, written, namespace, captured, member)
    weakref.finalize(module, _gone.append, file)
    return module


def named(value: Any, member: MemberId[Any]) -> Any:
    """Put a member's id where `CLUSTER_SELF_ID` stands for it in something that others will read.

    >>> from hydro_nb import CLUSTER_SELF_ID
    >>> named((CLUSTER_SELF_ID, [1]), MemberId(3))
    (MemberId::<_>(3), [1])
    """
    kind = cast("type[Any]", type(value))
    if kind in ATOMS or kind is MemberId:
        return value
    if kind is ClusterSelfId:
        return member
    if kind is dict:
        parts: list[Any] = [(named(key, member), named(each, member)) for key, each in value.items()]
        held = [part for entry in value.items() for part in entry]
        return value if all(map(is_, (part for entry in parts for part in entry), held)) else dict(parts)
    if kind in (tuple, list, set, frozenset):
        parts = [named(each, member) for each in value]
        return cast("Any", value if all(map(is_, parts, value)) else kind(parts))
    return value
