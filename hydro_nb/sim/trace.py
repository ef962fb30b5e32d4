"""A schedule as readable text: each step, what each place of choice let through, with the user's line and reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from hydro_nb.errors import Site
from hydro_nb.ir.node import Node

_WIDEST = 400
_MOST = 200


@dataclass(slots=True)
class Decision:
    """What one place let through."""

    phrase: str
    site: Site
    reason: str


@dataclass(slots=True)
class Step:
    """One thing that happened: a tick that ran, an element that was put into order, a message of the test."""

    title: str
    site: Site | None = None
    decisions: list[Decision] = field(default_factory=list[Decision])


@dataclass(slots=True)
class Trace:
    """All that happened in one execution.

    >>> trace = Trace()
    >>> trace.step("tick 1 of process 0")
    >>> print(trace.text())
    1. tick 1 of process 0
    """

    steps: list[Step] = field(default_factory=list[Step])

    def step(self, title: str, site: Site | None = None) -> None:
        """Begin a step."""
        self.steps.append(Step(title, site))

    def decided(self, node: Node, phrase: str) -> None:
        """Add a decision to the step under way."""
        if not self.steps:
            self.step("the flow starts")
        reason = getattr(node.op, "reason", "")
        self.steps[-1].decisions.append(Decision(phrase, node.site, reason))

    def text(self) -> str:
        """Write it all down, the middle left out where it is long."""
        lines = [line for number, step in enumerate(self.steps, 1) for line in _lines(number, step)]
        if len(lines) <= 2 * _MOST:
            return "\n".join(lines)
        left_out = len(lines) - 2 * _MOST
        return "\n".join([*lines[:_MOST], f"... {left_out} lines left out ...", *lines[-_MOST:]])


def _lines(number: int, step: Step) -> Iterator[str]:
    place = f"      {_place(step.site)}" if step.site else ""
    yield f"{number}. {_short(step.title)}{place}"
    for decision in step.decisions:
        yield f"     {_short(decision.phrase)}"
        yield f"       at {_place(decision.site)}"
        if decision.reason:
            yield f"       where any outcome is right, as: {_short(decision.reason)}"


def _place(site: Site) -> str:
    return " ".join(str(site).split())


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _WIDEST else f"{text[:_WIDEST]}..."


def shown(value: Any) -> str:
    """Write a value, also one that cannot say what it is.

    >>> shown([1])
    '[1]'
    """
    if type(value) is list:
        return f"[{', '.join(map(shown, cast('list[Any]', value)))}]"
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 - a user's own `__repr__` may raise anything
        return f"<{type(value).__name__}>"
