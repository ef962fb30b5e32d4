"""For tests of flows: what reaches a collection as a list, and faults that strike beside a flow."""

from __future__ import annotations

from hydro_nb.testing.chaos import Chaos, chaos
from hydro_nb.testing.collecting import collect

__all__ = ["Chaos", "chaos", "collect"]
