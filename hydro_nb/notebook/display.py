"""Puts pictures into the cell: the graph of a flow, the dashboard of a deployment, an execution of the simulator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from hydro_nb.notebook import failures
from hydro_nb.notebook.ipython import Code, display
from hydro_nb.notebook.stale import advice, labels

if TYPE_CHECKING:
    from hydro_nb.deploy import Deployment
    from hydro_nb.errors import SimulationFailure
    from hydro_nb.lang.flow import FlowBuilder
    from hydro_nb.sim.record import Record

HOOK = "_hydro_nb_keep"
CODE = (
    ".hydro-code pre{font-family:var(--jp-code-font-family,ui-monospace,monospace);"
    "font-size:var(--jp-code-font-size,13px);line-height:1.3}"
)

_dashboards: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()


def show_graph(flow: FlowBuilder, highlight: Sequence[str] = ()) -> None:
    """Draw a flow, with some of its nodes standing out."""
    from hydro_nb.notebook.fallback import graph_bundle  # noqa: PLC0415 - a notebook that shows nothing need not load it

    display({**graph_bundle(flow.graph, highlight=highlight), "text/plain": in_words(flow)}, raw=True)


def in_words(flow: FlowBuilder) -> str:
    """Say in a line which flow it is, and how large."""
    from hydro_nb.notebook.meta import size  # noqa: PLC0415 - a notebook that shows nothing need not load it

    return "; ".join(filter(None, [f"FlowBuilder({flow.name!r}: {size(flow.graph)})", advice(labels(flow))]))


def show_dashboard(deployment: Deployment) -> None:
    """Show the dashboard of a deployment; shown again, it is another view of the same one."""
    from hydro_nb.notebook.widget import Dashboard  # noqa: PLC0415 - loading widgets takes longer than `import hydro_nb` may

    known = _dashboards.get(deployment)
    if known is None:
        known = _dashboards[deployment] = Dashboard(deployment)
    display(known)


def shown(deployment: Deployment) -> bool:
    """Whether the dashboard of a deployment was shown."""
    return deployment in _dashboards


def keep(*_: object) -> None:
    """Let the pictures that stay show what a cell has brought to rest, before it ends."""
    for each in [*_dashboards.values()]:
        each.keep()


def wake() -> None:
    """Let dashboards go on whose deployments had ended and run again."""
    for each in [*_dashboards.values()]:
        each.wake()


def retire(deployment: Deployment, by: str) -> None:
    """Keep no more of a deployment that the cell `by` replaces than what its dashboard shows, where it has one."""
    known = _dashboards.pop(deployment, None)
    if known is not None:
        known.retire(by)


def show_player(record: Record) -> None:
    """Show an execution of the simulator, to step through."""
    from hydro_nb.notebook.player import Player  # noqa: PLC0415 - loading widgets takes longer than `import hydro_nb` may

    display(Player(record))


def show_failure(failure: SimulationFailure) -> None:
    """Show what failed in a simulation, and the executions that it is about."""
    words = "\n".join(failure._render_traceback_())  # pyright: ignore[reportPrivateUsage] - as it is raised
    display({"text/plain": words}, raw=True)
    for record in failures.records(failure):
        show_player(record)


def show_code(source: str) -> None:
    """Show Python text in colours, all letters of one width also where a page gives output the letters of prose."""
    code = Code(data=source, language="python")
    coloured = f"<style>{CODE}</style><div class='hydro-code'>{code._repr_html_()}</div>"
    display({"text/plain": source, "text/html": coloured, "text/latex": code._repr_latex_()}, raw=True)


def register(shell: Any) -> None:
    """Let a deployment or an execution at the end of a cell be seen, where there is a page; a failing one by itself."""
    if hasattr(shell, "kernel"):
        formatter = shell.display_formatter.ipython_display_formatter
        formatter.for_type_by_name("hydro_nb.deploy.deployment", "Deployment", show_dashboard)
        formatter.for_type_by_name("hydro_nb.sim.record", "Record", show_player)
        formatter.for_type_by_name("hydro_nb.errors", "SimulationFailure", show_failure)
        failures.register(shell, show_player)
        if (old := getattr(shell, HOOK, None)) is not None:
            shell.events.unregister("post_run_cell", old)
        setattr(shell, HOOK, keep)
        shell.events.register("post_run_cell", keep)
