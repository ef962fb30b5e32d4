"""The page of the course, which asks nothing."""

from __future__ import annotations

import re

from hydro_nb.course import LESSONS
from lessons.reading import shown

WRONG = {}


def shows(cells):
    assert shown(cells["progress"]).startswith("01 Processes")
    assert shown(cells["start-over"]) == "nothing to forget: no exercise was passed"
    assert " exercises passed" in shown(cells["progress"])
    page = cells["progress"].outputs[0]["data"]["text/html"]
    assert re.findall(r'href="(.*?)"', page) == [each.file for each in LESSONS], "each host finds files beside this one"
    assert not re.search(r"<script|--jp-|https?:", page), "no host is asked for more than a table"
