"""The same work in other packages, where they are installed, each in an interpreter of its own.

Run as `python -m hydro_nb.bench.others PACKAGE CASE COUNT`; each prints when it begins and when it has done the last.
Each is used as its documentation says, with the batches and the sources that are its fastest.
"""

# what these packages hand to a function is known to nobody
# pyright: reportUnknownLambdaType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from hydro_nb.bench.fresh import said_by
from hydro_nb.bench.work import done, events, left, lines, mark, right

SHARES = {"bytewax": 0.1, "pathway": 0.1, "reactivex": 0.05, "streamz": 0.01}
"""package -> the share of the items that it is given: slower ones fewer, since it is a rate that is asked for"""
TARGETS = frozenset(["P1", "P2", "P3", "P4"])
"""those at which they are measured"""
BATCH = 1024


def ratios(case: str, count: int, by_hand: float) -> Mapping[str, float]:
    """Give the ratio of each package to the work by hand, of which one item takes so many seconds."""
    found: dict[str, float] = {}
    for package, share in SHARES.items():
        if case in CASES[package] and find_spec(package) is not None:
            items = int(count * share)
            marks = {word: float(rest[0]) for word, *rest in said_by("others", package, case, items) if rest}
            found[package] = by_hand * items / (marks["last"] - marks["first"])
    return found


def missing() -> list[str]:
    """Name those that are not installed here."""
    return [package for package in SHARES if find_spec(package) is None]


# ---------------------------------------------------------------- bytewax


def _bytewax(source: list[Any] | range, build: Callable[[Any, Any], Any], see: Callable[[int, Any], int]) -> None:
    """Run a dataflow of one worker into a sink that folds whole batches."""
    operators, dataflow = import_module("bytewax.operators"), import_module("bytewax.dataflow").Dataflow("bench")
    sinks, testing = import_module("bytewax.outputs"), import_module("bytewax.testing")

    class Partition(sinks.StatelessSinkPartition):
        total = 0

        def write_batch(self, items: list[Any]) -> None:
            total = self.total
            for item in items:
                total = see(total, item)
            self.total = total

        def close(self) -> None:
            done(self.total)

    class Sink(sinks.DynamicSink):
        def build(self, *_: Any) -> Partition:
            return Partition()

    given = operators.input("in", dataflow, testing.TestingSource(source, batch_size=BATCH))
    operators.output("out", build(operators, given), Sink())
    mark("first")
    testing.run_main(dataflow)


def _bytewax_one_process(count: int) -> None:
    def build(op: Any, numbers: Any) -> Any:
        kept = op.filter("even", op.map("first", numbers, lambda x: x * 3 + 1), lambda x: x % 2 == 0)
        return op.map("last", kept, lambda x: x ^ 0x5555)

    _bytewax(range(count), build, lambda total, x: total + x)


def _bytewax_word_count(count: int) -> None:
    def build(op: Any, text: Any) -> Any:
        return op.count_final("count", op.flat_map("split", text, lambda line: line.split()), lambda word: word)

    _bytewax(lines(count), build, lambda total, pair: total + len(pair[0]) * pair[1])


def _bytewax_running_fold(count: int) -> None:
    def build(op: Any, numbers: Any) -> Any:
        return op.stateful_map("sum", numbers, lambda total, n: ((total or 0) + n,) * 2)

    _bytewax(events(count, 1000), build, lambda total, pair: total ^ pair[1])


def _bytewax_join(count: int) -> None:
    def build(op: Any, many: Any) -> Any:
        testing = import_module("bytewax.testing")
        few = op.input("few", many.flow(), testing.TestingSource(_texts(right(count)), batch_size=BATCH))
        return op.join("join", many, few, insert_mode="product", emit_mode="running")

    _bytewax(_texts(left(count)), build, lambda total, match: total + (match[1][0] is not None))


def _texts(items: list[tuple[int, int]]) -> list[tuple[str, int]]:
    """Give the keys as texts, which is what bytewax takes."""
    return [(str(key), value) for key, value in items]


# ---------------------------------------------------------------- pathway


def _pathway(build: Callable[[Any], Any]) -> None:
    pw = import_module("pathway")
    mark("first")
    pw.io.null.write(build(pw))
    pw.run(monitoring_level=pw.MonitoringLevel.NONE)
    done(0)


def _table(pw: Any, rows: list[tuple[Any, ...]], **types: type) -> Any:
    return pw.debug.table_from_rows(pw.schema_from_types(**types), rows)


