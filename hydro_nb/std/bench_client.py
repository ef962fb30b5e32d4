"""Measuring a service by clients that each wait for one transaction at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Generic

from typing_extensions import TypeVar

from hydro_nb.errors import GraphError
from hydro_nb.lang.guarantees import AtLeastOnce, NoOrder, TotalOrder, Unbounded
from hydro_nb.lang.keyed_stream import KeyedStream
from hydro_nb.lang.location import Cluster, Process, TopLevel
from hydro_nb.lang.nondet import NonDet, asks_for, nondet, proof
from hydro_nb.lang.quote import inplace
from hydro_nb.lang.singleton import Singleton
from hydro_nb.lang.site import here
from hydro_nb.lang.stream import Stream
from hydro_nb.std.measures import (
    LatencyHistogram,
    RollingAverage,
    alone,
    latency_line,
    span,
    throughput_line,
    window,
)
from hydro_nb.std.membership import track_membership
from hydro_nb.values import CLUSTER_SELF_ID

__all__ = ["BenchResult", "bench_client", "print_bench_results"]

L = TypeVar("L", bound=TopLevel, default=Any)
T = TypeVar("T", default=Any)


@dataclass(frozen=True)
class BenchResult(Generic[L]):
    """What was measured, as it changes, where the clients are."""

    latency_histogram: Singleton[LatencyHistogram, L, Unbounded]
    throughput: Singleton[RollingAverage, L, Unbounded]
    """transactions in a second: one sample each second"""


@asks_for("nondet_window")
def bench_client(
    clients: L,
    workload: Callable[[L, Stream[tuple[int, T | None], L, Unbounded, NoOrder]], Stream[tuple[int, T], L, Any, Any]],
    transaction_cycle: Callable[
        [Stream[tuple[int, T], L, Unbounded, TotalOrder]], Stream[tuple[int, T], L, Unbounded, Any]
    ],
    num_clients_per_node: int,
    nondet_window: NonDet,
) -> BenchResult[L]:
    """Keep a service busy with so many virtual clients on a process, or on each member of a cluster, and measure.

    >>> from hydro_nb.std.bench_client import bench_client
    >>> flow = FlowBuilder()
    >>> clients, server = flow.process(), flow.process()
    >>> def count_to_five(_, last):
    ...     return last.map(lambda each: (each[0], (each[1] or 0) + 1)).filter(lambda each: each[1] <= 5)
    >>> def echo(requests):
    ...     return requests.send(server).send(clients)
    >>> measured = bench_client(clients, count_to_five, echo, 10, nondet("seconds of a clock"))
    >>> measured.latency_histogram.map(lambda histogram: histogram.samples).preview().rows
    [50]

    `workload` makes the next payload of each virtual client out of the result of its last, which is `None` at the
    start; `transaction_cycle` gives the result of each payload under the number of its client, by way of a network.
    Virtual clients have numbers of their own: on member `m` of a cluster from `m * num_clients_per_node` on. Each has
    one transaction under way. What is measured depends on the clock, and so needs a reason. Needs the package
    hdrhistogram.
    """
    _check(num_clients_per_node)
    handle, results = clients.forward_ref(Stream, order=NoOrder)
    starting: Stream[tuple[int, Any], L, Any, Any] = clients.source_iter(_starters(clients, num_clients_per_node))
    came = starting.weaken_ordering().chain(results)
    waits = nondet("each virtual client waits for its own transaction, whatever the others do", nondet_window)
    handle.complete(transaction_cycle(workload(clients, came).weaken_boundedness().assume_ordering(waits)))
    return BenchResult(_latencies(clients, came, nondet_window), _throughput(clients, results, nondet_window))


def print_bench_results(
    results: BenchResult[Any], aggregator: Process[Any], clients: Process[Any] | Cluster[Any]
) -> None:
    """Print, each second, latencies and throughput of all clients together.

    >>> from hydro_nb.std.bench_client import bench_client, print_bench_results
    >>> flow = FlowBuilder()
    >>> clients, server = flow.process(), flow.process()
    >>> def next_number(_, last):
    ...     return last.map(lambda each: (each[0], (each[1] or 0) + 1))
    >>> def echo(requests):
    ...     return requests.send(server).send(clients)
    >>> measured = bench_client(clients, next_number, echo, 10, nondet("seconds of a clock"))
    >>> print_bench_results(measured, server, clients)

    `Latency p50: 0.512 | p99 1.024 ms | p999 2.048 ms (1000 samples)`, and from the second sample on
    `Throughput: 980.00 - 1000.00 - 1020.00 requests/s`: the mean and the bounds that it is within in 99 of 100 cases,
    as many times as there are members of `clients` that have samples and have not left.
    """
    if results.throughput.location.place != clients.place:
        raise GraphError(
            f"`print_bench_results` was given results from {results.throughput.location!r}, but clients {clients!r}.\n"
            f"  {here()}\n  Give it the clients that the benchmark was made with."
        )
    seen = nondet("samples are only shown")
    encoded = results.latency_histogram.sample_every(1.0, seen).map(LatencyHistogram.encoded)
    averages = _of_present(_latest(results.throughput.sample_every(1.0, seen), aggregator), clients, seen)
    _print_each_second(_latest(encoded, aggregator), lambda sent: latency_line(map(LatencyHistogram, sent)), seen)
    _print_each_second(averages, throughput_line, seen)


def _check(num_clients_per_node: int) -> None:
    if type(num_clients_per_node) is not int or num_clients_per_node < 1:
        raise GraphError(
            f"`bench_client` needs a number of clients from 1 on, but was given {num_clients_per_node!r}.\n  {here()}"
        )
    if find_spec("hdrh") is None:
        raise GraphError(f'`bench_client` needs the package hdrhistogram: pip install "hydro_nb[bench]".\n  {here()}')


def _starters(clients: TopLevel, count: int) -> Callable[[], list[tuple[int, None]]]:
    """Make the function that gives the numbers of the virtual clients of a process or member."""

    def of_member() -> list[tuple[int, None]]:
        first: int = CLUSTER_SELF_ID.raw_id * count
        return [(first + number, None) for number in range(count)]

    def of_process() -> list[tuple[int, None]]:
        return [(number, None) for number in range(count)]

    return of_member if isinstance(clients, Cluster) else of_process


def _latencies(clients: TopLevel, came: Any, guard: NonDet) -> Singleton[LatencyHistogram, Any, Unbounded]:
    """Count how long it is from one turn of each virtual client to the next."""
    tick = clients.tick()
    now = tick.current_tick_instant(guard)
    timed = came.into_keyed().batch(tick, guard).cross_singleton(now)
    one = nondet("a virtual client waits for one transaction at a time", guard)
    spans = timed.all_ticks().assume_ordering(one).generator(-1.0, span).values()
    return spans.fold(LatencyHistogram, inplace(LatencyHistogram.record), commutative=proof("counts are sums"))


def _throughput(
    clients: TopLevel, results: Stream[Any, Any, Unbounded, NoOrder], guard: NonDet
) -> Singleton[RollingAverage, Any, Unbounded]:
    """Count the transactions of each second."""
    tick = clients.tick()
    done = results.batch(tick, guard).count()
    seconds = clients.source_interval(1.0).batch(tick, guard).count()
    turns = done.zip(seconds).zip(tick.current_tick_instant(guard)).all_ticks()
    return turns.fold((RollingAverage(), 0, -1.0), window).map(lambda current: current[0])


def _latest(samples: Any, aggregator: Process[Any]) -> Singleton[dict[Any, Any], Process[Any], Unbounded]:
    """Give the newest sample of each machine."""
    sent = samples.send(aggregator)
    machines: KeyedStream[Any, Any, Process[Any], Unbounded, TotalOrder, AtLeastOnce]
    machines = sent if isinstance(samples.location, Cluster) else sent.map(alone).into_keyed()
    return machines.reduce(lambda _, new: new, idempotent=proof("the newest stands")).into_singleton()


def _of_present(
    latest: Singleton[dict[Any, Any], Process[Any], Unbounded], clients: Process[Any] | Cluster[Any], guard: NonDet
) -> Singleton[dict[Any, Any], Process[Any], Unbounded]:
    """Leave out members that have gone: what they did is no longer done."""
    if not isinstance(clients, Cluster):
        return latest
    there = track_membership(latest.location.source_cluster_membership_stream(clients, guard)).into_singleton()
    return latest.zip(there).map(lambda both: {each: both[0][each] for each in both[0] if both[1].get(each)})


def _print_each_second(
    latest: Singleton[dict[Any, Any], Process[Any], Unbounded], line: Callable[[Any], str | None], guard: NonDet
) -> None:
    lines = latest.sample_every(1.0, guard).filter_map(lambda machines: line(machines.values()))
    lines.for_each(print, idempotent=proof("a line that is printed again says nothing new"))
