"""What a search has seen: how many executions, how fast, which outcomes, which places of choice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Literal

from hydro_nb.errors import Site

MOST_OUTCOMES = 100_000
"""Outcomes that are told apart; more are not counted, so that a long search needs no more memory."""
_LISTED = 20
_STYLE = "font:13px/1.45 var(--jp-ui-font-family,system-ui,sans-serif);font-variant-numeric:tabular-nums"
Ended = Literal["running", "complete", "failed", "stopped"]


@dataclass(frozen=True)
class ChoicePoint:
    """One place of the flow where a schedule may choose, and why any outcome is right there."""

    site: Site
    operator: str
    reason: str = ""

    def __str__(self) -> str:
        reason = f" ({self.reason})" if self.reason else ""
        return f"{self.site.short}: `{self.operator}`{reason}"


@dataclass(frozen=True)
class Report:
    """What a search has seen up to its end, or up to now.

    >>> report = Report("random search with seed=7", executions=300, seconds=0.5, outcomes=2, longest=4)
    >>> print(report)
    random search with seed=7, complete: 300 executions in 0.5 s (600/s), 2 distinct outcomes, at most 4 choices
    """

    how: str = "no search yet"
    executions: int = 0
    """how many counted; those that `continue_if` discarded do not"""
    discarded: int = 0
    redundant: int = 0
    """how many were begun and given up, as they could only go on as others did"""
    seconds: float = 0.0
    outcomes: int = 0
    """how many different things the test was given, as far as hashes tell"""
    longest: int = 0
    """how many choices the longest schedule has"""
    met: tuple[ChoicePoint, ...] = ()
    """the places of choice that something has reached in some execution"""
    unmet: tuple[ChoicePoint, ...] = ()
    ended: Ended = "complete"

    @property
    def rate(self) -> float:
        """Executions a second, with those that were discarded."""
        return (self.executions + self.discarded + self.redundant) / self.seconds if self.seconds else 0.0

    @property
    def line(self) -> str:
        """All of it but the places, in one line."""
        parts = [f"{_many(self.executions, 'execution')} in {self.seconds:.1f} s ({self.rate:,.0f}/s)"]
        if self.discarded:
            parts.append(f"{self.discarded:,} discarded")
        if self.redundant:
            parts.append(f"{self.redundant:,} given up as redundant")
        more = "or more " if self.outcomes >= MOST_OUTCOMES else ""
        parts.append(f"{self.outcomes:,} {more}distinct {'outcome' if self.outcomes == 1 else 'outcomes'}")
        parts.append(f"at most {_many(self.longest, 'choice')}")
        if points := len(self.met) + len(self.unmet):
            parts.append(f"{len(self.met)} of {_many(points, 'choice point')} met")
        return f"{self.how}, {self.ended}: {', '.join(parts)}"

    def as_html(self, doing: str = "") -> str:
        """Write it for a notebook, with what the search is doing.

        >>> Report("exhaustive search", executions=3).as_html("looking").count("looking")
        1
        """
        import html

        items = "".join(f"<li>{html.escape(str(point))}</li>" for point in self.unmet)
        unmet = f"<details><summary>{len(self.unmet)} never met</summary><ul>{items}</ul></details>" if items else ""
        lines = "".join(f"<div>{html.escape(line)}</div>" for line in (self.line, doing) if line)
        return f'<div class="hydro-static" style="{_STYLE}">{lines}{unmet}</div>'

    def _repr_html_(self) -> str:
        return self.as_html()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002, FBT001 - as IPython calls it
        printer.text(str(self))

    def __str__(self) -> str:
        lines = [self.line, *(f"  never met: {point}" for point in self.unmet[:_LISTED])]
        if len(self.unmet) > _LISTED:
            lines.append(f"  and {len(self.unmet) - _LISTED} more")
        return "\n".join(lines)


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


@dataclass(slots=True)
class Tally:
    """The counts of a search under way."""

    how: str
    executions: int = 0
    discarded: int = 0
    redundant: int = 0
    idle: int = 0
    """executions in which the test waited for nothing, though something could have happened"""
    longest: int = 0
    outcomes: set[int] = field(default_factory=set[int])
    started: float = field(default_factory=perf_counter)

    def report(self, ended: Ended, points: Iterable[tuple[ChoicePoint, bool]]) -> Report:
        """Give what was counted; of each place of choice whether it was met."""
        known = list(points)  # one of each member of a cluster
        met = {point for point, was_met in known if was_met}
        places = dict.fromkeys(point for point, _ in known)
        return Report(
            how=self.how,
            executions=self.executions,
            discarded=self.discarded,
            redundant=self.redundant,
            seconds=perf_counter() - self.started,
            outcomes=len(self.outcomes),
            longest=self.longest,
            met=tuple(point for point in places if point in met),
            unmet=tuple(point for point in places if point not in met),
            ended=ended,
        )
