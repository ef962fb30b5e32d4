"""`%hydro sim`: a test of the notebook, run against its flow under every schedule, or many, or one again."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError

from hydro_nb.lang.sim_ports import SimPort
from hydro_nb.notebook import display
from hydro_nb.notebook.flows import flows_of
from hydro_nb.notebook.options import near

if TYPE_CHECKING:
    import argparse

    from hydro_nb.lang.flow import FlowBuilder
    from hydro_nb.sim import Simulation

RUNS = 8192


def tests_of(names: Mapping[str, Any]) -> list[str]:
    """Give the names of what looks like a test: an async function without arguments, or one that is called so."""
    return [name for name, value in list(names.items()) if _looks_like_one(name, value)]


def _looks_like_one(name: str, value: Any) -> bool:
    if name.startswith("_") or not inspect.isfunction(value):
        return False
    return (inspect.iscoroutinefunction(value) or name.startswith("test")) and not _needs(value)


def require_one_for_a_schedule(given: argparse.Namespace) -> None:
    """Refuse to run several tests under the schedule of one."""
    if given.replay is not None and len(given.tests) > 1:
        raise UsageError(f"--replay runs a schedule of one test: write one of {', '.join(given.tests)}")


def run(flow: Callable[[], FlowBuilder], names: Mapping[str, Any], name: str, given: argparse.Namespace) -> str:
    """Run a test; gives in words under what it passes, and raises where it fails."""
    name = name.removesuffix("()")
    test = find(names, name)
    if needed := ", ".join(f"`{each}`" for each in _needs(test)):
        raise UsageError(f"`{name}` is no test: it takes {needed}; a test takes nothing")
    if inspect.iscoroutinefunction(test):
        return f"`{name}` {_explore(_simulation(_flow_of(test, names) or flow(), given), test, given)}"
    if chosen := _chosen(given):
        raise UsageError(f"{chosen} is for `async def` tests; `{name}` calls flow.sim() itself, so say it there")
    if inspect.isawaitable(made := test()):
        getattr(made, "close", lambda: None)()
        raise UsageError(f"`{name}` gives something to await: write it as `async def`")
    return f"`{name}` passes"


def find(names: Mapping[str, Any], name: str) -> Any:
    """Give the function of this name, such as `body` or `counter.body`; written as a call it is the same."""
    name = name.removesuffix("()")
    first, *rest = name.split(".")
    if first not in names:
        raise UsageError(f"no test is called `{name}`; {near(name, tests_of(names))}: write async def {first}(): ...")
    found = names[first]
    for each in rest:
        if not hasattr(found, each):
            raise UsageError(f"no test is called `{name}`: {type(found).__name__} has no `{each}`")
        found = getattr(found, each)
    if not callable(found) or isinstance(found, type):
        raise UsageError(f"`{name}` is of type {type(found).__name__}, not a test: write async def {name}(): ...")
    return found


def file_of(names: Mapping[str, Any], name: str) -> str:
    """Give the file, or the cell, in which a test stands."""
    try:
        code = getattr(find(names, name), "__code__", None)
    except UsageError:
        return ""
    return code.co_filename if code else ""


def _flow_of(test: Any, names: Mapping[str, Any]) -> FlowBuilder | None:
    """Give the flow whose ports a test uses, if they are all of one."""
    inner = inspect.unwrap(test)
    code = getattr(inner, "__code__", None)
    if code is None:
        return None
    around = inspect.getclosurevars(inner)
    used = [*around.nonlocals.values(), *around.globals.values()]
    graphs = {id(each.flow) for each in used if isinstance(each, SimPort)}
    found = [flow for flow in flows_of(names).values() if {id(flow.graph)} == graphs]
    return found[0] if found else None


def _needs(test: Any) -> list[str]:
    """Give the arguments without which a function cannot be called."""
    try:
        parameters = inspect.signature(test).parameters.values()
    except (TypeError, ValueError):
        return []
    some = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [each.name for each in parameters if each.default is each.empty and each.kind not in some]


def _chosen(given: argparse.Namespace) -> str:
    """Give the first option that was given, if one was."""
    chosen = {
        "--cluster": given.cluster,
        "--faults": given.faults,
        "--fuzz": given.fuzz is not None,
        "--seed": given.seed is not None,
        "--replay": given.replay is not None,
        "--reduce": given.reduce,
        "--safety-only": given.safety_only,
    }
    return next((option for option, value in chosen.items() if value), "")


def _simulation(flow: FlowBuilder, given: argparse.Namespace) -> Simulation:
    if given.fuzz is not None and given.replay is not None:
        raise UsageError("--fuzz tries many schedules and --replay one: write one of the two")
    if given.reduce and (given.fuzz is not None or given.replay is not None):
        raise UsageError("--reduce is for a search of all schedules: leave it out, or --fuzz and --replay")
    if given.seed is not None and given.fuzz is None:
        raise UsageError(f"--seed says which schedules --fuzz tries: write --fuzz {RUNS} --seed {given.seed}")
    simulation = flow.sim()
    for cluster, members in given.cluster:
        simulation.with_cluster_size(cluster, members)
    for place, crashes in given.faults:
        simulation.with_faults(place, crashes=crashes)
    return simulation.test_safety_only() if given.safety_only else simulation


def _explore(simulation: Simulation, test: Any, given: argparse.Namespace) -> str:
    if given.replay is not None:
        simulation.replay(test, given.replay)
        display.show_player(simulation.record(test, given.replay))
        return "passes under this schedule"
    if given.fuzz is not None:
        seed = random.SystemRandom().randrange(1 << 32) if given.seed is None else given.seed
        return f"passes under {_many(simulation.fuzz(test, given.fuzz, seed), 'random schedule')} (--seed {seed})"
    found = simulation.exhaustive(test, reduce=given.reduce)
    if given.reduce:
        return f"passes under {_many(found, 'schedule')}, which stand for all there are"
    all_of_them = f"all {found:,} schedules" if found > 1 else f"{_many(found, 'schedule')}, all there are"
    return f"passes under {all_of_them}"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
