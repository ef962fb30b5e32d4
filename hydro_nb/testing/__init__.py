"""For tests of flows: what reaches a collection as a list, faults beside a flow, exercises that check themselves."""

from __future__ import annotations

from hydro_nb.testing.chaos import Chaos, chaos
from hydro_nb.testing.checking import check
from hydro_nb.testing.collecting import collect
from hydro_nb.testing.exercises import answered, exercise, expect
from hydro_nb.testing.verdict import Verdict

__all__ = ["Chaos", "Verdict", "answered", "chaos", "check", "collect", "exercise", "expect"]
