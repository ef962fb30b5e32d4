"""What a failure says in words."""

from __future__ import annotations

from hydro_nb.deploy.failure import explain, with_text
from hydro_nb.errors import Site
from hydro_nb.wire import Problem

LINE = Site("In[3]", 4, "words.map(lambda w: half(w))")
DEEPER = Site("In[1]", 2, "return n / 2")
FAILED = Problem(0, 0.0, "TypeError: no", "main.map.0", "map", LINE, "'a'", (Site("In[3]", 4), DEEPER))


def test_a_line_that_is_the_operators_own_is_said_once():
    assert with_text(FAILED).frames == (DEEPER,)
    assert explain("A", "failed", FAILED).splitlines() == [
        "process `A` failed: TypeError: no",
        "  in operator `map`, on element 'a'",
        f"  {LINE}",
        f"  {DEEPER}",
    ]


def test_frames_on_other_lines_stay_without_an_operator_to_blame():
    assert with_text(Problem(0, 0.0, "ValueError: no", frames=(DEEPER,))).frames == (DEEPER,)
