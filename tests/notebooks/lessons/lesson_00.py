"""The page of the course, which asks nothing."""

from __future__ import annotations

from lessons.reading import shown

WRONG = {}


def shows(cells):
    assert shown(cells["progress"]).startswith("01 Processes")
    assert shown(cells["start-over"]) == "nothing to forget: no exercise was passed"
    assert " exercises passed" in shown(cells["progress"])
