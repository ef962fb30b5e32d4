"""What the page is told, and how often."""

import os

import pytest
from drawn import Ticker

from hydro_nb import TCP, FlowBuilder, nondet
from hydro_nb.notebook.feed import FAULTS_SHOWN, LOG_BYTES, SAMPLE_TEXT, Feed, pack, sample
from hydro_nb.notebook.pace import FAST, Pace
from hydro_nb.telemetry import state as telemetry
from hydro_nb.telemetry.state import FaultRow
from hydro_nb.wire import Counts, Entered, LogLine, Problem, Sample, Skipped, SkippedElement


class Leader: ...


class Worker: ...


@pytest.fixture
def ticker():
    return Ticker()


@pytest.fixture
def feed(ticker):
    return Feed(ticker.graph)


def line(text, stream="stdout", location="Reader"):
    return LogLine(location, None, stream, "info", 12.5, text)


def test_a_tick_tells_only_what_changed(ticker, feed):
    ticker.apply(Counts(0, 1.0, {"a": 1, "b": 2}, {"a": [Sample(1.0, "x", "str")]}, {"v": Sample(1.0, "7", "int")}))
    content, buffers = feed.snapshot(ticker.state, [], 1.0)
    assert (content["kind"], content["totals"]) == ("snapshot", {"a": 1, "b": 2})
    assert content["samples"] == {"a": [{"time": 1.0, "text": "x", "type": "str"}]}
    assert content["values"] == {"v": {"time": 1.0, "text": "7", "type": "int"}}
    ticker.apply(Counts(0, 2.0, {"a": 1, "b": 3}))
    content, buffers = feed.tick(ticker.state, [], 2.0)
    assert (content["totals"], content["samples"], content["values"], buffers) == ({"b": 3}, {}, {}, [])


def test_a_snapshot_tells_everything_again(ticker, feed):
    ticker.apply(Counts(0, 1.0, {"a": 1}, {"a": [Sample(1.0, "x", "str")]}))
    first, _ = feed.snapshot(ticker.state, [], 1.0)
    again, _ = feed.snapshot(ticker.state, [], 1.0)
    assert first == again


def test_a_brief_tick_has_numbers_alone_and_owes_the_rest(ticker, feed):
    ticker.apply(Counts(0, 1.0, {"a": 1}, {"a": [Sample(1.0, "x", "str")]}))
    content, buffers = feed.tick(ticker.state, [line("x")], 1.0, brief=True)
    assert (set(content), buffers) == ({"kind", "time", "totals", "estimates"}, [])
    content, _ = feed.tick(ticker.state, [], 2.0)
    assert content["samples"]


def test_lines_travel_as_one_text_of_which_the_newest_fit():
    head, text = pack([line("one\ttwo"), line("bad\nline", "stderr", "Ranker")])
    assert head == {"names": ["Ranker", "Reader"], "dropped": 0}
    assert text.decode() == "1\to\tinfo\t12.500\tone\ttwo\n0\te\tinfo\t12.500\tbad\u2424line"
    head, text = pack([line("x" * 1000 + str(n)) for n in range(1000)])
    assert len(text) <= LOG_BYTES
    assert head["dropped"] == 1000 - text.count(b"\n") - 1
    assert text.endswith(b"x999")


def test_text_that_is_no_unicode_does_not_stop_the_feed():
    _, text = pack([line("\ud800")])
    assert text.endswith(b"\t?")


def test_long_samples_are_cut():
    told = sample(Sample(1.0, "x" * 1000, "str"))
    assert (len(told["text"]), told["text"][-3:]) == (SAMPLE_TEXT, "...")


def test_rows_have_rates_from_one_moment_to_the_next(ticker, feed):
    ticker.apply(Entered(0, "running", 77, 1000.0))
    ticker.apply(Counts(0, 1.0, {"main.send.0": 100}, cpu=1.0, memory=5))
    feed.traits(ticker.state, 1.0)
    ticker.apply(Counts(0, 2.0, {"main.send.0": 300}, cpu=1.5, memory=6, queued=3))
    reader, splitter, ranker = feed.traits(ticker.state, 2.0)["processes"]
    assert (reader["name"], reader["pid"], reader["phase"], reader["memory"], reader["queued"]) == (
        "Reader",
        77,
        "running",
        6,
        3,
    )
    assert (reader["cpu"], reader["rate"]) == (0.5, 200.0)
    assert (splitter["rate"], ranker["rate"]) == (200.0, 0.0)


def test_what_was_discarded_survives_a_reload_of_the_page(ticker, feed):
    ticker.apply(Counts(0, 1.0, {}, discarded={"main.send.0": 3}))
    assert feed.traits(ticker.state, 2.0)["discarded"] == {"main.send.0": 3}


def test_problems_name_their_process(ticker, feed):
    ticker.apply(Problem(1, 3.0, "ValueError: no", "main.map.0", "map", element="'x'"))
    (problem,) = feed.traits(ticker.state, 4.0)["problems"]
    assert (problem["process"], problem["op"], problem["element"], problem["fatal"]) == ("Splitter", "map", "'x'", True)