def _pathway_one_process(count: int) -> None:
    def build(pw: Any) -> Any:
        numbers = _table(pw, [(n,) for n in range(count)], x=int)
        first = numbers.select(x=pw.this.x * 3 + 1).filter(pw.this.x % 2 == 0)
        return first.select(x=pw.this.x ^ 0x5555).reduce(total=pw.reducers.sum(pw.this.x))

    _pathway(build)


def _pathway_word_count(count: int) -> None:
    def build(pw: Any) -> Any:
        text = _table(pw, [(line,) for line in lines(count)], line=str)
        words = text.select(word=pw.apply_with_type(str.split, list[str], pw.this.line)).flatten(pw.this.word)
        return words.groupby(pw.this.word).reduce(pw.this.word, count=pw.reducers.count())

    _pathway(build)


def _pathway_join(count: int) -> None:
    def build(pw: Any) -> Any:
        many = _table(pw, [*left(count)], key=int, value=int)
        few = _table(pw, [*right(count)], key=int, value=int)
        return many.join(few, many.key == few.key).select(many.value, other=few.value)

    _pathway(build)


# ---------------------------------------------------------------- reactivex


def _reactivex(items: Any, *operators: Callable[[Any], Any]) -> None:
    rx, ops = import_module("reactivex"), import_module("reactivex.operators")
    mark("first")
    rx.from_iterable(items).pipe(*(each(ops) for each in operators)).subscribe(done)


def _reactivex_one_process(count: int) -> None:
    _reactivex(
        range(count),
        lambda ops: ops.map(lambda x: x * 3 + 1),
        lambda ops: ops.filter(lambda x: x % 2 == 0),
        lambda ops: ops.map(lambda x: x ^ 0x5555),
        lambda ops: ops.reduce(lambda total, x: total + x, 0),
    )


def _reactivex_word_count(count: int) -> None:
    def words(ops: Any) -> Any:
        from_iterable = import_module("reactivex").from_iterable
        return ops.flat_map(lambda line: from_iterable(line.split()))

    def counts(ops: Any) -> Any:
        return ops.reduce(lambda counts, word: _added(counts, word, 1), {})

    _reactivex(lines(count), words, counts, lambda ops: ops.map(len))


def _reactivex_running_fold(count: int) -> None:
    def sums(ops: Any) -> Any:
        return ops.scan(lambda both, pair: (_added(both[0], *pair), pair[0]), ({}, ""))

    def seen(ops: Any) -> Any:
        return ops.reduce(lambda total, both: total ^ both[0][both[1]], 0)

    _reactivex(events(count, 1000), sums, seen)


def _added(totals: dict[str, int], key: str, n: int) -> dict[str, int]:
    totals[key] = totals.get(key, 0) + n
    return totals


# ---------------------------------------------------------------- streamz


def _streamz(items: Any, build: Callable[[Any], Any]) -> None:
    stream = import_module("streamz").Stream()
    seen: list[Any] = [None]
    build(stream).sink(lambda value: seen.__setitem__(0, value))
    mark("first")
    for item in items:
        stream.emit(item)
    done(0)


def _streamz_one_process(count: int) -> None:
    def build(numbers: Any) -> Any:
        kept = numbers.map(lambda x: x * 3 + 1).filter(lambda x: x % 2 == 0).map(lambda x: x ^ 0x5555)
        return kept.accumulate(lambda total, x: total + x, start=0)

    _streamz(range(count), build)


def _streamz_word_count(count: int) -> None:
    def build(text: Any) -> Any:
        words = text.map(lambda line: line.split()).flatten()
        return words.accumulate(lambda counts, word: _added(counts, word, 1), start={})

    _streamz(lines(count), build)


def _streamz_running_fold(count: int) -> None:
    def build(numbers: Any) -> Any:
        return numbers.accumulate(lambda sums, pair: _added(sums, *pair), start={})

    _streamz(events(count, 1000), build)


Cases = Mapping[str, Callable[[int], None]]
CASES: dict[str, Cases] = {
    "bytewax": {
        "one_process": _bytewax_one_process,
        "word_count": _bytewax_word_count,
        "running_fold": _bytewax_running_fold,
        "join": _bytewax_join,
    },
    "pathway": {"one_process": _pathway_one_process, "word_count": _pathway_word_count, "join": _pathway_join},
    "reactivex": {
        "one_process": _reactivex_one_process,
        "word_count": _reactivex_word_count,
        "running_fold": _reactivex_running_fold,
    },
    "streamz": {
        "one_process": _streamz_one_process,
        "word_count": _streamz_word_count,
        "running_fold": _streamz_running_fold,
    },
}
"""package -> the works that it can do -> what does them"""

if __name__ == "__main__":
    CASES[sys.argv[1]][sys.argv[2]](int(sys.argv[3]))
