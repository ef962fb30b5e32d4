"""What a simulated test may decide through a hook: of orders, of streams that are brought together, of losses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hydro_nb.lang.sim_awaits import to_await
from hydro_nb.lang.sim_holding import Holding

__tracebackhide__ = True
"""pytest shows the frames of the user"""


class Orders(Holding):
    """Decisions on an order that is looked at where there is none."""

    @to_await
    async def next(self, *element: Any) -> None:
        """Let this element come next, of those that have reached `assume_ordering` outside ticks.

        >>> flow = FlowBuilder()
        >>> process, order = flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = process.sim_input(int, order=NoOrder)
        >>> numbers_out = numbers.assume_ordering(nondet("any order", hook=order)).sim_output()
        >>> async def body():
        ...     numbers_in.send_many_unordered([1, 2])
        ...     await order.next(2)
        ...     await order.next(1)
        ...     await numbers_out.assert_yields_only([2, 1])
        >>> flow.sim().deterministic(body)

        Of keyed streams, and of `entries_partially_ordered`: `next("key", 1)`. Bound to the proof that a function is
        commutative, it says which element the function takes next.
        """
        await self._decide("next", *element)

    @to_await
    async def order(self, elements: Iterable[Any]) -> None:
        """Let all that comes in one run of a tick come in this order.

        >>> flow = FlowBuilder()
        >>> process, parts, order = flow.process(), flow.sim_hook(), flow.sim_hook()
        >>> numbers_in, numbers = process.sim_input(int, order=NoOrder)
        >>> batch = numbers.batch(process.tick(), nondet("any part", hook=parts))
        >>> ordered = batch.assume_ordering(nondet("any order", hook=order))
        >>> numbers_out = ordered.all_ticks().sim_output()
        >>> async def body():
        ...     numbers_in.send_many_unordered([1, 2, 3])
        ...     await parts.release_all()
        ...     await order.order([2, 3, 1])
        ...     await numbers_out.assert_yields_only([2, 3, 1])
        >>> flow.sim().deterministic(body)

        Of keyed streams they are pairs of key and value; of `merge_ordered` each comes in a pair with whether it is of
        the second stream: `order([(False, 1), (True, 2)])`.
        """
        await self._decide("order", elements)

    @to_await
    async def emit(self, *element: Any) -> None:
        """Let this element come next, and once more later, where elements may repeat.

        >>> flow = FlowBuilder()
        >>> process, again = flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = process.sim_input(int, order=NoOrder, retries=AtLeastOnce)
        >>> numbers_out = numbers.assume_retries(nondet("repeats are wanted", hook=again)).sim_output()
        >>> async def body():
        ...     numbers_in.send(1)
        ...     await again.emit(1)
        ...     await again.emit(1)
        ...     await numbers_out.assert_yields_only_unordered([1, 1])
        >>> flow.sim().deterministic(body)

        It need not come again: `emit_final` says that it does not.
        """
        await self._decide("emit", *element)

    @to_await
    async def emit_final(self, *element: Any) -> None:
        """Let this element come next, for the last time.

        >>> flow = FlowBuilder()
        >>> process, again = flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = process.sim_input(int, order=NoOrder, retries=AtLeastOnce)
        >>> numbers_out = numbers.assume_retries(nondet("repeats are wanted", hook=again)).sim_output()
        >>> async def body():
        ...     numbers_in.send_many([1, 2])
        ...     await again.emit(1)
        ...     await again.emit_final(2)
        ...     await again.emit_final(1)
        ...     await numbers_out.assert_yields_only_unordered([1, 2, 1])
        >>> flow.sim().deterministic(body)
        """
        await self._decide("emit_final", *element)


class Merges(Holding):
    """Decisions on `merge_ordered`: which of two ordered streams gives its next element."""

    @to_await
    async def next_first(self, *element: Any) -> None:
        """Let the next element of the first stream come, which must be this.

        >>> flow = FlowBuilder()
        >>> process, turns = flow.process(), flow.sim_hook()
        >>> left_in, left = process.sim_input(int)
        >>> right_in, right = process.sim_input(int)
        >>> both_out = left.merge_ordered(right, nondet("any order", hook=turns)).sim_output()
        >>> async def body():
        ...     left_in.send(1)
        ...     right_in.send(2)
        ...     await turns.next_second(2)
        ...     await turns.next_first(1)
        ...     await both_out.assert_yields_only([2, 1])
        >>> flow.sim().deterministic(body)

        Of keyed streams: `next_first("key", 1)`, the next of that key.
        """
        await self._decide("next_first", *element)

    @to_await
    async def next_second(self, *element: Any) -> None:
        """Let the next element of the second stream come, which must be this.

        >>> flow = FlowBuilder()
        >>> process, turns = flow.process(), flow.sim_hook()
        >>> left_in, left = process.sim_input(int)
        >>> right_in, right = process.sim_input(int)
        >>> both_out = left.merge_ordered(right, nondet("any order", hook=turns)).sim_output()
        >>> async def body():
        ...     right_in.send_many([1, 2])
        ...     await turns.next_second(1)
        ...     await turns.next_second(2)
        ...     await both_out.assert_yields_only([1, 2])
        >>> flow.sim().deterministic(body)
        """
        await self._decide("next_second", *element)

    @to_await
    async def advance_first(self, *key: Any) -> None:
        """Let the next element of the first stream come, whatever it is; of keyed streams that of a key.

        >>> flow = FlowBuilder()
        >>> process, turns = flow.process(), flow.sim_hook()
        >>> left_in, left = process.sim_input(int)
        >>> right_in, right = process.sim_input(int)
        >>> both_out = left.merge_ordered(right, nondet("any order", hook=turns)).sim_output()
        >>> async def body():
        ...     left_in.send(1)
        ...     right_in.send(2)
        ...     await turns.advance_first()
        ...     await turns.advance_second()
        ...     await both_out.assert_yields_only([1, 2])
        >>> flow.sim().deterministic(body)
        """
        await self._decide("advance_first", *key)

    @to_await
    async def advance_second(self, *key: Any) -> None:
        """Let the next element of the second stream come, whatever it is; of keyed streams that of a key.

        >>> flow = FlowBuilder()
        >>> process, turns = flow.process(), flow.sim_hook()
        >>> left_in, left = process.sim_input(int)
        >>> right_in, right = process.sim_input(int)
        >>> both_out = left.merge_ordered(right, nondet("any order", hook=turns)).sim_output()
        >>> async def body():
        ...     right_in.send(2)
        ...     await turns.advance_second()
        ...     await both_out.assert_yields_only([2])
        >>> flow.sim().deterministic(body)
        """
        await self._decide("advance_second", *key)


class Losses(Holding):
    """Decisions on an edge that may lose messages; they belong to who receives."""

    @to_await
    async def deliver(self, *message: Any) -> None:
        """Let a message arrive; where the members of a cluster send, the sender comes first: `deliver(0, "x")`.

        >>> flow = FlowBuilder()
        >>> leader, follower, fate = flow.process(), flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = leader.sim_input(int)
        >>> numbers_out = numbers.send(follower, TCP.lossy(nondet("any may be lost", hook=fate))).sim_output()
        >>> async def body():
        ...     numbers_in.send_many([1, 2])
        ...     await fate.lose(1)
        ...     await fate.deliver(2)
        ...     await numbers_out.assert_yields_only([2])
        >>> flow.sim().deterministic(body)
        """
        await self._decide("deliver", *message)

    @to_await
    async def lose(self, *message: Any) -> None:
        """Lose a message; where the members of a cluster send, the sender comes first: `lose(0, "x")`.

        >>> flow = FlowBuilder()
        >>> leader, follower, fate = flow.process(), flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = leader.sim_input(int)
        >>> numbers_out = numbers.send(follower, TCP.lossy(nondet("any may be lost", hook=fate))).sim_output()
        >>> async def body():
        ...     numbers_in.send(1)
        ...     await fate.lose(1)
        ...     await numbers_out.assert_no_more()
        >>> flow.sim().deterministic(body)
        """
        await self._decide("lose", *message)

    @to_await
    async def deliver_next(self, *sender: Any) -> None:
        """Let the next message arrive, whatever it is; where members of a cluster send, the next of one of them.

        >>> flow = FlowBuilder()
        >>> leader, follower, fate = flow.process(), flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = leader.sim_input(int)
        >>> numbers_out = numbers.send(follower, TCP.lossy(nondet("any may be lost", hook=fate))).sim_output()
        >>> async def body():
        ...     numbers_in.send_many([1, 2])
        ...     await fate.lose_next()
        ...     await fate.deliver_next()
        ...     await numbers_out.assert_yields_only([2])
        >>> flow.sim().deterministic(body)
        """
        await self._decide("deliver_next", *sender)

    @to_await
    async def lose_next(self, *sender: Any) -> None:
        """Lose the next message, whatever it is; where members of a cluster send, the next of one of them.

        >>> flow = FlowBuilder()
        >>> leader, follower, fate = flow.process(), flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = leader.sim_input(int)
        >>> numbers_out = numbers.send(follower, TCP.lossy(nondet("any may be lost", hook=fate))).sim_output()
        >>> async def body():
        ...     numbers_in.send(1)
        ...     await fate.lose_next()
        ...     await numbers_out.assert_no_more()
        >>> flow.sim().deterministic(body)
        """
        await self._decide("lose_next", *sender)
