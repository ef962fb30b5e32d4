"""Whether all executions of a simulated test come to the same, or each to the beginning of one sequence."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hydro_nb.errors import SimulationFailure, Site
from hydro_nb.lang.sim_execution import Bookmark, Probe
from hydro_nb.lang.sim_ports import current
from hydro_nb.lang.site import here

__tracebackhide__ = True
"""pytest shows the frames of the user"""
_PREFIX = "Prefix inconsistency: of what two executions gave, neither begins the other"
Outputs = list[Any]
Agree = Callable[[Outputs, Outputs], bool]


@dataclass(slots=True)
class _Run:
    """What one execution gave, and where it is found again."""

    outputs: Outputs
    mark: Bookmark
    site: Site


class ConsistencyCollector:
    """Collects what each execution of a test gives, to compare them when the search is over.

    >>> flow = FlowBuilder()
    >>> process = flow.process()
    >>> numbers_in, numbers = process.sim_input(int, order=NoOrder)
    >>> ordered_out = numbers.assume_ordering(nondet("compared below")).sim_output()
    >>> collector = ConsistencyCollector()
    >>> async def body():
    ...     numbers_in.send_many_unordered([1, 2])
    ...     collector.record_run(await ordered_out.collect())
    >>> flow.sim().exhaustive(body)
    2
    >>> collector.check_set_consistency()
    >>> collector.check_prefix_consistency()
    Traceback (most recent call last):
    hydro_nb.errors.SimulationFailure: Prefix inconsistency: of what two executions gave, neither begins the other.
    ...

    Of all executions it keeps two at most for each check.
    """

    def __init__(self) -> None:
        self._longest: _Run | None = None
        self._first: _Run | None = None
        self._forked: tuple[_Run, _Run] | None = None
        self._differ: tuple[_Run, _Run] | None = None
        self._heard: list[Outputs] | None = None
        """what executions give that are run again for a report"""

    def record_run(self, outputs: Iterable[Any]) -> None:
        """Collect what this execution gives; called in the body of a test.

        >>> flow = FlowBuilder()
        >>> numbers_in, numbers = flow.process().sim_input(int)
        >>> numbers_out, collector = numbers.sim_output(), ConsistencyCollector()
        >>> async def body():
        ...     numbers_in.send(1)
        ...     collector.record_run(await numbers_out.collect())
        >>> flow.sim().exhaustive(body)
        1
        >>> collector.check_prefix_consistency()
        """
        items = _items(outputs)
        if self._heard is not None:
            self._heard.append(items)
            return
        execution = current("", "record_run", "a ConsistencyCollector")
        run = _Run(items, execution.bookmark(), here())
        self._first = self._first or run
        self._longest = self._longest or run
        if self._differ is None and not _same_set(self._first.outputs, items):
            self._differ = self._first, run
        if self._forked is None and not _in_line(self._longest.outputs, items):
            self._forked = self._longest, run
        if len(items) > len(self._longest.outputs):
            self._longest = run

    def check_prefix_consistency(self) -> None:
        """Raise `SimulationFailure` unless what each execution gave is the beginning of one sequence.

        >>> ConsistencyCollector().check_prefix_consistency()
        Traceback (most recent call last):
        hydro_nb.errors.SimulationFailure: nothing was collected: no execution came to `record_run`.
        """
        self._check(
            self._forked, "Prefix inconsistency: of what two executions gave, neither begins the other", _in_line
        )

    def check_set_consistency(self) -> None:
        """Raise `SimulationFailure` unless all executions gave the same elements, in whatever order, however often.

        >>> ConsistencyCollector().check_set_consistency()
        Traceback (most recent call last):
        hydro_nb.errors.SimulationFailure: nothing was collected: no execution came to `record_run`.
        """
        self._check(self._differ, "Set inconsistency: two executions gave different elements", _same_set)

    # ------------------------------------------------------------ what a user reads

    def _check(self, pair: tuple[_Run, _Run] | None, what: str, agree: Agree) -> None:
        if self._first is None:
            raise SimulationFailure("nothing was collected: no execution came to `record_run`.")
        if pair is None:
            return
        alike, unlike = self._probe(lambda outputs: outputs == pair[0].outputs), pair[1]
        one = _Run(pair[0].outputs, pair[0].mark.plainest(alike), pair[0].site)
        gives: list[Outputs] = [unlike.outputs]
        differs = self._probe(lambda outputs: not agree(one.outputs, outputs), gives)
        other = _Run(unlike.outputs, unlike.mark.plainest(differs), unlike.site)
        records = one.mark.recorded(alike, f"gives {one.outputs!r}"), other.mark.recorded(differs, "")
        other.outputs = gives[0]
        records[1].failure = records[1].failure or f"gives {other.outputs!r}, another execution {one.outputs!r}"
        raise self._failure(what, one, other, records, differs)

    def _failure(
        self, what: str, one: _Run, other: _Run, records: tuple[Any, Any], differs: Probe
    ) -> SimulationFailure:
        """Make what a user reads of two executions that do not agree."""
        failure = SimulationFailure(_told(what, one, other, records))
        failure.schedule, failure.record, failure.beside = other.mark.schedule, records[1], records[0]
        failure.why = lambda: other.mark.explained(records[1], differs)
        return failure

    def _probe(self, holds: Callable[[Outputs], object], given: list[Outputs] | None = None) -> Probe:
        """Make what runs an execution whose outputs are not collected, and says whether something holds of them."""

        def probe(run: Callable[[], object]) -> bool:
            before, heard = self._heard, list[Outputs]()
            self._heard = heard
            try:
                run()
            finally:
                self._heard = before
            fitting = [outputs for outputs in heard if holds(outputs)]
            if fitting and given is not None:
                given[:] = fitting[:1]
            return bool(fitting)

        return probe


def _told(what: str, one: _Run, other: _Run, records: tuple[Any, Any]) -> str:
    name, calls = one.mark.name, (one.mark.schedule, other.mark.schedule)
    lines = [f"{what}.", f"  {one.site}"]
    lines += [f"  one:     {one.outputs!r}", f"  another: {other.outputs!r}"]
    for word, run, record in zip(("one", "the other"), (one, other), records, strict=True):
        lines += ["", f"What happened in {word}:", run.mark.told(record)]
    again = " and ".join(f"{one.mark.simulation}.replay({name}, {list(schedule)})" for schedule in calls)
    return "\n".join([*lines, "", f"Run them again: {again}"])


def _items(outputs: Any) -> Outputs:
    """Read what an execution gives."""
    if inspect.iscoroutine(outputs):
        outputs.close()
        raise SimulationFailure(
            f"`record_run` was given something that is to be awaited.\n  {here()}\n"
            "  Write `await` before it: collector.record_run(await port.collect())"
        )
    try:
        return list(outputs)
    except TypeError:
        raise SimulationFailure(
            f"`record_run` takes a list of what an execution gives, but was given {outputs!r}.\n  {here()}\n"
            f"  Write a list also where it is one thing: collector.record_run([{outputs!r}])"
        ) from None


def _in_line(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether one of two sequences begins the other."""
    return all(left == right for left, right in zip(one, other, strict=False))


def _same_set(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether two sequences have the same elements."""
    return one == other or (all(each in other for each in one) and all(each in one for each in other))
