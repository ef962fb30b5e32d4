"""What a simulated test may decide through a hook: of batches and snapshots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, overload

from hydro_nb.lang.sim_awaits import to_await
from hydro_nb.lang.sim_holding import Holding

__tracebackhide__ = True
"""pytest shows the frames of the user"""
_ONCE = 1


class Batches(Holding):
    """Decisions on a batch, and on elements that may come again."""

    @overload
    async def release(self, what: int) -> None: ...
    @overload
    async def release(self, what: Mapping[Any, int]) -> None: ...
    @overload
    async def release(self, what: Iterable[Any]) -> None: ...
    @overload
    async def release(self, what: Any, copies: int) -> None: ...
    @to_await
    async def release(self, what: Any, copies: int = _ONCE) -> None:
        """Let the next elements of an ordered stream into the batch: so many, or so many of each key.

        >>> flow = FlowBuilder()
        >>> process, parts = flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = process.sim_input(int)
        >>> batch = numbers.batch(process.tick(), nondet("any size", hook=parts))
        >>> sums_out = batch.fold(0, lambda total, n: total + n).all_ticks().sim_output()
        >>> async def body():
        ...     numbers_in.send_many([1, 2, 3])
        ...     await parts.release(2)
        ...     await parts.release(1)
        ...     await sums_out.assert_yields_only([3, 3])
        >>> flow.sim().deterministic(body)

        Of a keyed stream: `release({"a": 2, "b": 1})`. The tick runs as soon as all of them are there.

        Bound to `assume_retries` of an ordered stream `release([1, 1, 2])` lets elements come in their order, each as
        often as it is named, and the last may come again; of an unordered one `release(1, copies=3)` lets one come so
        often. In a tick `release([1, 1, 2])` names all that comes.
        """
        await self._decide("release", what, *((copies,) if copies != _ONCE else ()))

    @to_await
    async def release_values(self, values: Iterable[Any]) -> None:
        """Let exactly these elements into the batch; of an ordered stream they must be what comes next.

        >>> flow = FlowBuilder()
        >>> process, parts = flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = process.sim_input(int, order=NoOrder)
        >>> batch = numbers.batch(process.tick(), nondet("any part", hook=parts))
        >>> largest_out = batch.max().all_ticks().sim_output()
        >>> async def body():
        ...     numbers_in.send_many_unordered([1, 2, 3])
        ...     await parts.release_values([3, 1])
        ...     await parts.release_values([2])
        ...     await largest_out.assert_yields_only([3, 2])
        >>> flow.sim().deterministic(body)

        Of a keyed stream they are pairs of key and value. The tick runs as soon as all of them are there.
        """
        await self._decide("release_values", values)

    @to_await
    async def release_all(self) -> None:
        """Let all that has come until the tick runs into the batch.

        >>> flow = FlowBuilder()
        >>> process, parts = flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = process.sim_input(int)
        >>> batch = numbers.batch(process.tick(), nondet("any size", hook=parts))
        >>> sizes_out = batch.count().all_ticks().sim_output()
        >>> async def body():
        ...     numbers_in.send_many([1, 2, 3])
        ...     await parts.release_all()
        ...     await sizes_out.assert_yields_only([3])
        >>> flow.sim().deterministic(body)

        What that is depends on what else has run before.
        """
        await self._decide("release_all")

    @to_await
    async def release_empty(self) -> None:
        """Let nothing into the batch of a tick that runs for another reason.

        >>> flow = FlowBuilder()
        >>> process, reads, writes = flow.process(), flow.sim_hook(), flow.sim_hook()
        >>> read_in, read = process.sim_input(str)
        >>> write_in, write = process.sim_input(str)
        >>> tick = process.tick()
        >>> reading = read.batch(tick, nondet("any size", hook=reads)).count()
        >>> writing = write.batch(tick, nondet("any size", hook=writes)).count()
        >>> both_out = reading.zip(writing).all_ticks().sim_output()
        >>> async def body():
        ...     read_in.send("r")
        ...     write_in.send("w")
        ...     await reads.release_empty()
        ...     await writes.release(1)
        ...     await reads.release(1)
        ...     await both_out.assert_yields_only([(0, 1), (1, 0)])
        >>> flow.sim().deterministic(body)
        """
        await self._decide("release_empty")

    @to_await
    async def release_final(self, values: Iterable[Any]) -> None:
        """Let elements that may repeat come in their order, each as often as it is named; then they come no more.

        >>> flow = FlowBuilder()
        >>> process, again = flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = process.sim_input(int, retries=AtLeastOnce)
        >>> numbers_out = numbers.assume_retries(nondet("repeats are wanted", hook=again)).sim_output()
        >>> async def body():
        ...     numbers_in.send_many([1, 2])
        ...     await again.release_final([1, 1, 2])
        ...     await numbers_out.assert_yields_only([1, 1, 2])
        >>> flow.sim().deterministic(body)
        """
        await self._decide("release_final", values)

    @to_await
    async def release_next(self, copies: int = _ONCE) -> None:
        """Let the next element of an ordered stream that may repeat come so many times, whatever it is.

        >>> flow = FlowBuilder()
        >>> process, again = flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = process.sim_input(int, retries=AtLeastOnce)
        >>> numbers_out = numbers.assume_retries(nondet("repeats are wanted", hook=again)).sim_output()
        >>> async def body():
        ...     numbers_in.send_many([1, 2])
        ...     await again.release_next(2)
        ...     await again.release_next()
        ...     await numbers_out.assert_yields_only([1, 1, 2])
        >>> flow.sim().deterministic(body)
        """
        await self._decide("release_next", copies)


class Snapshots(Holding):
    """Decisions on a snapshot: which version of a live value the tick sees."""

    @to_await
    async def reveal(self, version: Any) -> None:
        """Let the tick see the version that is equal to this; older ones are never seen.

        >>> flow = FlowBuilder()
        >>> process, counts = flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = process.sim_input(int)
        >>> count = numbers.count().snapshot(process.tick(), nondet("any version", hook=counts))
        >>> count_out = count.all_ticks().sim_output()
        >>> async def body():
        ...     numbers_in.send_many([5, 5, 5])
        ...     await counts.reveal(1)
        ...     await counts.reveal(3)
        ...     await count_out.assert_yields_only([1, 3])
        >>> flow.sim().deterministic(body)

        Of a value per key: `reveal({"a": 1})`; keys that are not named stay as they were seen last.
        """
        await self._decide("reveal", version)

    @to_await
    async def reveal_next(self) -> None:
        """Let the tick see the next version, of a value per key the next of each key.

        >>> flow = FlowBuilder()
        >>> process, counts = flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = process.sim_input(int)
        >>> count = numbers.count().snapshot(process.tick(), nondet("any version", hook=counts))
        >>> count_out = count.all_ticks().sim_output()
        >>> async def body():
        ...     numbers_in.send(5)
        ...     await counts.reveal_next()
        ...     await counts.reveal_next()
        ...     await count_out.assert_yields_only([0, 1])
        >>> flow.sim().deterministic(body)
        """
        await self._decide("reveal_next")

    @to_await
    async def reveal_latest(self) -> None:
        """Let the tick see the newest version that there is when it runs.

        >>> flow = FlowBuilder()
        >>> process, counts = flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = process.sim_input(int)
        >>> count = numbers.count().snapshot(process.tick(), nondet("any version", hook=counts))
        >>> count_out = count.all_ticks().sim_output()
        >>> async def body():
        ...     numbers_in.send_many([5, 5])
        ...     await counts.reveal_latest()
        ...     await count_out.assert_yields_only([2])
        >>> flow.sim().deterministic(body)

        Which that is depends on what else has run before.
        """
        await self._decide("reveal_latest")

    @to_await
    async def reveal_absent(self, *keys: Any) -> None:
        """Let the tick see that an Optional holds no value, or that there are no such keys.

        >>> flow = FlowBuilder()
        >>> process, firsts = flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = process.sim_input(int)
        >>> tick = process.tick()
        >>> first = numbers.first().snapshot(tick, nondet("any version", hook=firsts))
        >>> first_out = first.into_singleton().all_ticks().sim_output()
        >>> async def body():
        ...     numbers_in.send(5)
        ...     await firsts.reveal_absent()
        ...     await firsts.reveal(5)
        ...     await first_out.assert_yields_only([None, 5])
        >>> flow.sim().deterministic(body)
        """
        await self._decide("reveal_absent", *keys)

    @to_await
    async def keep(self) -> None:
        """Let the tick, which runs for another reason, see what it saw last.

        >>> flow = FlowBuilder()
        >>> process, reads, counts = flow.process(), flow.sim_hook(), flow.sim_hook()
        >>> read_in, read = process.sim_input(str)
        >>> write_in, write = process.sim_input(str)
        >>> tick = process.tick()
        >>> reading = read.batch(tick, nondet("any size", hook=reads))
        >>> count = write.count().snapshot(tick, nondet("any version", hook=counts))
        >>> seen_out = reading.cross_singleton(count).all_ticks().sim_output()
        >>> async def body():
        ...     write_in.send("w")
        ...     read_in.send_many(["a", "b"])
        ...     counts.auto_pause()  # the count of 1 may wait
        ...     await counts.reveal(0)
        ...     await reads.release(1)
        ...     await counts.keep()
        ...     await reads.release(1)
        ...     await seen_out.assert_yields([("a", 0), ("b", 0)])
        >>> flow.sim().deterministic(body)
        """
        await self._decide("keep")
