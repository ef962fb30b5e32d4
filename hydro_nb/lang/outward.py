"""The ways out of a process: to the clients of its ports, and to the async functions beside its ticks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from hydro_nb.errors import GraphError, Site
from hydro_nb.ir.node import Bound, Shape
from hydro_nb.ir.ops.order import Weaken
from hydro_nb.lang.collection import Collection, grow, handle
from hydro_nb.lang.cycle import ChannelSender
from hydro_nb.lang.site import here

if TYPE_CHECKING:
    from hydro_nb.ir.node import Kind
    from hydro_nb.lang.flow import FlowBuilder

C_contra = TypeVar("C_contra", contravariant=True)


class Outward(ChannelSender[C_contra]):
    """The way to a client or a sidecar: all that ever comes goes there, so it may be bounded too."""

    def __init__(self, flow: FlowBuilder, slot: str, method: str) -> None:
        super().__init__(flow, slot)
        self.method = method

    def send(self, collection: C_contra) -> None:
        """Send a collection out: any number where each element names its client, else one.

        >>> flow = FlowBuilder()
        >>> leader = flow.process()
        >>> port, lines, replies = leader.bind_single_client(flow.external())
        >>> replies.send(leader.source_iter(["welcome"]))
        """
        if isinstance(collection, Collection):
            self._require_fit(collection.kind, here())
        super().send(_weakened(collection))

    def _require_fit(self, kind: Kind, site: Site) -> None:
        wanted = self.flow.graph.nodes[self.slot].outputs[0]
        if kind.shape is not wanted.shape:
            needs, remedy = (_KEYED if wanted.shape is Shape.KEYED_STREAM else _PLAIN), _REMEDIES[kind.shape]
            raise GraphError(
                f"what goes back to `{self.method}` {needs}, but this is a {kind.shape}.\n  {site}\n  {remedy}"
            )


_KEYED = "is keyed by the number of the client that gets it"
_PLAIN = "is a stream, for there is but one that gets it"
_LOOK = "A live value has no elements. Look at it: "
_REMEDIES = {
    Shape.STREAM: (
        "Keep the keys of what has come: lines.map(f); or give pairs of client and reply: "
        ".map(lambda x: (client, x)).into_keyed()"
    ),
    Shape.KEYED_STREAM: "Leave the keys out: .values(), or put them into the elements: .entries()",
    Shape.SINGLETON: f'{_LOOK}.sample_every(seconds, nondet("..."))',
    Shape.OPTIONAL: f'{_LOOK}.sample_every(seconds, nondet("..."))',
    Shape.KEYED_SINGLETON: f'{_LOOK}.snapshot(tick, nondet("...")).entries()',
}


def _weakened(collection: Any) -> Any:
    if not isinstance(collection, Collection) or not collection.kind.shape.is_stream:
        return collection  # which is refused where it is sent
    if collection.kind.bound is not Bound.BOUNDED:
        return collection
    return handle(collection.flow, grow(Weaken(guarantee="boundedness"), collection))