def test_nobody_is_told_before_hello():
    assert not Pace().due(100.0)


def test_fresh_answers_keep_it_fast():
    pace, told = Pace(), 0
    pace.hello()
    for step in range(800):
        now = step * 0.0125
        if pace.due(now):
            pace.ack(pace.sent(now))
            told += 1
    assert told <= 10.0 / FAST + 10
    assert told >= 10.0 / FAST - 1


def test_late_answers_slow_it_down_and_none_ends_it():
    pace, told = Pace(), []
    pace.hello()
    for step in range(4000):
        now = step * 0.0125
        if pace.due(now):
            pace.sent(now)
            told.append(now)
    assert sum(now < 1.5 for now in told) >= 10
    assert 6 <= sum(1.5 <= now < 5.0 for now in told) <= 8
    assert 23 <= sum(now >= 5.0 for now in told) <= 28
    assert (max(told) <= 30.1, pace.listening) == (True, False)
    pace.hello()
    assert pace.due(50.0)


def test_an_answer_to_something_never_sent_is_no_answer():
    pace = Pace()
    pace.hello()
    pace.sent(0.0)
    pace.ack(99)
    assert pace.summary(6.0)
    pace.ack(1)
    assert not pace.summary(6.0)


def test_why_a_process_failed_is_shown_however_many_problems_came_after_it(ticker, feed):
    ticker.apply(Problem(1, 3.0, "boom", "n2", "map"))
    for number in range(100):
        ticker.apply(Problem(1, 4.0 + number, "noise", "port", fatal=False))
    problems = feed.traits(ticker.state, 200.0)["problems"]
    assert (len(problems), problems[0]["error"], problems[-1]["time"]) == (50, "boom", 103.0)


def test_a_process_that_came_back_says_how_often_and_its_problem_what_was_done(ticker, feed):
    place = next(iter(ticker.state.processes))
    ticker.state = telemetry.apply(ticker.state, Problem(place, 1.0, "boom", fatal=False, sequel="it is started again"))
    ticker.state = telemetry.ended(ticker.state, place, "failed", 1.0, "boom", returns=True)
    ticker.state = telemetry.again(ticker.state, place, "boom")
    traits = feed.traits(ticker.state, 2.0)
    assert traits["processes"][0]["reason"] == "started again once, the last time: boom"
    assert traits["problems"][0]["error"] == "boom\nit is started again"


def test_faults_are_told_with_their_words_and_no_more_than_a_page_can_show(ticker, feed):
    rows = [FaultRow("delay", ("Reader", f"Splitter/{n}"), 5.0, seconds=0.5) for n in range(FAULTS_SHOWN + 7)]
    ticker.state = telemetry.struck(ticker.state, tuple(rows), frozenset({"main.send.0"}))
    traits = feed.traits(ticker.state, 6.0)
    assert (len(traits["faults"]), traits["status"]["faults"]) == (FAULTS_SHOWN, FAULTS_SHOWN + 7)
    assert traits["status"]["struck"] == ["main.send.0"]
    assert traits["faults"][0] == {
        "kind": "delay",
        "processes": ["Reader", "Splitter/0"],
        "since": 5.0,
        "seconds": 0.5,
        "rate": 0.0,
        "text": "`Reader` to `Splitter/0`: every frame is 0.5 s late",
    }


def test_what_was_skipped_is_added_up_over_processes_and_cut_to_a_line(ticker, feed):
    long = SkippedElement("x" * 1000, "ValueError: no\n  a note")
    ticker.apply(Counts(0, 1.0, {}, skipped={"main.map.0": Skipped(3, (long,), "map")}))
    ticker.apply(Counts(1, 1.0, {}, skipped={"main.map.0": Skipped(2, (SkippedElement("7", "KeyError: 7"),), "map")}))
    told = feed.traits(ticker.state, 2.0)["skipped"]["main.map.0"]
    assert told["count"] == 5
    assert told["newest"] == [
        {"process": "Reader", "element": "x" * SAMPLE_TEXT, "error": "ValueError: no"},
        {"process": "Splitter", "element": "7", "error": "KeyError: 7"},
    ]


def test_what_lives_in_the_kernel_is_told(ticker, feed):
    assert feed.traits(ticker.state, 1.0)["status"]["inside"] is False
    ticker.apply(Entered(0, "running", os.getpid(), 1000.0))
    assert feed.traits(ticker.state, 1.0)["status"]["inside"] is True


def test_members_are_told_from_processes():
    flow = FlowBuilder()
    flow.process(Leader).source_iter([1]).broadcast(flow.cluster(Worker), TCP.fail_stop(), nondet("any")).for_each(
        print
    )
    with flow.deploy(clusters={Worker: 2}, backend="inprocess") as deployment:
        rows = Feed(flow.graph).traits(deployment.snapshot(), 1.0)["processes"]
    assert [(row["name"], row["place"], row["cluster"]) for row in rows] == [
        ("Leader", "Leader", False),
        ("Worker/0", "Worker", True),
        ("Worker/1", "Worker", True),
    ]
