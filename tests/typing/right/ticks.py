"""Ticks, samples, cycles, ports, and guarantees that weaken by themselves."""

from typing import Any, assert_type

from hydro_nb import (
    TCP,
    AtLeastOnce,
    Bounded,
    ExactlyOnce,
    FlowBuilder,
    NoOrder,
    Optional,
    Process,
    Singleton,
    Stream,
    Tick,
    TotalOrder,
    Unbounded,
    nondet,
)
from hydro_nb.types import u32


class Leader: ...


flow = FlowBuilder()
leader, worker = flow.process(Leader), flow.process()
numbers = leader.source_iter([1, 2, 3])
tick = leader.tick()
batch = numbers.batch(tick, nondet("any"))
assert_type(batch, Stream[int, Tick[Process[Leader]], Bounded])
assert_type(batch.all_ticks(), Stream[int, Process[Leader], Unbounded])
assert_type(batch.count().all_ticks(), Stream[int, Process[Leader], Unbounded])
latest = batch.count().latest()
assert_type(latest.unwrap_or(leader.singleton(0)), Singleton[int, Process[Leader], Unbounded])
assert_type(numbers.count().snapshot(tick, nondet("any")), Singleton[int, Tick[Process[Leader]], Bounded])
assert_type(numbers.cross_singleton(numbers.count()), Stream[tuple[int, int], Process[Leader], Bounded])

live = numbers.send(worker, TCP.fail_stop().bincode().name("numbers"))
assert_type(
    live.count().sample_every(1, nondet("shown")), Stream[int, Process[None], Unbounded, TotalOrder, AtLeastOnce]
)
assert_type(live.merge_unordered(live.map(str)), Stream[int | str, Process[None], Unbounded, NoOrder])
assert_type(numbers.chain(numbers.map(str)), Stream[int | str, Process[Leader], Bounded])

handle, replies = leader.forward_ref(Stream, of=int, order=NoOrder)
assert_type(replies, Stream[int, Process[Leader], Unbounded, NoOrder, ExactlyOnce])
handle.complete(live.send(leader))

client = flow.external()
port, requests = leader.source_external(client, str)
assert_type(requests, Stream[str, Process[Leader]])
requests.send_external(client)
sender, inputs = leader.sim_input(int, order=NoOrder)
assert_type(inputs, Stream[int, Process[Leader], Unbounded, NoOrder])


async def body() -> None:
    sender.send(3)


assert_type(live.typed(u32), Stream[Any, Process[None]])
assert_type(requests.map(lambda text: text.split()).typed(list[str]).flatten_ordered(), Stream[str, Process[Leader]])


def weaker(stream: Stream[int, Process[Any], Unbounded, NoOrder, AtLeastOnce]) -> None:
    stream.unique()


def growing(value: Singleton[int, Process[Any], Unbounded]) -> Optional[int, Process[Any], Unbounded]:
    return value.filter(lambda n: n > 3)


weaker(live)
growing(live.count())
