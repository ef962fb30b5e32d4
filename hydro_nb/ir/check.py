"""The rules that a line is checked by when it runs, and how a broken one is explained to the user.

An operator's rule raises a `Fault` that knows only kinds; `explain` adds the user's names, the line where the guarantee
was lost, and the line of the call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from hydro_nb.errors import (
    BoundError,
    GraphError,
    HydroError,
    LocationError,
    OrderError,
    ProofError,
    RetriesError,
    Site,
)
from hydro_nb.ir.node import Bound, Kind, Order, Place, Ref, Retries, Shape

if TYPE_CHECKING:
    from hydro_nb.ir.graph import Graph
    from hydro_nb.ir.node import Op


class Fault(Exception):  # noqa: N818 - it is not an error yet: `explain` makes one of it
    """A broken rule, before anybody knows whose line it is."""

    def __init__(
        self,
        error: type[HydroError],
        needs: str,
        has: str,
        remedy: str,
        *,
        port: int = 0,
        lost: tuple[str, Callable[[Kind], bool]] | None = None,
        subject: str = "",
    ) -> None:
        super().__init__(needs)
        self.error, self.needs, self.has, self.remedy = error, needs, has, remedy
        self.port = port
        self.lost = lost
        self.subject = subject
        """what breaks the rule, where that is none of the inputs"""


def _no_order(kind: Kind) -> bool:
    return kind.order is Order.NONE


def _repeats(kind: Kind) -> bool:
    return kind.retries is Retries.AT_LEAST_ONCE


def _unbounded(kind: Kind) -> bool:
    return kind.bound is not Bound.BOUNDED


def total_order(kind: Kind, instead: str = "", port: int = 0) -> None:
    """Demand a total order."""
    if _no_order(kind):
        remedy = f'{instead}say why any order will do: .assume_ordering(nondet("..."))'
        raise Fault(
            OrderError, "a totally ordered stream", kind.order, remedy[0].upper() + remedy[1:], port=port,
            lost=("order", _no_order),
        )  # fmt: skip


def exactly_once(kind: Kind, instead: str = "", port: int = 0) -> None:
    """Demand that no element may come twice."""
    if _repeats(kind):
        remedy = f'{instead}say why repeats do no harm: .assume_retries(nondet("..."))'
        raise Fault(
            RetriesError, "an exactly-once stream", kind.retries, remedy[0].upper() + remedy[1:], port=port,
            lost=("exactly-once", _repeats),
        )  # fmt: skip


def bounded(kind: Kind, remedy: str, port: int = 0) -> None:
    """Demand that all there is to come is here."""
    if _unbounded(kind):
        raise Fault(
            BoundError, f"a bounded {_noun(kind)}", kind.bound, remedy, port=port, lost=("the bound", _unbounded)
        )


def unbounded(kind: Kind, remedy: str, port: int = 0) -> None:
    """Demand a collection that goes on."""
    if not _unbounded(kind):
        raise Fault(BoundError, f"an unbounded {_noun(kind)}", kind.bound, remedy, port=port)


def shaped(kind: Kind, shapes: Sequence[Shape], beside: str, remedy: str, port: int = 1) -> None:
    """Demand one of these shapes of a collection that goes with another; `beside` says what it is there for."""
    if kind.shape not in shapes:
        wanted = " or ".join(map(_article, shapes))
        raise Fault(GraphError, f"{wanted}{beside}", _article(kind.shape), remedy, port=port)


def _article(shape: Shape) -> str:
    return f"{'an' if shape is Shape.OPTIONAL else 'a'} {shape}"


def same_place(left: Kind, right: Kind) -> None:
    """Demand that two collections live at one place."""
    if left.place != right.place:
        raise Fault(
            LocationError,
            f"both collections at one place; the first lives on {left.place.title}",
            f"on {right.place.beside(left.place)}",
            meeting(left.place, right.place),
            port=1,
        )


def meeting(one: Place, other: Place) -> str:
    """Say how collections of two places come together."""
    kinds = {one.kind, other.kind}
    if one.root != other.root:
        return "Send one to the other first: .send(process)"
    if kinds == {"tick"}:
        return "Let both into the same tick: tick = process.tick(), made once"
    if kinds == {"atomic"}:
        return "Take what belongs together from one section: .atomic() once, then use what it makes."
    if "atomic" in kinds:
        return "Leave the section first: .end_atomic(), or look into it from a slice: s.atomic(...)"
    return 'Enter the tick with both: .batch(tick, nondet("...")) or .snapshot(tick, nondet("...")), or leave it first.'


def top_level(kind: Kind) -> None:
    """Demand a collection outside ticks."""
    if kind.place.kind == "atomic":
        raise Fault(
            LocationError, f"{_one(kind)} outside an atomic section", f"inside {kind.place.title}",
            "Leave the section first: .end_atomic()",
        )  # fmt: skip
    if kind.place.kind == "tick":
        raise Fault(
            LocationError, f"{_one(kind)} outside a tick", f"inside {kind.place.title}",
            "Leave the tick first: .all_ticks() or .latest(); in a slice s.emit(...)",
        )  # fmt: skip


def same_root(kind: Kind, tick: Place) -> None:
    """Demand that a tick, or its section, is of the process on which a collection lives."""
    if tick.root != kind.place.root:
        raise Fault(
            LocationError,
            f"a tick of {kind.place.title}",
            f"on {kind.place.title} and the tick on {tick.root.title}",
            "Make the tick on the same process: process.tick()",
        )


def in_tick(kind: Kind) -> None:
    """Demand a collection inside a tick."""
    if kind.place.kind != "tick":
        raise Fault(
            LocationError, f"{_one(kind)} inside a tick", f"on {kind.place.title}",
            'Enter a tick first: .batch(tick, nondet("...")) or .snapshot(tick, nondet("..."))',
        )  # fmt: skip


def in_atomic(kind: Kind) -> None:
    """Demand a collection inside an atomic section."""
    if kind.place.kind != "atomic":
        raise Fault(
            LocationError, f"{_one(kind)} inside an atomic section", f"on {kind.place.title}",
            "Enter a section first: .atomic()",
        )  # fmt: skip


def proofs(kind: Kind, *, commutative: bool, idempotent: bool) -> None:
    """Demand proofs for what the input does not guarantee."""
    if _no_order(kind) and not commutative:
        raise Fault(
            ProofError, "a commutative function (any order may come)", kind.order,
            'Say why order does not matter: commutative=proof("..."), or order the stream first.',
            lost=("order", _no_order),
        )  # fmt: skip
    if _repeats(kind) and not idempotent:
        raise Fault(
            ProofError, "an idempotent function (elements may repeat)", kind.retries,
            'Say why repeats do not matter: idempotent=proof("..."), or drop repeats first: .unique()',
            lost=("exactly-once", _repeats),
        )  # fmt: skip


def _one(kind: Kind) -> str:
    return f"{'an' if kind.shape is Shape.OPTIONAL else 'a'} {_noun(kind)}"


def _noun(kind: Kind) -> str:
    return "stream" if kind.shape.is_stream else str(kind.shape)


def explain(
    graph: Graph,
    fault: Fault,
    op: Op,
    inputs: Sequence[Ref],
    site: Site,
    *,
    method: str = "",
    declared: Site | None = None,
) -> HydroError:
    """Turn a fault into the error that the user reads."""
    method = method or op.label.split()[0]
    what = fault.subject or _what(graph, _at_fault(inputs, fault))
    called = f"`{method}` was called"
    lines: list[tuple[str, Site]] = [(called, site)]
    if declared:
        lines.insert(0, ("it was declared at", declared))
    if fault.lost:
        noun, lost = fault.lost
        origin = _where_lost(graph, _at_fault(inputs, fault), lost)
        lines.insert(0, (f"{noun} was lost at", origin))
    width = max(len(label) for label, _ in lines) + 2
    places = "\n".join(f"  {label:<{width}}{where}" for label, where in lines)
    return fault.error(f"`{method}` needs {fault.needs}, but {what} is {fault.has}.\n{places}\n  {fault.remedy}")


def _at_fault(inputs: Sequence[Ref], fault: Fault) -> Ref:
    return inputs[fault.port] if fault.port < len(inputs) else inputs[0]


def _what(graph: Graph, ref: Ref) -> str:
    """Say which input it is: by the user's name, or by what made it."""
    node = graph.nodes[ref.slot]
    return f"`{node.site.name}`" if node.site.name else f"its input (`{node.op.label}`)"


def _where_lost(graph: Graph, ref: Ref, lost: Callable[[Kind], bool]) -> Site:
    """Walk up to the node whose output lacks the guarantee while none of its inputs does; a cycle has no end."""
    node, seen = graph.nodes[ref.slot], {ref.slot}
    while above := [each.slot for each in node.inputs if each.slot in graph.nodes and lost(graph.kind(each))]:
        fresh = [slot for slot in above if slot not in seen]
        if not fresh:
            break
        seen.add(fresh[0])
        node = graph.nodes[fresh[0]]
    return node.site
