"""What a user reads where a test scripts what cannot be, or leaves something undecided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hydro_nb.errors import SimulationFailure, Site
from hydro_nb.ir.graph import Graph
from hydro_nb.ir.hooked import hooks_of
from hydro_nb.ir.node import Bound, Node
from hydro_nb.lang.sim_execution import Decision
from hydro_nb.lang.sim_ports import ScriptError
from hydro_nb.sim.spot import Spot, Target
from hydro_nb.sim.trace import shown
from hydro_nb.sim.units import Runner


def forgotten(spot: Spot, what: str) -> ScriptError:
    """Say that something waits at a place, and nothing was decided."""
    way = f", or say that it is to wait: {spot.short}.pause()" if spot.desk else ""
    return ScriptError(
        f"scripted hook has buffered input but no decision: {what}.\n  {spot.node.site}\n"
        f"  Say what becomes of it, by {_calls(spot)}{way}"
    )


def came(spot: Spot, items: Sequence[Any]) -> str:
    """Say what has come to a place in one run of a tick."""
    return f"to {spot.name.title} of `{spot.node.op.label}` on {spot.runner.module.name} came {shown(list(items))}"


def unbound(node: Node, runner: Runner, items: Sequence[Any]) -> ScriptError:
    """Say that there is a choice without a hook, where a test is to decide all."""
    guard = 'nondet("...", hook=hook)' if hasattr(node.op, "reason") else 'commutative=proof("...", hook=hook)'
    return ScriptError(
        "deterministic simulation encountered an unsafe operator with pending input that is not bound to a sim hook: "
        f"`{node.op.label}` on {runner.module.name} has {shown(list(items))}.\n  {node.site}\n"
        f"  Bind one, hook = flow.sim_hook(), by {guard} and script it in the test, or let the simulator choose: "
        "flow.sim().exhaustive(body)"
    )


def misplaced(spot: Spot, decision: Decision) -> SimulationFailure:
    """Say that what was decided is for another kind of place."""
    return SimulationFailure(
        f"`{spot.short}.{decision.verb}` is not for `{spot.node.op.label}`, to which {spot.name.title} is bound.\n"
        f"  {decision.site}\n  {spot.node.site}\n  There: {_calls(spot)}"
    )


def elsewhere(graph: Graph, spots: Sequence[Spot], slot: str, member: int | None, site: Site) -> SimulationFailure:
    """Say that a hook has no place, or none for this member."""
    if not spots:
        return _without_choice(graph, slot, site)
    spot = spots[0]
    where = spot.runner.module.name.partition("/")[0]
    if spot.runner.module.member is None:
        told = f"is on {where}, which has no members.\n  {site}\n  Leave .on({member}) out."
    elif member is None:
        whose = f"Say whose choice is meant: {spot.short}.on(0)"
        told = f"is on {where}, whose members choose each for itself.\n  {site}\n  {whose}"
    else:
        told = f"is on {where}, which has {len(spots)} members, numbered from 0, not {member}.\n  {site}"
    return SimulationFailure(f"{spot.name.title} {told}")


def stuck(target: Target, spots: Sequence[Spot]) -> str:
    """Say why what was decided cannot come about any more."""
    unmet = [spot for spot in spots if spot.desk and not spot.outcome()]
    lines = ["a scripted decision can never be satisfied, as nothing more can happen."]
    for spot in unmet or spots:
        lines += [f"  `{spot.short}.{spot.decision}`, at {_flat(spot.decision.site if spot.decision else Site())}"]
        lines += [f"    {spot.described()}", f"    {_flat(spot.node.site)}"]
    if not unmet and isinstance(target, Runner):
        lines += [f"  {why}" for why in _why_not(target)]
    return "\n".join(lines)


def _why_not(runner: Runner) -> Iterator[str]:
    """Say what keeps a tick from running."""
    for hook in runner.hooks.values():
        if not hook.possible():
            yield f"`{hook.node.op.label}` has shown nothing yet in the tick: {_flat(hook.node.site)}"
    if not any(hook.movable() for hook in runner.hooks.values()):
        yield "all of it together lets nothing new into the tick, so that it does not run"


def _without_choice(graph: Graph, slot: str, site: Site) -> SimulationFailure:
    bound = [node for node in graph.nodes.values() if slot in (hook.slot for hook in hooks_of(node.op))]
    if not bound:
        return SimulationFailure(
            f"this hook is bound to no operator of the flow that is simulated.\n  {site}\n"
            '  Bind it where the flow is built, before flow.sim(): nondet("...", hook=hook)'
        )
    kind = bound[0].input_kinds[0] if bound[0].input_kinds else None
    early = kind is not None and kind.bound is Bound.BOUNDED and kind.place.kind in ("process", "cluster")
    why = "takes all that there is before the test begins" if early else "leaves nothing to decide there"
    return SimulationFailure(f"the hook is bound to `{bound[0].op.label}`, which {why}.\n  {site}\n  {bound[0].site}")


def _calls(spot: Spot) -> str:
    calls = [f"{spot.short}.{word}" for word in spot.words]
    return f"{', '.join(calls[:-1])} or {calls[-1]}" if len(calls) > 1 else calls[0]


def _flat(site: Site) -> str:
    return " ".join(str(site).split())
