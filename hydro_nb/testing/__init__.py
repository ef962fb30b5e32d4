"""For tests of flows: run a flow and get what reached a collection as a list."""

from __future__ import annotations

from hydro_nb.testing.collecting import collect

__all__ = ["collect"]
