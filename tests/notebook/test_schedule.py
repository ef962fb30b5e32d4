"""The picture of an execution: what is drawn where, and what a saved notebook keeps of it."""

import os
import re
import xml.etree.ElementTree as ET
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest
from executions import Counter, beating, crashing, failing, lossy, passing

from hydro_nb import SimulationFailure
from hydro_nb.notebook import still as stills
from hydro_nb.notebook.schedule import lay_out
from hydro_nb.notebook.schedule_svg import draw
from hydro_nb.notebook.still import still
from hydro_nb.notebook.told import told
from hydro_nb.sim.record import Lane, Message, Moment, Record, Value

KEPT = Path(__file__).parent / "snapshots" / "counter_schedule.svg"


@pytest.fixture(scope="module")
def failed():
    return failing()


def words(layout):
    return [(box.kind, layout.names[box.lane], [line.text for line in box.lines]) for box in layout.boxes]


def test_what_happened_stands_in_lanes(failed):
    assert words(lay_out(failed)) == [
        ("test", "test", ["increments \u2190 ()"]),
        ("run", "process 0", []),
        ("output", "process 0", ["acknowledged \u2192 ()"]),
        ("test", "test", ["requests \u2190 ()"]),
        ("run", "process 0", []),
        ("tick", "process 0", ["tick", "batch [()]", "count 0"]),
        ("run", "process 0", []),
        ("run", "process 1", []),
        ("output", "process 1", ["answered \u2192 0"]),
    ]


def test_a_tick_says_what_it_was_given_and_what_stayed_behind(failed):
    tick = next(box for box in lay_out(failed).boxes if box.kind == "tick")
    assert [(line.mark, line.held) for line in tick.lines] == [("title", 0), ("batch", 0), ("snapshot", 1)]
    assert "and not yet: 1" in tick.full


def test_time_goes_to_the_right_and_nothing_covers_another():
    for record in (failing(), lossy(), crashing(), beating()):
        layout = lay_out(record)
        for before, after in pairwise(layout.bands):
            assert before[2] < after[1]
        for lane in range(len(layout.names)):
            here = [box for box in layout.boxes if lane == (0 if box.kind == "output" else box.lane)]
            assert all(a.right < b.x for a, b in pairwise(here))
        assert all(arrow.begin[0] < arrow.end[0] for arrow in layout.arrows if 0 <= arrow.read != arrow.step)
        assert all(box.right < layout.width for box in layout.boxes)


def test_messages_lead_from_lane_to_lane(failed):
    layout = lay_out(failed)
    answer = next(arrow for arrow in layout.arrows if arrow.full.startswith("send"))
    assert answer.full == "send: process 0 \u2192 process 1\n0"
    assert (answer.fate, answer.label, answer.step, answer.read) == ("arrived", "0", 3, 3)
    assert layout.middles[1] < answer.begin[1] < answer.end[1] < layout.middles[2]


def test_messages_that_go_the_same_way_are_one_arrow():
    record = lossy()
    sent = next(arrow for arrow in lay_out(record).arrows if "numbers" in arrow.full)
    assert sent.full == "numbers: test \u2192 process 0\n7\n8"


def test_lost_and_late_messages_do_not_arrive():
    found = {(arrow.fate, arrow.label): arrow.full for arrow in lay_out(lossy()).arrows if "send" in arrow.full}
    assert set(found) == {("lost", "7"), ("late", "7"), ("arrived", "8")}
    assert found["lost", "7"] == "send: process 0 \u2192 process 1, lost\n7"
    svg = draw(lossy()).moments
    assert svg.count('class="cross"') == svg.count('class="late"') == 1


def test_what_nobody_has_read_is_open():
    record = Record(
        "flow",
        [Lane("test", "test"), Lane("a", "process"), Lane("b", "process")],
        [Moment("tick", 1, "tick of a runs")],
    )
    record.messages.append(Message("s", "send", 1, 2, 0, "7"))
    (arrow,) = lay_out(record).arrows
    assert (arrow.fate, arrow.read, arrow.full) == ("open", -1, "send: a \u2192 b, under way\n7")
    assert 'class="message open" data-step="0"><title>' in draw(record).moments


def test_what_one_sends_to_itself_goes_round():
    record = Record(
        "flow", [Lane("test", "test"), Lane("a", "cluster")], [Moment("tick", 1, "t"), Moment("run", 1, "r")]
    )
    record.messages.append(Message("s", "send", 1, 1, 0, "7", read=1))
    (arrow,) = lay_out(record).arrows
    assert arrow.loop
    assert arrow.begin[0] < arrow.end[0]


def test_a_crash_is_seen_and_the_lane_is_down_after_it():
    layout = lay_out(crashing())
    crash = next(box for box in layout.boxes if box.kind == "fault")
    assert [line.text for line in crash.lines] == ["crashes"]
    assert crash.full.endswith(" crashes\nwhich need not have happened")
    (gap,) = layout.gaps
    assert (gap.lane, gap.left, gap.right) == (crash.lane, crash.right, layout.width)


def test_a_member_that_joins_was_not_there_before():
    moments = [
        Moment("fault", 1, "w/0 joins"),
        Moment("fault", 1, "w/0 crashes"),
        Moment("fault", 1, "w/0 starts again"),
    ]
    layout = lay_out(Record("flow", [Lane("test", "test"), Lane("w/0", "cluster")], moments))
    joined, crashed, again = layout.boxes
    assert [(gap.left, gap.right) for gap in layout.gaps] == [(0.0, joined.x), (crashed.right, again.x)]


