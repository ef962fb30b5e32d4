"""Mistakes with what must be waited for; each marked line breaks a rule that the editor must report."""

from collections.abc import Generator

from hydro_nb import FlowBuilder, nondet


async def fetch(n: int) -> str:
    return str(n)


def lines() -> Generator[None, str, None]:
    while True:
        print((yield))


leader = FlowBuilder().process()
numbers = leader.source_iter([1, 2, 3])
futures = numbers.map(fetch)
batch = futures.batch(leader.tick(), nondet("any"))

numbers.resolve_futures()  # wrong: numbers are nothing to wait for
numbers.resolve_futures_blocking()  # wrong: as above
leader.singleton(7).resolve_future_blocking()  # wrong: as above
batch.resolve_futures()  # wrong: in a tick
batch.timeout(1, nondet("any"))  # wrong: in a tick
numbers.timeout(1)  # wrong: no reason
futures.resolve_futures().enumerate()  # wrong: no order
numbers.flatten_stream_blocking()  # wrong in the editor: nothing to flatten
numbers.weaken_ordering().scan_async_blocking(0, lambda total, n: fetch(n))  # wrong: no order
numbers.map(str).weaken_retries().dest_sink(lines)  # wrong: repeats
numbers.dest_sink(lines)  # wrong in the editor: the generator takes strings
