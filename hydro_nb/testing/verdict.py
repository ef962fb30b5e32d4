"""What a check says, as text and as a page shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import Literal

State = Literal["passed", "not yet", "open"]
MARKS: dict[State, str] = {"passed": "✓", "not yet": "✗", "open": "…"}
_COLOURS: dict[State, str] = {"passed": "#1d7f48", "not yet": "#c4232f", "open": "#66707a"}


@dataclass(frozen=True)
class Verdict:
    """What a check found: the state of an exercise, and a hint where the answer is not right yet.

    >>> Verdict("02.3", "A mean", "not yet", "For no readings there is none.")
    ✗ 02.3 not yet: A mean
    For no readings there is none.
    """

    name: str
    title: str
    state: State
    hint: str = ""
    note: str = ""
    """about the check itself, such as that nothing could be written down"""

    @property
    def passed(self) -> bool:
        """Whether the answer is right."""
        return self.state == "passed"

    def __repr__(self) -> str:
        head = f"{MARKS[self.state]} {self.name} {self.state}: {self.title}"
        return "\n".join(line for line in (head, self.hint, self.note) if line)

    def _repr_html_(self) -> str:
        mark = f'<span aria-hidden="true">{MARKS[self.state]}</span>'
        head = f"<div><b>{mark} {escape(self.name)} {self.state}:</b> {_html(self.title)}</div>"
        rest = "".join(
            f'<div style="white-space:pre-wrap">{_html(each)}</div>' for each in (self.hint, self.note) if each
        )
        style = f"border-left:4px solid {_COLOURS[self.state]};padding:.3em .8em"
        return f'<div role="status" style="{style}">{head}{rest}</div>'


def _html(text: str) -> str:
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", escape(text))
