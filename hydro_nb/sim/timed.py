"""The operators that look at the clock, as they are simulated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from hydro_nb.errors import SimulationFailure
from hydro_nb.ir.emit import ABSENT, Emit, Item
from hydro_nb.ir.hooked import hook_of
from hydro_nb.ir.node import Bound, Kind, Node, Place, Ref, Shape
from hydro_nb.ir.ops.futures import Timeout
from hydro_nb.ir.ops.source import SourceInterval
from hydro_nb.ir.ops.time import AllTicks, Batch, SampleEvery, Snapshot

__tracebackhide__ = True
"""pytest shows the frames of the user"""
TOLD = "~told"
"""What ends the slot of what the clock says to an operator."""
SAMPLING = "sampling"
"""What makes the place in which a sample is taken."""


@dataclass(frozen=True)
class Sampled(AllTicks):
    """What a sample has seen, outside of the place where it was taken."""

    interval: float = 0.0

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return SampleEvery.name


@dataclass(frozen=True)
class Told(SourceInterval):
    """What the clock says of a silence: that it is there, or that it is not."""

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return Timeout.name


@dataclass(frozen=True)
class Silence(Timeout):
    """A unit from when the clock says that nothing came until something does."""

    stored: ClassVar[bool] = True

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Break the silence and begin another, or take what the clock says."""
        held = emit.state("", "()")
        if port == 1:
            emit.write(f"{held} = {item.text}")
            emit.changed()
            return
        emit.write(f"{emit.output()}.append(())")
        with emit.block(f"if {held} is not {ABSENT}:"):
            emit.write(f"{held} = {ABSENT}")
            emit.changed()

    def elements(self, emit: Emit, batch: str) -> bool:  # noqa: ARG002 - each makes a version
        """Look at each alone."""
        return False

    def after(self, emit: Emit) -> None:
        """Give what there is."""
        emit.define(emit.state("", "()"))


def sampling(node: Node, op: SampleEvery) -> list[Node]:
    """Give a sample as it is simulated: a look from a tick that the clock runs, and what was seen there."""
    _require_no_hook(node)
    (kind,) = node.input_kinds
    place = Place(f"{node.slot}~sampling", "tick", parent=kind.place, site=node.site, what=SAMPLING)
    inside = kind.but(place=place, bound=Bound.BOUNDED)
    look = Batch(place, op.reason) if kind.shape.is_stream else Snapshot(place, op.reason)
    before = Node(f"{node.slot}~seen", look, node.inputs, (inside,), node.site, node.input_kinds)
    return [before, replace(node, op=Sampled(op.interval), inputs=(Ref(before.slot),), input_kinds=(inside,))]


def silence(node: Node, op: Timeout) -> list[Node]:
    """Give a timeout as it is simulated: with what the clock says beside the elements."""
    _require_no_hook(node)
    told = Kind(Shape.STREAM, node.place)
    before = Node(f"{node.slot}{TOLD}", Told(node.place, Any, 0.0), (), (told,), node.site)
    inputs, kinds = (*node.inputs, Ref(before.slot)), (*node.input_kinds, told)
    return [before, replace(node, op=Silence(op.seconds, op.reason), inputs=inputs, input_kinds=kinds)]


def _require_no_hook(node: Node) -> None:
    """Refuse to let a hook script what the clock decides."""
    hook = hook_of(node.op)
    if hook:
        raise SimulationFailure(
            f"{hook.title} is bound to `{node.op.label}`, which nobody scripts: what it gives depends on the clock.\n"
            f"  {node.site}\n"
            "  Leave the hook out, and let time pass in the test: await sim.advance(seconds)"
        )