def test_the_time_stands_over_the_step_in_which_it_comes():
    layout = lay_out(beating())
    assert [text for _, text in layout.times] == ["1 s", "1.5 s"]
    assert [line.text for box in layout.boxes if box.kind == "time" for line in box.lines] == [
        "source_interval fires",
        "source_interval fires",
        "1.5 s have passed",
    ]


def test_long_texts_are_cut_and_stand_whole_in_the_tip():
    value = "x" * 1000
    moments = [Moment("test", 0, f"the test sends {value}")]
    svg = draw(Record("flow", [Lane("test", "test"), Lane("a", "process")], moments)).moments
    assert svg.count(value) == 1
    assert f"<title>the test sends {value}</title>" in svg


def test_texts_of_users_are_text():
    moments = [Moment("test", 0, "<script>alert(1)</script>")]
    bundle = still(Record("<b>", [Lane("<i>", "test")], moments, failure="<u>no</u>"))
    for text in (bundle["text/html"], bundle["image/svg+xml"]):
        assert not re.search("<script|<b>|<i>|<u>", text)
    ET.fromstring(bundle["image/svg+xml"])


@pytest.mark.parametrize("make", [failing, passing, lossy, crashing, beating])
def test_both_pictures_are_svg(make):
    record = make()
    picture = draw(record)
    for svg in (picture.names, picture.moments, picture.whole, still(record)["image/svg+xml"]):
        ET.fromstring(svg)
    steps = {int(each) for each in re.findall(r'data-step="(\d+)"', picture.moments)}
    assert steps == set(range(len(told(record)["steps"])))


def test_the_drawing(failed):
    lines = re.sub(r"(?=<(?:g|rect class|path class=.lane|svg))", "\n", draw(failed).whole).strip() + "\n"
    if os.environ.get("HYDRO_NB_UPDATE"):
        KEPT.write_text(lines)
    assert lines == KEPT.read_text()


def test_a_saved_notebook_keeps_names_apart_from_what_scrolls(failed):
    bundle = still(failed, "id1")
    page = bundle["text/html"]
    assert 'data-hydro-static="id1"' in page
    assert page.index('class="hydro-schedule names"') < page.index('class="hydro-schedule moments"')
    assert "counter: AssertionError: Stream yielded unexpected message: 0, expected: 1 in 5 steps" in unescape(page)
    assert "light-dark(" in page
    assert bundle["text/plain"].splitlines()[1].startswith("1. the test sends () into `increments`")


def test_the_still_picture_has_the_rules_of_the_player():
    own = (stills.STATIC / "schedule_picture.css").read_text().strip()
    assert stills.style().endswith(own)
    assert all(rule.startswith(".hydro-schedule") for rule in stills.style().split("}") if rule)
    assert ".hydro-schedule{--bg" not in stills.style(), "it would be a rule for the player beside it"
    used = set(re.findall(r"var\((--[a-z]+)", own)) - {"--tone", "--mono"}
    assert {name for name in used if f"{name}:" not in stills.COLOURS} == set()


def test_where_no_page_is_a_failure_says_what_happened():
    counter = Counter()
    with pytest.raises(SimulationFailure) as caught:
        counter.flow.sim().exhaustive(counter.read_after_write)
    assert "What happened:\n1. the test sends ()" in caught.value._render_traceback_()[0]
    assert caught.value.brief.startswith("`read_after_write` failed in execution 2 of an exhaustive search.\n")
    assert caught.value.brief.endswith("\n\nRun it again: flow.sim().replay(read_after_write, [0, 1])")
    assert SimulationFailure("only a line").brief == "only a line"


def test_of_a_long_execution_a_saved_notebook_keeps_the_end():
    moments = [Moment("test", 0, f"the test sends {number}") for number in range(1000)]
    bundle = still(Record("flow", [Lane("test", "test")], moments))
    assert "flow: passes in 1000 steps, shown from step 701 on" in bundle["text/html"]
    assert bundle["text/html"].count("data-moment=") == 300
    assert re.findall(r'data-step="(\d+)"', bundle["image/svg+xml"])[0] == "700"


def test_an_empty_execution_is_drawn_too():
    assert "passes in 0 steps" in still(Record("flow", [Lane("test", "test")]))["text/html"]


def test_a_page_is_told_every_text_once(failed):
    data = told(failed)
    assert len(set(data["texts"])) == len(data["texts"])
    assert (data["test"], data["schedule"], data["decidable"]) == ("read_after_write", [0, 1], 2)
    (tick,) = (moment for moment in data["moments"] if moment["kind"] == "tick")
    gave = {data["operators"][operator]["label"]: data["texts"][text] for operator, text in tick["values"]}
    assert gave == {"batch": "()", "snapshot": "0", "cross_singleton": "((), 0)", "map": "0", "all_ticks": "0"}
    assert [each["reason"] for each in tick["decisions"]] == [
        "requests are answered one by one",
        "a stale count is good enough",
    ]


def test_long_values_are_cut_and_too_many_of_them_more():
    moments = [Moment("tick", 0, "t", values=[Value("s", 0, f"{number}{'x' * 5000}")]) for number in range(1500)]
    texts = told(Record("flow", [Lane("test", "test")], moments))["texts"]
    assert texts[0] == "0" + "x" * 3999 + "\u2026 (1001 more characters)"
    assert texts[-1] == "1499" + "x" * 196 + "\u2026 (4804 more characters)"
    assert sum(map(len, texts)) < 5_000_000
