"""The ends of a flow that a simulated test holds, and what its body may say.

A port belongs to the flow and holds nothing; what is sent and received belongs to the execution under way, which the
simulator puts into `execution`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeAlias, TypeVar

from hydro_nb.errors import HydroError, SimulationFailure
from hydro_nb.lang.external import Port
from hydro_nb.lang.sim_awaits import to_await
from hydro_nb.lang.sim_execution import MORE, Execution, execution
from hydro_nb.lang.sim_slips import RECEIVES, SENDS, guesses, lacking, listed

if TYPE_CHECKING:
    from hydro_nb.ir.graph import Graph
    from hydro_nb.lang.location import Cluster, Process

__tracebackhide__ = True
"""pytest shows the frames of the user"""
T = TypeVar("T")
_A_PORT = "a simulated port"
AnyCluster: TypeAlias = "Cluster[Any] | type | str"
"""A cluster as a user names it: by its handle, its marker, its name."""
AnyPlace: TypeAlias = "Process[Any] | AnyCluster"
"""A process or a cluster, named in the same way."""


class NoMoreMessages(HydroError):  # noqa: N818 - the name that the language gives it
    """A test waited for a message and no more can come: nothing is on its way and nothing is left to run."""


class ScriptError(HydroError):
    """What a test decides through its hooks cannot be: it never comes about, or something was left undecided."""


class Discarded(BaseException):
    """Ends an execution that a test does not want to look at; not an error, so that no `except` catches it."""


def cluster_sizes(graph: Graph, cluster: AnyCluster, members: int) -> dict[int, int]:
    """Give the size of a cluster by its number."""
    from hydro_nb.lang.sizes import sim_size_of

    return sim_size_of(graph, cluster, members)


def current(name: str, action: str, what: str = "a sim hook") -> Execution:
    """Give the execution under way; raises where there is none."""
    found = execution.get()
    if found is None:
        raise SimulationFailure(
            f"{f'`{name}`' if name else what} was asked to {action} outside a simulation.\n"
            "  Use it in the body of a test: flow.sim().exhaustive(body), with `async def body():`"
        )
    return found


async def script_done() -> None:
    """Wait until all has come about that the test has decided through its hooks."""
    found = execution.get()
    script = found.script if found else None
    while script and script.outstanding:
        if not await MORE:
            raise ScriptError(script.stuck())


def continue_if(condition: object, why: str) -> None:
    """Go on only where the condition holds; the execution is discarded, not failed, where it does not.

    >>> continue_if(1 + 1 == 2, "arithmetic works")
    """
    if not condition:
        raise Discarded(why)


@dataclass(frozen=True)
class SimPort(Port[T]):
    """An end of a flow that a test holds."""

    flow: Graph | None = field(default=None, kw_only=True, repr=False, compare=False)

    def execution(self, action: str) -> Execution:
        """Give the execution under way; raises where it is of another flow."""
        found = current(self.name, action, _A_PORT)
        if found.flow is None or self.flow is None or found.flow is self.flow:
            return found
        raise SimulationFailure(
            f"{f'`{self.name}`' if self.name else 'a port that the test uses'} is a port of another flow "
            f"than the one that is simulated, `{found.flow.name}`.\n"
            "  Use the ports that `sim_input` and `sim_output` of that flow gave, or simulate the flow of this port."
        )

    _meant: ClassVar[dict[str, str]] = {}
    """what is meant by names that are guessed"""
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            """Say what there is instead of a name that a port lacks."""
            raise AttributeError(lacking(type(self), name, self._meant), name=name, obj=self)


@dataclass(frozen=True)
class SimSender(SimPort[T]):
    """The end of a `sim_input`: the test sends."""

    _meant: ClassVar[dict[str, str]] = guesses(SENDS)
    member: int = 0
    """where it is an end at a member of a cluster: which one"""

    def send(self, element: T) -> None:
        """Send one element.

        >>> flow = FlowBuilder()
        >>> numbers_in, numbers = flow.process().sim_input(int)
        >>> doubled_out = numbers.map(lambda n: n * 2).sim_output()
        >>> async def body():
        ...     numbers_in.send(4)
        ...     await doubled_out.assert_yields_only([8])
        >>> flow.sim().exhaustive(body)
        1
        """
        self.execution("send").feed(self.slot, (element,), member=self.member)

    def send_many(self, elements: Iterable[T]) -> None:
        """Send elements, one after the other.

        >>> flow = FlowBuilder()
        >>> numbers_in, numbers = flow.process().sim_input(int)
        >>> numbers_out = numbers.sim_output()
        >>> async def body():
        ...     numbers_in.send_many([1, 2])
        ...     await numbers_out.assert_yields_only([1, 2])
        >>> flow.sim().exhaustive(body)
        1
        """
        self.execution("send").feed(self.slot, tuple(elements), member=self.member)

    def send_many_unordered(self, elements: Iterable[T]) -> None:
        """Send elements whose order means nothing; the input must be NoOrder.

        >>> flow = FlowBuilder()
        >>> numbers_in, numbers = flow.process().sim_input(int, order=NoOrder)
        >>> numbers_out = numbers.sim_output()
        >>> async def body():
        ...     numbers_in.send_many_unordered([1, 2])
        ...     await numbers_out.assert_yields_only_unordered([2, 1])
        >>> flow.sim().exhaustive(body)
        1
        """
        self.execution("send").feed(self.slot, tuple(elements), unordered=True, member=self.member)


@dataclass(frozen=True)
class SimReceiver(SimPort[T]):
    """The end of a `sim_output`: the test receives. Waiting lets the simulation go on."""

    _meant: ClassVar[dict[str, str]] = guesses(RECEIVES)
    member: int = 0
    """where it is an end at a member of a cluster: which one"""

    @to_await
    async def next(self) -> T:
        """Wait for the next element; raises `NoMoreMessages` when none can come.

        >>> flow = FlowBuilder()
        >>> numbers_in, numbers = flow.process().sim_input(int)
        >>> numbers_out = numbers.sim_output()
        >>> async def body():
        ...     numbers_in.send(4)
        ...     assert await numbers_out.next() == 4
        >>> flow.sim().exhaustive(body)
        1
        """
        return await self._next("some message", ordered=True)

    @to_await
    async def collect(self) -> list[T]:
        """Wait until nothing more can happen; give all that came, in order.

        >>> flow = FlowBuilder()
        >>> numbers_in, numbers = flow.process().sim_input(int)
        >>> numbers_out = numbers.sim_output()
        >>> async def body():
        ...     numbers_in.send_many([1, 2])
        ...     assert await numbers_out.collect() == [1, 2]
        >>> flow.sim().exhaustive(body)
        1
        """
        return await self._all(ordered=True)

    @to_await
    async def collect_sorted(self, key: Callable[[T], Any] | None = None) -> list[T]:
        """Wait until nothing more can happen; give all that came, sorted.

        >>> flow = FlowBuilder()
        >>> numbers_in, numbers = flow.process().sim_input(int, order=NoOrder)
        >>> numbers_out = numbers.sim_output()
        >>> async def body():
        ...     numbers_in.send_many_unordered([2, 1])
        ...     assert await numbers_out.collect_sorted() == [1, 2]
        >>> flow.sim().exhaustive(body)
        1
        """
        items: list[Any] = await self._all(ordered=False)
        items.sort(key=key)
        if _tied(items, key):
            self._queue(ordered=False)  # says that it is seen in which order they came
        return items

    @to_await
    async def assert_yields(self, expected: Iterable[T]) -> None:
        """Wait for these elements, in this order; more may follow.

        >>> flow = FlowBuilder()
        >>> numbers_in, numbers = flow.process().sim_input(int)
        >>> numbers_out = numbers.sim_output()
        >>> async def body():
        ...     numbers_in.send_many([1, 2, 3])
        ...     await numbers_out.assert_yields([1, 2])
        >>> flow.sim().exhaustive(body)
        1
        """
        waiting: list[T] = listed(expected)
        while waiting:
            got = await self._expected(waiting, ordered=True)
            if got != waiting[0]:
                raise AssertionError(f"Stream yielded unexpected message: {got!r}, expected: {waiting[0]!r}")
            del waiting[0]

    @to_await
    async def assert_yields_only(self, expected: Iterable[T]) -> None:
        """Wait for these elements, in this order, and see that no more can come.

        >>> flow = FlowBuilder()
        >>> numbers_in, numbers = flow.process().sim_input(int)
        >>> numbers_out = numbers.sim_output()
        >>> async def body():
        ...     numbers_in.send_many([1, 2])
        ...     await numbers_out.assert_yields_only([1, 2])
        >>> flow.sim().exhaustive(body)
        1
        """
        await self.assert_yields(expected)
        await self.assert_no_more()

    @to_await
    async def assert_yields_unordered(self, expected: Iterable[T]) -> None:
        """Wait for these elements, in any order; more may follow.

        >>> flow = FlowBuilder()
        >>> numbers_in, numbers = flow.process().sim_input(int, order=NoOrder)
        >>> numbers_out = numbers.sim_output()
        >>> async def body():
        ...     numbers_in.send_many_unordered([1, 2])
        ...     await numbers_out.assert_yields_unordered([2, 1])
        >>> flow.sim().exhaustive(body)
        1
        """
        waiting: list[T] = listed(expected)
        while waiting:
            got = await self._expected(waiting, ordered=False)
            if got not in waiting:
                raise AssertionError(f"Stream yielded unexpected message: {got!r}, expected one of: {waiting!r}")
            waiting.remove(got)

    @to_await
    async def assert_yields_only_unordered(self, expected: Iterable[T]) -> None:
        """Wait for these elements, in any order, and see that no more can come.

        >>> flow = FlowBuilder()
        >>> numbers_in, numbers = flow.process().sim_input(int, order=NoOrder)
        >>> numbers_out = numbers.sim_output()
        >>> async def body():
        ...     numbers_in.send_many_unordered([1, 2])
        ...     await numbers_out.assert_yields_only_unordered([2, 1])
        >>> flow.sim().exhaustive(body)
        1
        """
        await self.assert_yields_unordered(expected)
        await self.assert_no_more()

    @to_await
    async def assert_no_more(self) -> None:
        """See that no more elements can come.

        >>> flow = FlowBuilder()
        >>> numbers_in, numbers = flow.process().sim_input(int)
        >>> numbers_out = numbers.filter(lambda n: n > 9).sim_output()
        >>> async def body():
        ...     numbers_in.send(4)
        ...     await numbers_out.assert_no_more()
        >>> flow.sim().exhaustive(body)
        1
        """
        queue = self._queue(ordered=False)
        await script_done()
        while not queue and await MORE:
            pass
        if queue:
            raise AssertionError(f"Stream yielded unexpected message: {queue[0]!r}, expected termination")

    # ------------------------------------------------------------ plumbing

    def _queue(self, *, ordered: bool, complete: bool = False) -> deque[Any]:
        return self.execution("receive").arrived(self.slot, ordered=ordered, member=self.member, complete=complete)

    async def _next(self, wanted: str, *, ordered: bool) -> T:
        queue = self._queue(ordered=ordered)
        await script_done()
        while not queue:
            if not await MORE:
                name = f"`{self.name}`" if self.name else "the output"
                text = f"{name} was expected to give {wanted}, but no more messages can possibly arrive."
                raise NoMoreMessages(text + self._ahead())
        return queue.popleft()

    async def _expected(self, waiting: list[T], *, ordered: bool) -> T:
        try:
            return await self._next("", ordered=ordered)
        except NoMoreMessages:
            raise AssertionError(f"Stream ended early, still expected: {waiting!r}{self._ahead()}") from None

    def _ahead(self) -> str:
        """Say what only the clock brings."""
        ahead = self.execution("receive").ahead()
        return f"\n  {ahead}" if ahead else ""

    async def _all(self, *, ordered: bool) -> list[T]:
        queue = self._queue(ordered=ordered, complete=True)
        await script_done()
        while await MORE:
            pass
        items = list(queue)
        queue.clear()
        return items


def _tied(items: list[Any], key: Callable[[Any], Any] | None) -> bool:
    """Whether some that were sorted differ, and stand as they do only because they came so."""
    places = items if key is None else list(map(key, items))
    pairs = zip(pairwise(places), pairwise(items), strict=True)
    return any(not place < after and repr(one) != repr(two) for (place, after), (one, two) in pairs)
