"""Collections that are used before they are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from hydro_nb.errors import GraphError
from hydro_nb.ir.check import Fault, explain
from hydro_nb.ir.ops.cycle import is_open
from hydro_nb.lang.collection import Collection
from hydro_nb.lang.site import here

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
        if not isinstance(collection, Collection) or collection.flow is not self.flow:
            raise GraphError(
                f"a forward reference is completed by a collection of its flow, not by {collection!r}.\n  {site}"
            )
        if node.inputs:
            raise GraphError(
                f"this forward reference is completed already.\n  made at   {node.site}\n  again at  {site}"
            )
        _complete(self.flow.graph, self.slot, collection)


def _complete(graph: Graph, slot: str, collection: Any) -> None:
    site, node = here(), graph.nodes[slot]
    kind = graph.kind(collection.ref, site)
    try:
        node.op.kinds((kind,))
    except Fault as fault:
        raise explain(graph, fault, node.op, (collection.ref,), site) from None
    graph.amend(slot, inputs=(collection.ref,), input_kinds=(kind,))


def require_complete(graph: Graph) -> None:
    """Raise where a forward reference is still open, naming its line."""
    for node in graph.nodes.values():
        if is_open(node):
            raise GraphError(
                f"a forward reference is not completed.\n  made at   {node.site}\n"
                "  Complete it with the collection that it stands for: handle.complete(collection)"
            )
