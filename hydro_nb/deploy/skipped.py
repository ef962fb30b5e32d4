"""The elements that operators with `on_error="skip"` went on without, as rows."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from hydro_nb.errors import Site
from hydro_nb.telemetry.state import DeploymentState
from hydro_nb.wire import SkippedElement


class SkippedRow(msgspec.Struct, frozen=True):
    """What one operator on one process, or on one member of a cluster, has left out."""

    operator: str
    """such as `map`"""
    site: Site
    """the operator's line"""
    slot: str
    process: str
    """such as `Leader`, or `Worker/3`"""
    count: int
    """all of them"""
    newest: tuple[SkippedElement, ...]
    """the last of them, newest last: each with the `element` and the `error` as text, and the `site` that raised"""

    def __str__(self) -> str:
        line = f" ({self.site.short})" if self.site.cell else ""
        last = f", the last one {self.newest[-1]}" if self.newest else ""
        elements = "element" if self.count == 1 else "elements"
        return f"{self.process}: `{self.operator}`{line} has skipped {self.count} {elements}{last}"

    def __repr__(self) -> str:
        return f"<Skipped at {self}>"


def rows_of(state: DeploymentState) -> Iterator[SkippedRow]:
    """Give what each operator has skipped, process by process."""
    for peer, found in sorted(state.skipped.items()):
        for slot, each in found.items():
            yield SkippedRow(each.op, each.site, slot, state.processes[peer].name, each.count, each.newest)
