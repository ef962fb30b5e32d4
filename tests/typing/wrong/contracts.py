"""Each marked line breaks what a signature promises: only the editor sees it before the function is used."""

from typing import Any

from hydro_nb import (
    AtLeastOnce,
    Bounded,
    FlowBuilder,
    KeyedSingleton,
    KeyedStream,
    Monotonic,
    NoOrder,
    Process,
    Singleton,
    Stream,
    TotalOrder,
)


class Leader: ...


class Worker: ...


flow = FlowBuilder()
leader, worker = flow.process(Leader), flow.process(Worker)


def answers(asked: KeyedStream[str, int, Process[Leader]]) -> Stream[int, Process[Leader]]:
    return asked.values()  # wrong: no order


def counts(asked: KeyedStream[str, int, Process[Leader]]) -> KeyedSingleton[str, int, Process[Leader], Bounded]:
    return asked.value_counts()  # wrong: it changes


def total(asked: Stream[int, Process[Leader]]) -> Singleton[int, Process[Leader], Monotonic]:
    return asked.fold(0, lambda sum_, n: sum_ + n)  # wrong: may shrink


def there(asked: Stream[int, Process[Leader]]) -> Stream[int, Process[Worker]]:
    return asked  # wrong: another place


def texts(asked: Stream[int, Process[Leader]]) -> Stream[str, Process[Leader]]:
    return asked.map(lambda n: n * 10)  # wrong: numbers


def once(asked: Stream[int, Process[Leader]]) -> Stream[int, Process[Leader]]:
    return asked.weaken_retries()  # wrong: repeats


def whole(asked: Stream[int, Process[Leader]]) -> Stream[int, Process[Leader], Bounded]:
    return asked  # wrong: never ends


def ordered(asked: Stream[int, Process[Any], Bounded, TotalOrder]) -> None:
    asked.for_each(print)


def any_order(asked: Stream[int, Process[Any], Bounded, NoOrder, AtLeastOnce]) -> None:
    asked.first()  # wrong: no order
    asked.count()  # wrong: repeats
    asked.fold(0, lambda sum_, n: sum_ + n)  # wrong: no proof


ordered(leader.source_iter([1]).weaken_ordering())  # wrong in the editor: no order
ordered(leader.source_iter([1]).send(worker))  # wrong in the editor: never ends
ordered(leader.source_iter(["a"]))  # wrong in the editor: texts
