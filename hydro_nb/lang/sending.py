"""What collections share when they leave their place: the network edge, and the ways into ticks and sections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hydro_nb.errors import GraphError, LocationError, Site
from hydro_nb.ir.hooked import reason_of
from hydro_nb.ir.ops.network import Broadcast, Network, RoundRobin
from hydro_nb.ir.ops.time import Batch, Snapshot
from hydro_nb.lang.collection import Collection
from hydro_nb.lang.location import Cluster, External, Process, Tick, checked_place
from hydro_nb.lang.network import checked_via
from hydro_nb.lang.nondet import NonDet, checked
from hydro_nb.lang.site import here

if TYPE_CHECKING:
    from hydro_nb.ir.node import Place
    from hydro_nb.lang.network import Via


def network(
    collection: Collection, to: Any, via: Via[Any] | None, method: str, nondet: Any = None, op: type[Network] = Network
) -> Network:
    """Give the operator that sends a collection to a process, or to members of a cluster."""
    site = here()
    place = _receiver(collection, to, method, site, one=op is Network)
    asks = op in (Broadcast, RoundRobin)
    how = checked_via(via, method, site, nondet if asks else None)
    reasons = [how.reason, checked(nondet, method, site) if asks else ""]
    codec = "bincode" if method.endswith("_bincode") else how.codec
    return op(place, codec, how.channel, how.order, method, how.policy, how.transport, reason_of(reasons))


def _receiver(collection: Collection, to: Any, method: str, site: Site, *, one: bool) -> Place:
    if one and isinstance(to, Cluster):
        raise LocationError(
            f"`{method}` sends to one process, but {to!r} has members.\n  {site}\n"
            "  Say who gets what: .demux(cluster) for pairs of MemberId and element, "
            '.round_robin(cluster, via, nondet("...")), or all of it to all: .broadcast(cluster, via, nondet("..."))'
        )
    if not one and isinstance(to, Process):
        raise LocationError(
            f"`{method}` sends to the members of a cluster, but {to!r} is one process.\n  {site}\n"
            "  Send it there whole: .send(process)"
        )
    wanted, made = (Process, "a process made by flow.process") if one else (Cluster, "a cluster made by flow.cluster")
    out = "send_bincode_external" if method.endswith("_bincode") else "send_external"
    instead = f"To whoever is connected from outside: .{out}(client)" if isinstance(to, External) else ""
    return checked_place(to, wanted, f"`{method}` needs {made}(Marker)", collection.flow, site, instead)


def tick_of(collection: Collection, tick: Any, method: str) -> Place:
    """Give the place of a tick that a method was given; of a section those that end in `_atomic` are asked for."""
    if method.endswith("_atomic") and collection.kind.place.kind != "atomic":
        raise LocationError(
            f"`{method}` needs a {collection.kind.shape} inside an atomic section, but was called on one on "
            f"{collection.kind.place.title}.\n  {here()}\n  Outside of sections: .{method.removesuffix('_atomic')}(...)"
        )
    if isinstance(tick, NonDet):
        raise GraphError(
            f"`{method}` takes the tick first, then the reason.\n  {here()}\n  Write .{method}(tick, {tick!r})."
        )
    return checked_place(tick, Tick, f"`{method}` needs a tick made by process.tick()", collection.flow, here())


def section_of(collection: Collection, tick: Any = None) -> Place:
    """Make an atomic section where a collection lives, or give the one that runs with a tick."""
    if tick is not None:
        return tick_of(collection, tick, "atomic").section
    graph, place = collection.flow.graph, collection.kind.place
    return graph.place("tick", here(), parent=place.root, what="atomic").section


def across(collection: Any, thunk: Any) -> Any:
    """Apply a function to all that a tick has had so far, and give its result for this tick."""
    tick = collection.kind.place
    result = thunk(collection.all_ticks_atomic())
    if not isinstance(result, Collection):
        raise GraphError(f"`across_ticks` needs a function that gives a collection, not {result!r}.\n  {here()}")
    if result.kind.place != tick.section:
        raise LocationError(
            "`across_ticks` needs a function that makes something of what it is given, but it gives a "
            f"{result.kind.shape} on {result.kind.place.title}.\n  {here()}\n  Bring that into the tick, beside it."
        )
    into = Batch if result.kind.shape.is_stream else Snapshot
    return result._grow(into(tick, "all that came so far is seen"))  # pyright: ignore[reportPrivateUsage]
