"""What a flow may give, over all its schedules."""

from __future__ import annotations

from hydro_nb.lang.sim_ports import MORE


def explore(flow, send, *outputs):
    """Run `send()`, wait for quiescence, under every schedule: the number of executions and the set of outcomes."""
    seen = set()

    async def body():
        send()
        while await MORE:
            pass
        seen.add(tuple(tuple(out._queue(ordered=False)) for out in outputs))

    count = flow.sim().exhaustive(body)
    return count, seen
