"""Collections that are used before they are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from hydro_nb.errors import GraphError, Site
from hydro_nb.ir.check import Fault, explain
from hydro_nb.ir.node import Kind, Order
from hydro_nb.lang.collection import Collection, as_now
from hydro_nb.lang.site import called, here

if TYPE_CHECKING:
    from hydro_nb.ir.graph import Graph
    from hydro_nb.lang.flow import FlowBuilder

C_contra = TypeVar("C_contra", contravariant=True)


class ForwardHandle(Generic[C_contra]):
    """The open end of a forward reference."""

    def __init__(self, flow: FlowBuilder, slot: str) -> None:
        self.flow = flow
        self.slot = slot

    def complete(self, collection: C_contra) -> None:
        """Say which collection the forward reference stands for; exactly one, of the declared kind.

        >>> flow = FlowBuilder()
        >>> leader, worker = flow.process(), flow.process()
        >>> handle, replies = leader.forward_ref(Stream, of=int)
        >>> handle.complete(leader.source_iter([1]).send(worker).send(leader))
        """
        site, node = here(), self.flow.graph.nodes[self.slot]
        _require_of_flow(collection, self.flow, "a forward reference is completed by", site)
        if node.inputs:
            raise _twice("forward reference", node.site, site)
        _complete(self.flow.graph, self.slot, collection)


class ChannelSender(Generic[C_contra]):
    """The end of a channel that collections are sent into."""

    def __init__(self, flow: FlowBuilder, slot: str) -> None:
        self.flow = flow
        self.slot = slot

    def send(self, collection: C_contra) -> None:
        """Send a collection into the channel: many into a stream without order, one into all else.

        >>> leader = FlowBuilder().process()
        >>> sender, numbers = leader.channel(Stream, of=int, bound=Bounded)
        >>> sender.send(leader.source_iter([1, 2]))
        >>> numbers.preview().rows
        [1, 2]
        """
        site, node = here(), self.flow.graph.nodes[self.slot]
        _require_of_flow(collection, self.flow, "a channel takes", site)
        kind = node.outputs[0]
        if node.inputs and not (kind.shape.is_stream and kind.order is Order.NONE):
            raise _second(kind, node.site, site)
        _complete(self.flow.graph, self.slot, collection)


class TickCycleHandle(Generic[C_contra]):
    """The open end of a cycle from one tick to the next."""

    def __init__(self, flow: FlowBuilder, slot: str) -> None:
        self.flow = flow
        self.slot = slot

    def complete_next_tick(self, collection: C_contra) -> None:
        """Say what the cycle holds in the next tick; exactly one collection, of the declared kind.

        >>> tick = FlowBuilder().process().tick()
        >>> handle, before = tick.cycle(Optional, of=int)
        >>> now = before.map(lambda n: n + 1).unwrap_or(tick.singleton(0))
        >>> handle.complete_next_tick(now)
        """
        site, node = here(), self.flow.graph.nodes[self.slot]
        _require_of_flow(collection, self.flow, "a cycle is completed by", site)
        if node.inputs:
            raise _twice("cycle", node.site, site)
        _complete(self.flow.graph, self.slot, collection)


def _twice(what: str, made: Site, again: Site) -> GraphError:
    return GraphError(
        f"this {what} is completed already.\n  made at   {made}\n  again at  {again}\n"
        "  Put together first what belongs to it, and complete it once."
    )


def _second(kind: Kind, made: Site, again: Site) -> GraphError:
    what = f"{kind.shape} with {kind.order}" if kind.shape.is_stream else kind.shape
    instead = (
        "Merge them first, or make the channel unordered: order=NoOrder"
        if kind.shape.is_stream
        else "Choose between them first, and send what comes of it."
    )
    return GraphError(
        f"this channel is a {what} and takes one collection, but was sent a second.\n"
        f"  made at   {made}\n  again at  {again}\n  {instead}"
    )


def _require_of_flow(collection: Any, flow: FlowBuilder, what: str, site: Site) -> None:
    if not isinstance(collection, Collection) or collection.flow is not flow:
        raise GraphError(f"{what} a collection of its flow, not {collection!r}.\n  {site}")


def _complete(graph: Graph, slot: str, collection: Any) -> None:
    site, node = here(), graph.nodes[slot]
    ref = as_now(collection, site)
    refs = (*node.inputs, ref)
    kinds = tuple(graph.kind(ref, site) for ref in refs)
    try:
        node.op.kinds(kinds)
    except Fault as fault:
        raise explain(graph, fault, node.op, refs, site, method=called(), declared=node.site) from None
    graph.give(slot, ref)
