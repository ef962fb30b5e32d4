"""What the hooks of a simulated test have in common: whose place it is, and how it is held."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self, TypeVar

from hydro_nb.errors import SimulationFailure
from hydro_nb.lang.sim_awaits import to_await
from hydro_nb.lang.sim_execution import MORE, Decision
from hydro_nb.lang.sim_ports import ScriptError, current, script_done
from hydro_nb.lang.site import here
from hydro_nb.values import MemberId

__tracebackhide__ = True
"""pytest shows the frames of the user"""
T = TypeVar("T")


class Place(Protocol):
    """A place of choice in the execution under way, as its hook sees it."""

    def pause(self, *, always: bool = False) -> None:
        """Let it hold what comes, until something is decided, or always when nothing is."""
        ...

    def resume(self, *, wholly: bool) -> None:
        """Let what it holds count again; `wholly`: also where it was to hold it always."""
        ...

    def waiting(self) -> list[Any]:
        """Give what it holds."""
        ...

    def described(self) -> str:
        """Say where it is and what it holds."""
        ...


@dataclass(frozen=True)
class Holding:
    """What hooks of all places have in common; which verbs there are besides depends on the place.

    In clusters each member has a place of its own: `hook.on(0)`.
    """

    slot: str = ""
    name: str = ""
    member: int | None = None
    """whose place it is, where members of a cluster have it"""

    def __post_init__(self) -> None:
        if not self.slot:
            raise SimulationFailure(f"a hook belongs to a flow.\n  {here()}\n  Make it by: hook = flow.sim_hook()")

    def on(self, member: MemberId[Any] | int) -> Self:
        """Give the hook of one member of a cluster.

        >>> flow = FlowBuilder()
        >>> workers, parts = flow.cluster(), flow.sim_hook()
        >>> numbers_in, numbers = workers.sim_input(int)
        >>> batch = numbers.batch(workers.tick(), nondet("any size", hook=parts))
        >>> sizes_out = batch.count().all_ticks().sim_output()
        >>> async def body():
        ...     numbers_in.send_many([(1, 5), (1, 6)])
        ...     await parts.on(1).release(2)
        ...     await sizes_out.assert_yields_only(1, [2])
        >>> flow.sim().with_cluster_size(workers, 2).deterministic(body)
        """
        number = getattr(member, "raw_id", member)
        if not isinstance(number, int) or isinstance(number, bool):
            raise SimulationFailure(f"a member of a cluster is a MemberId or its number, not {member!r}: hook.on(0)")
        return replace(self, member=number)

    def pause(self) -> None:
        """Let the place hold what comes, until something is decided there: buffering is what the test wants.

        >>> flow = FlowBuilder()
        >>> process, parts = flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = process.sim_input(int)
        >>> batch = numbers.batch(process.tick(), nondet("any size", hook=parts))
        >>> numbers_out, sizes_out = numbers.sim_output(), batch.count().all_ticks().sim_output()
        >>> async def body():
        ...     parts.pause()
        ...     numbers_in.send_many([1, 2])
        ...     await numbers_out.assert_yields([1, 2])
        ...     await parts.release(2)
        ...     await sizes_out.assert_yields_only([2])
        >>> flow.sim().deterministic(body)

        Without it the test would fail: the tick could have run before.
        """
        self._place("pause").pause()

    def resume(self) -> None:
        """Take `pause` and `auto_pause` back: what is held needs a decision again.

        >>> flow = FlowBuilder()
        >>> process, parts = flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = process.sim_input(int)
        >>> batch = numbers.batch(process.tick(), nondet("any size", hook=parts))
        >>> numbers_out, sizes_out = numbers.sim_output(), batch.count().all_ticks().sim_output()
        >>> async def body():
        ...     parts.pause()
        ...     numbers_in.send_many([1, 2])
        ...     await numbers_out.assert_yields([1, 2])
        ...     parts.resume()
        ...     await parts.release(2)
        ...     await sizes_out.assert_yields_only([2])
        >>> flow.sim().deterministic(body)
        """
        self._place("resume").resume(wholly=True)

    def auto_pause(self) -> None:
        """Let the place act only when the test decides; in between it holds what comes.

        >>> flow = FlowBuilder()
        >>> process, parts = flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = process.sim_input(int)
        >>> batch = numbers.batch(process.tick(), nondet("any size", hook=parts))
        >>> numbers_out, sizes_out = numbers.sim_output(), batch.count().all_ticks().sim_output()
        >>> async def body():
        ...     parts.auto_pause()
        ...     numbers_in.send_many([1, 2])
        ...     await parts.release(1)
        ...     await sizes_out.assert_yields_only([1])
        >>> flow.sim().deterministic(body)

        A test that forgets a decision is not told so any more.
        """
        self._place("auto_pause").pause(always=True)

    @to_await
    async def pause_while(self, body: Awaitable[T]) -> T:
        """Pause while something is awaited.

        >>> flow = FlowBuilder()
        >>> process, parts = flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = process.sim_input(int)
        >>> batch = numbers.batch(process.tick(), nondet("any size", hook=parts))
        >>> numbers_out, sizes_out = numbers.sim_output(), batch.count().all_ticks().sim_output()
        >>> async def body():
        ...     numbers_in.send_many([1, 2])
        ...     await parts.pause_while(numbers_out.assert_yields([1, 2]))
        ...     await parts.release(2)
        ...     await sizes_out.assert_yields_only([2])
        >>> flow.sim().deterministic(body)
        """
        place = self._place("pause_while")
        place.pause()
        try:
            return await body
        finally:
            place.resume(wholly=False)

    @to_await
    async def pause_until(self, holds: Callable[[list[Any]], object]) -> None:
        """Pause until a function of what the place holds says true; then it needs a decision.

        >>> flow = FlowBuilder()
        >>> process, parts = flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = process.sim_input(int)
        >>> batch = numbers.batch(process.tick(), nondet("any size", hook=parts))
        >>> numbers_out, sizes_out = numbers.sim_output(), batch.count().all_ticks().sim_output()
        >>> async def body():
        ...     numbers_in.send_many([1, 2])
        ...     await parts.pause_until(lambda held: 2 in held)
        ...     await parts.release(2)
        ...     await sizes_out.assert_yields_only([2])
        >>> flow.sim().deterministic(body)

        It holds elements; at a snapshot versions that were not seen, and of a value per key pairs of key and version.
        """
        await self._pause_until(holds, "pause_until")

    @to_await
    async def pause_until_count(self, count: int) -> None:
        """Pause until the place holds so many elements; then it needs a decision.

        >>> flow = FlowBuilder()
        >>> process, parts = flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = process.sim_input(int)
        >>> batch = numbers.batch(process.tick(), nondet("any size", hook=parts))
        >>> numbers_out, sizes_out = numbers.sim_output(), batch.count().all_ticks().sim_output()
        >>> async def body():
        ...     numbers_in.send_many([1, 2])
        ...     await parts.pause_until_count(2)
        ...     await parts.release(2)
        ...     await sizes_out.assert_yields_only([2])
        >>> flow.sim().deterministic(body)
        """
        await self._pause_until(lambda items: len(items) >= count, f"pause_until_count({count})")

    @to_await
    async def pause_until_versions(self, count: int) -> None:
        """Pause until there are so many versions at a snapshot that were not seen; then it needs a decision.

        >>> flow = FlowBuilder()
        >>> process, counts = flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = process.sim_input(int)
        >>> count = numbers.count().snapshot(process.tick(), nondet("any version", hook=counts))
        >>> count_out = count.all_ticks().sim_output()
        >>> async def body():
        ...     numbers_in.send_many([5, 5])
        ...     await counts.pause_until_versions(3)
        ...     await counts.reveal_latest()
        ...     await count_out.assert_yields_only([2])
        >>> flow.sim().deterministic(body)
        """
        await self._pause_until(lambda items: len(items) >= count, f"pause_until_versions({count})")

    # ------------------------------------------------------------ plumbing

    async def _pause_until(self, holds: Callable[[list[Any]], object], what: str) -> None:
        place, site = self._place(what), here()
        place.pause()
        await script_done()
        while not holds(place.waiting()):
            if not await MORE:
                raise ScriptError(
                    f"`{what}` waits for what cannot come: {place.described()}, and nothing more can happen.\n  {site}"
                )
        place.resume(wholly=False)

    async def _decide(self, verb: str, *arguments: Any) -> None:
        decision = Decision(verb, arguments, here())
        script = current(self.name, verb).script
        if script is None:
            raise self._unbound()
        while not script.decide(self.slot, self.member, decision):
            if not await MORE:
                raise ScriptError(script.stuck())

    def _place(self, action: str) -> Place:
        script = current(self.name, action).script
        if script is None:
            raise self._unbound()
        return script.place(self.slot, self.member, here())

    def _unbound(self) -> SimulationFailure:
        return SimulationFailure(
            f"this hook is bound to no operator of the flow that is simulated.\n  {here()}\n"
            '  Bind it where the flow is built, before flow.sim(): nondet("...", hook=hook)'
        )
