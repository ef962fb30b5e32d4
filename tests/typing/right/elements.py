"""Element types flow through lambdas."""

from typing import assert_type

from hydro_nb import Bounded, ExactlyOnce, FlowBuilder, NoOrder, Process, Stream, TotalOrder, q


class Leader: ...


class Worker: ...


flow = FlowBuilder()
leader = flow.process(Leader)
worker = flow.process(Worker)
plain = flow.process()

numbers = leader.source_iter(q([1, 2, 3, 4]))
assert_type(numbers, Stream[int, Process[Leader], Bounded, TotalOrder, ExactlyOnce])
assert_type(numbers.map(lambda n: n * 10), Stream[int, Process[Leader], Bounded, TotalOrder, ExactlyOnce])
assert_type(numbers.map(q(lambda n: f"{n}")), Stream[str, Process[Leader], Bounded, TotalOrder, ExactlyOnce])
assert_type(numbers.map(lambda n: (n, n / 2)).map(lambda pair: pair[1]), Stream[float, Process[Leader], Bounded])
assert_type(numbers.filter(lambda n: n > 2), Stream[int, Process[Leader], Bounded])
assert_type(numbers.filter_map(lambda n: n if n > 2 else None), Stream[int, Process[Leader], Bounded])
assert_type(numbers.enumerate(), Stream[tuple[int, int], Process[Leader], Bounded])
assert_type(numbers.flat_map_ordered(lambda n: [str(n)]), Stream[str, Process[Leader], Bounded])
assert_type(numbers.flat_map_unordered(lambda n: {n}), Stream[int, Process[Leader], Bounded, NoOrder])
assert_type(numbers.partition(lambda n: n > 2)[0], Stream[int, Process[Leader], Bounded])
assert_type(numbers.map(lambda n: [n]).flatten_ordered(), Stream[int, Process[Leader], Bounded])
assert_type(leader.source_iter(lambda: ["a"]), Stream[str, Process[Leader], Bounded])

on_worker = numbers.send_bincode(worker)
assert_type(on_worker, Stream[int, Process[Worker]])
assert_type(numbers.send(plain), Stream[int, Process[None]])
on_worker.map(lambda n: n * 10).for_each(print)
on_worker.inspect(print).unique().for_each(q(print))
