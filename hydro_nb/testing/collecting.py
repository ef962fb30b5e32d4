"""Running a flow on lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from hydro_nb.compile.program import compile_flow
from hydro_nb.deploy import deploy
from hydro_nb.lang.observe import Observed
from hydro_nb.lang.preview import drain
from hydro_nb.lang.ready import require_deployable
from hydro_nb.lang.sizes import sizes_of
from hydro_nb.values import MemberId

if TYPE_CHECKING:
    from hydro_nb.deploy import Deployment
    from hydro_nb.ir.node import Place
    from hydro_nb.lang.collection import Collection
    from hydro_nb.lang.external import InPort

EVERYTHING = 2**32
"""Bytes of room in every channel, since nothing is taken out before the flow has settled."""


def collect(
    collection: Collection,
    *,
    clusters: Mapping[Any, int] | None = None,
    backend: Literal["local", "inprocess"] = "local",
    timeout: float = 30.0,
    feed: Mapping[InPort[Any], Iterable[Any]] | None = None,
) -> Any:
    """Deploy the flow, wait until it has settled, and give the elements that reached a collection.

    >>> collect(FlowBuilder().process().source_iter([1, 2]).map(lambda n: n * 10), backend="inprocess")
    [10, 20]

    `feed` maps ports of `source_external` to what clients send. Of a value that may still change, the last state is
    given, as a list of one. Of a collection on a cluster a dict by
    `MemberId` is given. The flow itself stays as it is.
    """
    observed = Observed(collection, whole=True)
    sizes = sizes_of(collection.flow.graph, clusters or {})
    require_deployable(observed.graph)
    program = compile_flow(observed.graph)
    with deploy(
        program, clusters=sizes, backend=backend, max_buffer=EVERYTHING, timeout=timeout, files=False
    ) as deployment:
        _send(deployment, feed or {})
        deployment.settle(timeout)
        rows = list(drain(deployment, observed.slot))
    if collection.kind.place.root.kind != "cluster":
        return observed.shown(rows)
    count = sizes[collection.kind.place.root.number]
    return {member: observed.shown(mine) for member, mine in by_member(collection.kind.place.root, count, rows)}


def _send(deployment: Deployment, feed: Mapping[InPort[Any], Iterable[Any]]) -> None:
    for port, items in feed.items():
        client = deployment.connect(port)
        for item in items:
            client.send(item)


def by_member(cluster: Place, count: int, rows: list[Any]) -> Iterator[tuple[MemberId[Any], list[Any]]]:
    """Iterate over the members of a cluster, each with what it had."""
    lists: dict[int, list[Any]] = {number: [] for number in range(count)}
    for member, row in rows:
        lists[member.raw_id].append(row)
    yield from ((MemberId.from_raw_id(number, cluster.tag), mine) for number, mine in lists.items())
