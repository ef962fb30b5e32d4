"""A quick look at the first elements of a collection: the flow up to it, run inside this process."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING, Any

from hydro_nb.errors import DeployError, GraphError, SettleTimeout
from hydro_nb.lang.display import heading
from hydro_nb.lang.external import OutPort
from hydro_nb.lang.observe import Observed
from hydro_nb.lang.ready import require_deployable
from hydro_nb.lang.site import here

if TYPE_CHECKING:
    from hydro_nb.deploy import Deployment
    from hydro_nb.deploy.skipped import SkippedRow
    from hydro_nb.ir.node import Kind
    from hydro_nb.lang.collection import Collection

_SECONDS = 1.0
MEMBERS = 2
"""How many members a cluster has in a preview."""
_WIDTH = 200
"""Characters that are shown of an element."""


class Preview:
    """The first elements of a collection, with what is known of it."""

    def __init__(self, kind: Kind, rows: list[Any], *, more: bool, skipped: Sequence[SkippedRow] = ()) -> None:
        self.kind = kind
        self.rows = rows
        self.more = more
        """whether it stopped before the collection ended"""
        self.skipped = list(skipped)
        """what operators with `on_error="skip"` went on without, up to where it stopped"""

    def _lines(self) -> list[str]:
        shown = [_short(row) for row in self.rows] or ["(nothing)"]
        return [*shown, *(["..."] if self.more else ()), *(f"({row})" for row in self.skipped)]

    def __repr__(self) -> str:
        return "\n".join([heading(self.kind), *(f"  {line}" for line in self._lines())])

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        rows = "\n".join(f"  {escape(line)}" for line in self._lines())
        return {"text/plain": repr(self), "text/html": f"<pre><b>{escape(heading(self.kind))}</b>\n{rows}</pre>"}


def preview(collection: Collection, n: int) -> Preview:
    """Run the flow up to a collection for at most a second, until `n` elements have come."""
    from hydro_nb.compile.program import compile_flow
    from hydro_nb.deploy import deploy

    if isinstance(n, bool) or not isinstance(n, int) or n < 1:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise GraphError(f"`preview` shows a number of elements from 1 on, not {n!r}.\n  {here()}")
    observed = Observed(collection, whole=False)
    require_deployable(observed.graph)
    sizes = {place.number: MEMBERS for place in observed.graph.places.values() if place.kind == "cluster"}
    with deploy(
        compile_flow(observed.graph, brief=True), clusters=sizes, backend="inprocess", echo=False, files=False
    ) as deployment:
        rows = list(_first(deployment, observed, n + 1))
    rows = observed.shown(rows)
    return Preview(observed.kind, rows[:n], more=len(rows) > n, skipped=deployment.skipped)


def _first(deployment: Deployment, observed: Observed, n: int) -> Iterator[Any]:
    """Iterate over what comes out in time: `n` elements, or all if only the newest counts."""
    port, end = deployment.connect(OutPort[Any](observed.slot)), time.monotonic() + _SECONDS
    taken = 0
    while (observed.newest_only or taken < n) and time.monotonic() < end:
        with suppress(TimeoutError, DeployError):
            yield port.receive(timeout=max(0.0, end - time.monotonic()))
            taken += 1
            continue
        _explain(deployment)
        return


def _explain(deployment: Deployment) -> None:
    """Raise why nothing more comes, unless that is because all has come or time is up."""
    with suppress(SettleTimeout):
        deployment.settle(0.0)


def drain(deployment: Deployment, slot: str) -> Iterator[Any]:
    """Iterate over what has come out of a port until nothing lies there."""
    port = deployment.connect(OutPort[Any](slot))
    while True:
        try:
            yield port.receive(timeout=0)
        except (TimeoutError, DeployError):
            return


def _short(row: object) -> str:
    text = repr(row)
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 3]}..."
