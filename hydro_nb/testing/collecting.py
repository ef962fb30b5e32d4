"""Running a flow on lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from hydro_nb.compile.program import compile_flow
from hydro_nb.deploy import deploy
from hydro_nb.lang.observe import Observed
from hydro_nb.lang.preview import drain
from hydro_nb.lang.ready import require_deployable

if TYPE_CHECKING:
    from hydro_nb.deploy import Deployment
    from hydro_nb.lang.collection import Collection
    from hydro_nb.lang.external import InPort

EVERYTHING = 2**32
"""Bytes of room in every channel, since nothing is taken out before the flow has settled."""


def collect(
    collection: Collection,
    *,
    backend: Literal["local", "inprocess"] = "local",
    timeout: float = 10.0,
    feed: Mapping[InPort[Any], Iterable[Any]] | None = None,
) -> list[Any]:
    """Deploy the flow, wait until it has settled, and give the elements that reached a collection.

    >>> collect(FlowBuilder().process().source_iter([1, 2]).map(lambda n: n * 10), backend="inprocess")
    [10, 20]

    `feed` maps ports of `source_external` to what clients send. Of a value that may still change, the last state is
    given, as a list of one. The flow itself stays as it is.
    """
    observed = Observed(collection, whole=True)
    require_deployable(observed.graph)
    program = compile_flow(observed.graph)
    with deploy(program, backend=backend, max_buffer=EVERYTHING, timeout=timeout, files=False) as deployment:
        _send(deployment, feed or {})
        deployment.settle(timeout)
        return observed.shown(list(drain(deployment, observed.slot)))


def _send(deployment: Deployment, feed: Mapping[InPort[Any], Iterable[Any]]) -> None:
    for port, items in feed.items():
        client = deployment.connect(port)
        for item in items:
            client.send(item)
