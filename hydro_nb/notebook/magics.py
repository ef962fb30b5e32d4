"""`%%hydro` builds a part of a flow in a cell and shows it; `%hydro` runs, watches and stops flows."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError

from hydro_nb.errors import HydroError, ProcessFailed
from hydro_nb.lang import cell as runs
from hydro_nb.lang.flow import FlowBuilder
from hydro_nb.lang.location import Cluster, Location, located
from hydro_nb.lang.nondet import nondet
from hydro_nb.lang.restart import Restart
from hydro_nb.notebook import body, display, echo, flows, interrupt, options, refresh, simulate
from hydro_nb.notebook.cells import Cells
from hydro_nb.notebook.ipython import Magics, line_cell_magic, magics_class, no_var_expand

if TYPE_CHECKING:
    from hydro_nb.deploy import Deployment
    from hydro_nb.notebook.deployments import Made


@magics_class
class HydroMagics(Magics):
    """The two magics of one shell."""

    def __init__(self, shell: Any, cells: Cells) -> None:
        Magics.__init__(self, shell)
        self.cells = cells
        self._latest = "flow"

    @property
    def _names(self) -> dict[str, Any]:
        return self.cells.shell.user_ns

    def hydro(self, line: str, cell: str | None = None) -> None:
        """Build, run and watch a flow."""
        if cell is None:
            with interrupt.brief(f"%hydro {line} was interrupted"):
                self._command(*options.parse_command(line))
        else:
            self._build(options.parse_cell(line), line, cell)

    hydro.__doc__ = options.help_text()
    hydro = no_var_expand(line_cell_magic(hydro))

    # ------------------------------------------------------------ %%hydro

    def _build(self, given: argparse.Namespace, line: str, text: str) -> None:
        if given.wait and not given.deploy:
            raise UsageError("--wait waits for what --deploy starts: write %%hydro --deploy --wait")
        name = given.name or "flow"
        flows.check_name(self._names, name)
        made = name not in self._names
        flow: FlowBuilder = self._names.setdefault(name, FlowBuilder(name) if made else None)
        try:
            flow, touched = self._run_body(flow, name, line, text)
            deployment = self._deploy(flow, given) if given.deploy else None
        except BaseException:
            if made and self._names.get(name) is flow:
                del self._names[name]
            raise
        self._latest = name
        if deployment is None:
            display.show_graph(flow, touched)
        else:
            self._watch(deployment, wait=given.wait)

    def _run_body(self, flow: FlowBuilder, name: str, line: str, text: str) -> tuple[FlowBuilder, tuple[str, ...]]:
        """Run the body; give the flow, which the body may have made anew, and the slots that were added or changed."""
        self.cells.begin_body()
        names: dict[str, Any] = {"process": flow.process, "cluster": flow.cluster, "external": flow.external}
        if name != "flow":
            names["flow"] = flow
        try:
            with body.bound(self._names, names):
                body.run(self.cells.shell, line, text, self.cells.number, self.cells.label)
        except BaseException:
            runs.rollback()
            raise
        built = flows.flows_of(self._names).get(name, flow)
        change = runs.commit().get(built)
        return built, change.touched if change else ()

    # ------------------------------------------------------------ %hydro

    def _command(self, command: str, given: argparse.Namespace) -> None:
        commands: dict[str, Callable[[argparse.Namespace], None]] = {
            "deploy": self._do_deploy,
            "redeploy": self._do_redeploy,
            "stop": self._do_stop,
            "status": lambda _: print(self._last().status()),  # noqa: T201 - what was asked for
            "graph": lambda given: display.show_graph(self._flow(given.name)),
            "logs": self._do_logs,
            "code": self._do_code,
            "kill": lambda given: self._on_one(given).kill(given.process),
            "restart": self._do_restart,
            "pause": lambda given: self._on_one(given).pause(given.process),
            "resume": lambda given: self._on_one(given).resume(given.process),
            "cut": lambda given: self._on_two(given).cut(given.first, given.last),
            "heal": lambda given: self._on_two(given).heal(given.first, given.last),
            "delay": lambda given: self._on_two(given).delay(given.first, given.last, given.seconds),
            "drop": lambda given: self._on_two(given).drop(given.first, given.last, given.rate, given.seed),
            "sim": self._do_sim,
            "refresh": self._do_refresh,
            "flows": self._do_flows,
            "reset": self._do_reset,
            "help": lambda _: print(options.help_text()),  # noqa: T201 - what was asked for
        }
        commands[command](given)

    def _do_deploy(self, given: argparse.Namespace) -> None:
        self._watch(self._deploy(self._flow(given.name), given), wait=given.wait)

    def _do_redeploy(self, given: argparse.Namespace) -> None:
        flow = self._flow(given.name)
        self.cells.adopt()
        deployment = self._some(self.cells.deployments.last(flow.name))
        self.cells.keep()
        with interrupt.brief(f"interrupted: `{flow.name}` may be half as it was"):
            print(deployment.redeploy(flow, clusters=dict(given.cluster)))  # noqa: T201 - what was asked for

    def _do_refresh(self, given: argparse.Namespace) -> None:
        flow = self._flow(given.name)
        self.cells.keep()
        ran = refresh.refresh(self.cells, flow)
        print(f"{', '.join(ran)} ran again" if ran else "nothing is stale")  # noqa: T201 - what was asked for

    def _do_stop(self, given: argparse.Namespace) -> None:
        if given.all:
            self._stop_all(given)
        else:
            deployment = self._running()
            deployment.stop(drain=given.drain)
            print(f"{deployment.name}: {deployment.state}")  # noqa: T201 - what was asked for

    def _stop_all(self, given: argparse.Namespace) -> None:
        """Stop all; they may well share a name, so each is told by its cell and the time when it started."""
        self.cells.adopt()
        going = [made for made in self.cells.deployments.made() if not made.deployment.snapshot().over]
        if not going:
            print("nothing is running")  # noqa: T201 - what was asked for
        for made in going:
            with suppress(ProcessFailed):  # the others are to stop all the same
                made.deployment.stop(drain=given.drain)
            print(f"{_told(made)}: {made.deployment.state}")  # noqa: T201 - what was asked for

    def _do_logs(self, given: argparse.Namespace) -> None:
        deployment = self._last()
        if given.process is not None:
            rows = _rows(deployment)
            _check_process(given.process, [*rows, *{name.partition("/")[0] for name in rows if "/" in name}])
        if echo.catch_up(self.cells.shell):
            return
        lines = deployment.logs(given.process)
        shown = lines[-given.last :] if given.last > 0 else lines
        if len(shown) < len(lines):
            where = f"; the whole logs are in {deployment.log_folder}" if deployment.log_folder else ""
            print(f"({len(lines) - len(shown)} earlier lines not shown{where})")  # noqa: T201 - what was asked for
        for line in shown:
            print(line)  # noqa: T201 - what was asked for

    def _do_code(self, given: argparse.Namespace) -> None:
        flow = self._flow(None)
        processes = _processes(flow)
        if given.process is not None:
            _check_process(given.process, [process.name for process in processes])
        for process in processes:
            if given.process in (None, process.name):
                display.show_code(flow.source(process))

    def _do_restart(self, given: argparse.Namespace) -> None:
        reason = nondet(" ".join(given.reason)) if given.reason else None
        self._on_one(given).restart(given.process, reason)

    def _on_one(self, given: argparse.Namespace) -> Deployment:
        """Give the deployment that goes on, once it is sure that it has the process that was named."""
        deployment = self._running()
        _check_process(given.process, _rows(deployment))
        return deployment

    def _on_two(self, given: argparse.Namespace) -> Deployment:
        """Do the same for two, each of which may be a cluster."""
        deployment = self._running()
        rows = _rows(deployment)
        known = [*rows, *dict.fromkeys(name.partition("/")[0] for name in rows if "/" in name)]
        for name in (given.first, given.last):
            _check_process(name, known)
        return deployment

    def _do_sim(self, given: argparse.Namespace) -> None:
        self.cells.keep()
        simulate.require_one_for_a_schedule(given)
        for name in given.tests:
            self._simulate(name, given)

    def _simulate(self, name: str, given: argparse.Namespace) -> None:
        try:
            said = simulate.run(lambda: self._flow(None), self._names, name, given)
        except Exception as error:
            body.trim(self.cells.shell, error, simulate.file_of(self._names, name))
            raise
        print(said)  # noqa: T201 - what was asked for

    def _do_flows(self, _: argparse.Namespace) -> None:
        for name, flow in flows.flows_of(self._names).items():
            running = [d for d in self.cells.deployments.running() if d.name == flow.name]
            print(f"{name:<12} {display.in_words(flow)}{'   ' + running[-1].state if running else ''}")  # noqa: T201 - what was asked for

    def _do_reset(self, given: argparse.Namespace) -> None:
        old = self._flow(given.name)
        self.cells.adopt()
        for deployment in self.cells.deployments.running():
            if deployment.name == old.name:
                deployment.stop()
        new = FlowBuilder(old.name)
        for name in [name for name, flow in flows.flows_of(self._names).items() if flow is old]:
            self._names[name] = new
        print(f"`{old.name}` is empty: run its cells again")  # noqa: T201 - the user must know

    # ------------------------------------------------------------ deployments

    def _deploy(self, flow: FlowBuilder, given: argparse.Namespace) -> Deployment:
        with interrupt.brief(f"interrupted: `{flow.name}` was not deployed"):
            restart = Restart("on_failure", nondet(given.restart)) if given.restart else None
            deployment = flow.deploy(
                clusters=dict(given.cluster),
                colocate=given.colocate,
                restart=restart,
                backend=given.backend,
                transport=given.transport,
            )
        self._names["deployment"] = deployment
        self.cells.adopt()
        return deployment

    def _watch(self, deployment: Deployment, *, wait: bool) -> None:
        """Show the dashboard; what fails from here on is the run's fault, not the flow's."""
        self.cells.keep()
        with interrupt.brief(f"`{deployment.name}` goes on. Stop it by %hydro stop"):
            display.show_dashboard(deployment)
            if wait:
                deployment.settle()

    def _last(self) -> Deployment:
        """Give what was deployed last, to look at."""
        self.cells.adopt()
        return self._some(self.cells.deployments.last())

    def _running(self) -> Deployment:
        """Give what was deployed last of all that goes on, to act on; where that is an earlier one, say which."""
        self.cells.adopt()
        found = self._some(self.cells.deployments.last_running())
        if found is not self.cells.deployments.last():
            made = next(made for made in self.cells.deployments.made() if made.deployment is found)
            print(f"what was deployed last is over; this still goes on: {_told(made)}")  # noqa: T201 - see above
        return found

    def _some(self, found: Deployment | None) -> Deployment:
        if found is None:
            raise UsageError("nothing is deployed: write %hydro deploy, or %%hydro --deploy")
        return found

    def _flow(self, name: str | None) -> FlowBuilder:
        return flows.find(self._names, name, (self._latest, "flow"))

    # ------------------------------------------------------------ completion

    def complete(self, text: str) -> tuple[str, list[str]] | None:
        """Give what may follow a line, for the completer."""
        try:
            places = _processes(self._flow(None))
        except (UsageError, HydroError):
            places = []
        processes = [place.name for place in places]
        clusters = [place.name for place in places if isinstance(place, Cluster)]
        running = self.cells.deployments.last_running()
        rows = _rows(running) if running else processes
        known = options.Known(
            processes, rows, list(flows.flows_of(self._names)), simulate.tests_of(self._names), clusters
        )
        return options.completions(text, known)


def _processes(flow: FlowBuilder) -> list[Location]:
    return [located(flow, place) for place in flow.graph.places.values() if place.kind in ("process", "cluster")]


def _told(made: Made) -> str:
    """Name a deployment among others that may have the same name: by its cell and the time when it began."""
    when = time.strftime("%H:%M:%S", time.localtime(made.started))
    return f"{made.deployment.name} ({made.label}, {when})"


def _rows(deployment: Deployment) -> list[str]:
    return [row.name for row in deployment.processes]


def _check_process(name: str, known: list[str]) -> None:
    if name not in known:
        raise UsageError(f"no process is called `{name}`; {options.near(name, known)}")
