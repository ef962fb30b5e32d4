"""The ends of a flow on the members of a cluster that a simulated test holds: those of each member are its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from hydro_nb.errors import SimulationFailure
from hydro_nb.lang.sim_awaits import to_await
from hydro_nb.lang.sim_ports import SimPort, SimReceiver, SimSender
from hydro_nb.lang.sim_slips import RECEIVES, SENDS, guesses
from hydro_nb.values import MemberId

__tracebackhide__ = True
"""pytest shows the frames of the user"""
T = TypeVar("T")
_SENDS = {names: meant.replace("(element)", "(member, element)") for names, meant in SENDS.items()}
_RECEIVES = {names: meant.replace("()", "(member)").replace("([", "(member, [") for names, meant in RECEIVES.items()}


def _number(member: MemberId[Any] | int) -> int:
    number = getattr(member, "raw_id", member)
    if not isinstance(number, int) or isinstance(number, bool):
        raise SimulationFailure(
            f"a member of a cluster is a MemberId or its number, not {member!r}.\n"
            "  Say whose end of the port is meant first: port.send(0, element), await port.collect(0)"
        )
    return number


@dataclass(frozen=True)
class SimClusterSender(SimPort[T]):
    """The end of a `sim_input` on a cluster: the test sends to one member or another."""

    _meant: ClassVar[dict[str, str]] = guesses(_SENDS)

    def send(self, member: MemberId[Any] | int, element: T) -> None:
        """Send one element to a member.

        >>> flow = FlowBuilder()
        >>> workers = flow.cluster()
        >>> numbers_in, numbers = workers.sim_input(int)
        >>> doubled_out = numbers.map(lambda n: n * 2).sim_output()
        >>> async def body():
        ...     numbers_in.send(1, 4)
        ...     await doubled_out.assert_no_more(0)
        ...     await doubled_out.assert_yields_only(1, [8])
        >>> flow.sim().with_cluster_size(workers, 2).exhaustive(body)
        1
        """
        self._of(member).send(element)

    def send_many(self, elements: Iterable[tuple[MemberId[Any] | int, T]]) -> None:
        """Send elements, each in a pair with the member that gets it, one after the other.

        >>> flow = FlowBuilder()
        >>> workers = flow.cluster()
        >>> numbers_in, numbers = workers.sim_input(int)
        >>> numbers_out = numbers.sim_output()
        >>> async def body():
        ...     numbers_in.send_many([(0, 1), (1, 2), (0, 3)])
        ...     await numbers_out.assert_yields_only(0, [1, 3])
        >>> flow.sim().with_cluster_size(workers, 2).exhaustive(body)
        1
        """
        for member, element in elements:
            self.send(member, element)

    def send_many_unordered(self, elements: Iterable[tuple[MemberId[Any] | int, T]]) -> None:
        """Send elements whose order means nothing; the input must be NoOrder.

        >>> flow = FlowBuilder()
        >>> workers = flow.cluster()
        >>> numbers_in, numbers = workers.sim_input(int, order=NoOrder)
        >>> numbers_out = numbers.sim_output()
        >>> async def body():
        ...     numbers_in.send_many_unordered([(0, 1), (0, 2)])
        ...     await numbers_out.assert_yields_only_unordered(0, [2, 1])
        >>> flow.sim().with_cluster_size(workers, 2).exhaustive(body)
        1
        """
        lists: dict[int, list[T]] = {}
        for member, element in elements:
            lists.setdefault(_number(member), []).append(element)
        for number, mine in lists.items():
            self._of(number).send_many_unordered(mine)

    def _of(self, member: MemberId[Any] | int) -> SimSender[T]:
        return SimSender(self.slot, self.name, _number(member), flow=self.flow)


@dataclass(frozen=True)
class SimClusterReceiver(SimPort[T]):
    """The end of a `sim_output` on a cluster: the test receives what one member or another gives."""

    _meant: ClassVar[dict[str, str]] = guesses(_RECEIVES)

    @to_await
    async def next(self, member: MemberId[Any] | int) -> T:
        """Wait for the next element of a member; raises `NoMoreMessages` when none can come.

        >>> flow = FlowBuilder()
        >>> workers = flow.cluster()
        >>> ids_out = workers.source_iter(lambda: [CLUSTER_SELF_ID.raw_id]).sim_output()
        >>> async def body():
        ...     assert await ids_out.next(1) == 1
        >>> flow.sim().with_cluster_size(workers, 2).exhaustive(body)
        1
        """
        return await self._of(member).next()

    @to_await
    async def collect(self, member: MemberId[Any] | int) -> list[T]:
        """Wait until nothing more can happen; give all that came from a member, in order.

        >>> flow = FlowBuilder()
        >>> workers = flow.cluster()
        >>> ids_out = workers.source_iter(lambda: [CLUSTER_SELF_ID.raw_id, 7]).sim_output()
        >>> async def body():
        ...     assert await ids_out.collect(1) == [1, 7]
        >>> flow.sim().with_cluster_size(workers, 2).exhaustive(body)
        1
        """
        return await self._of(member).collect()

    @to_await
    async def collect_sorted(self, member: MemberId[Any] | int, key: Callable[[T], Any] | None = None) -> list[T]:
        """Wait until nothing more can happen; give all that came from a member, sorted.

        >>> flow = FlowBuilder()
        >>> workers = flow.cluster()
        >>> ids_out = workers.source_iter(lambda: [7, CLUSTER_SELF_ID.raw_id]).weaken_ordering().sim_output()
        >>> async def body():
        ...     assert await ids_out.collect_sorted(1) == [1, 7]
        >>> flow.sim().with_cluster_size(workers, 2).exhaustive(body)
        1
        """
        return await self._of(member).collect_sorted(key)

    @to_await
    async def assert_yields(self, member: MemberId[Any] | int, expected: Iterable[T]) -> None:
        """Wait for these elements of a member, in this order; more may follow.

        >>> flow = FlowBuilder()
        >>> workers = flow.cluster()
        >>> ids_out = workers.source_iter(lambda: [CLUSTER_SELF_ID.raw_id, 7]).sim_output()
        >>> async def body():
        ...     await ids_out.assert_yields(1, [1])
        >>> flow.sim().with_cluster_size(workers, 2).exhaustive(body)
        1
        """
        await self._of(member).assert_yields(expected)

    @to_await
    async def assert_yields_only(self, member: MemberId[Any] | int, expected: Iterable[T]) -> None:
        """Wait for these elements of a member, in this order, and no others.

        >>> flow = FlowBuilder()
        >>> workers = flow.cluster()
        >>> ids_out = workers.source_iter(lambda: [CLUSTER_SELF_ID.raw_id, 7]).sim_output()
        >>> async def body():
        ...     await ids_out.assert_yields_only(1, [1, 7])
        >>> flow.sim().with_cluster_size(workers, 2).exhaustive(body)
        1
        """
        await self._of(member).assert_yields_only(expected)

    @to_await
    async def assert_yields_unordered(self, member: MemberId[Any] | int, expected: Iterable[T]) -> None:
        """Wait for these elements of a member, in any order; more may follow.

        >>> flow = FlowBuilder()
        >>> workers = flow.cluster()
        >>> ids_out = workers.source_iter(lambda: [7, CLUSTER_SELF_ID.raw_id]).weaken_ordering().sim_output()
        >>> async def body():
        ...     await ids_out.assert_yields_unordered(1, [1, 7])
        >>> flow.sim().with_cluster_size(workers, 2).exhaustive(body)
        1
        """
        await self._of(member).assert_yields_unordered(expected)

    @to_await
    async def assert_yields_only_unordered(self, member: MemberId[Any] | int, expected: Iterable[T]) -> None:
        """Wait for these elements of a member, in any order, and no others.

        >>> flow = FlowBuilder()
        >>> workers = flow.cluster()
        >>> ids_out = workers.source_iter(lambda: [7, CLUSTER_SELF_ID.raw_id]).weaken_ordering().sim_output()
        >>> async def body():
        ...     await ids_out.assert_yields_only_unordered(1, [1, 7])
        >>> flow.sim().with_cluster_size(workers, 2).exhaustive(body)
        1
        """
        await self._of(member).assert_yields_only_unordered(expected)

    @to_await
    async def assert_no_more(self, member: MemberId[Any] | int) -> None:
        """Wait until nothing more can happen; fails where a member has given anything that was not read.

        >>> flow = FlowBuilder()
        >>> workers = flow.cluster()
        >>> numbers_in, numbers = workers.sim_input(int)
        >>> numbers_out = numbers.sim_output()
        >>> async def body():
        ...     numbers_in.send(0, 1)
        ...     await numbers_out.assert_no_more(1)
        >>> flow.sim().with_cluster_size(workers, 2).exhaustive(body)
        1
        """
        await self._of(member).assert_no_more()

    def _of(self, member: MemberId[Any] | int) -> SimReceiver[T]:
        return SimReceiver(self.slot, self.name, _number(member), flow=self.flow)
