"""The dashboard between a source and a page, without either: what is sent, when, and who is asked."""

import queue
import threading
import time

import msgspec
import pytest
from drawn import Ticker
from real_kernel import PATIENCE

from hydro_nb import FlowBuilder
from hydro_nb.errors import DeployError, GraphError, NondetError
from hydro_nb.notebook.feed import LOG_LINES
from hydro_nb.notebook.pace import GONE, Pace
from hydro_nb.notebook.quiet import quiet_parent
from hydro_nb.notebook.source import DeploymentSource, is_source
from hydro_nb.notebook.widget import Dashboard, GraphView
from hydro_nb.telemetry import state as telemetry
from hydro_nb.wire import Counts, LogLine, Sample


class First: ...


class Last: ...


class Heard(Dashboard):
    """A dashboard whose messages are kept."""

    def __init__(self, source):
        self.messages = []
        super().__init__(source)

    def send(self, content, buffers=None):
        self.messages.append((content, buffers))

    def say(self, **content):
        self._handle_custom_msg(content, [])


@pytest.fixture
def ticker():
    return Ticker()


@pytest.fixture
def dashboard(ticker):
    shown = Heard(ticker)
    yield shown
    shown.close()


def hello(dashboard, number=1):
    dashboard.say(kind="hello", view="v", number=number)


def test_what_survives_a_reload_is_in_traits(dashboard):
    assert (dashboard.mode, dashboard.name, dashboard.status["phase"]) == ("live", "wordcount", "starting")
    assert [row["name"] for row in dashboard.processes] == ["Reader", "Splitter", "Ranker"]
    assert dashboard.graph["svg"].startswith("<svg")
    assert [(s["kind"], s["title"]) for s in dashboard.graph["streams"]] == [
        ("network", "Reader \u2192 Splitter"),
        ("network", "Splitter \u2192 Ranker"),
        ("sink", "for_each"),
        ("value", "counts"),
    ]


def test_nothing_is_sent_before_hello_and_a_snapshot_after_it(ticker, dashboard):
    ticker.lines.append(LogLine("Reader", None, "stdout", "info", 1.0, "hi"))
    ticker.apply(Counts(0, 1.0, {"main.send.0": 5}))
    ticker.tick()
    assert dashboard.messages == []
    hello(dashboard)
    ticker.tick()
    ((content, buffers),) = dashboard.messages
    assert (content["kind"], content["seq"], content["totals"]) == ("snapshot", 1, {"main.send.0": 5})
    assert buffers == [b"0\to\tinfo\t1.000\thi"]


@pytest.mark.parametrize(("asked", "due"), [(None, True), (1, False), (1e9, True), ("1", True), (float("nan"), True)])
def test_a_page_may_ask_to_be_told_less_often(asked, due):
    pace = Pace()
    pace.hello(asked)
    pace.sent(10.0)
    assert pace.due(10.2) is due
    assert pace.due(11.0)


def test_a_question_that_was_overtaken_is_not_answered_twice(ticker, dashboard):
    hello(dashboard, 2)
    ticker.tick()
    hello(dashboard, 1)
    ticker.tick()
    assert [content["kind"] for content, _ in dashboard.messages] == ["snapshot"]
    hello(dashboard, 3)
    ticker.tick()
    assert [content["seq"] for content, _ in dashboard.messages] == [1, 2]


def test_the_last_state_is_told_and_the_ticking_ends(ticker, dashboard):
    hello(dashboard)
    ticker.tick()
    ticker.apply(Counts(0, 1.0, {"main.send.0": 9}))
    ticker.phase("stopped")
    ticker.tick()
    assert dashboard.messages[-1][0]["totals"] == {"main.send.0": 9}
    assert (dashboard.status["phase"], dashboard.totals) == ("stopped", {"main.send.0": 9})
    assert ticker.callbacks == []


def test_a_page_that_was_too_slow_to_be_told_is_told_all_of_the_end(ticker, dashboard):
    hello(dashboard)
    ticker.tick()
    dashboard._pace.ack(1)
    dashboard._pace.sent(time.time() - 2 * GONE)
    ticker.lines.append(LogLine("Reader", None, "stdout", "info", 1.0, "hi"))
    ticker.apply(Counts(2, 1.0, {}, values={"main.value_counts.0": Sample(1.0, "{'a': 1}", "dict")}))
    ticker.tick()
    assert len(dashboard.messages) == 1
    ticker.phase("stopped")
    ticker.tick()
    content, buffers = dashboard.messages[-1]
    assert content["values"]["main.value_counts.0"]["text"] == "{'a': 1}"
    assert buffers == [b"0\to\tinfo\t1.000\thi"]


def test_of_a_flood_of_lines_the_newest_are_told_and_how_many_they_were(ticker, dashboard):
    hello(dashboard)
    ticker.tick()
    ticker.lines += [LogLine("Reader", None, "stdout", "info", 1.0, str(n)) for n in range(LOG_LINES + 500)]
    ticker.phase("stopped")
    ticker.tick()
    content, (text,) = dashboard.messages[-1]
    assert content["logs"] == {"names": ["Reader"], "dropped": 500}
    assert text.split(b"\n")[0] == b"0\to\tinfo\t1.000\t500"
    assert text.count(b"\n") == LOG_LINES - 1


def test_a_page_that_opens_after_the_end_is_answered(ticker, dashboard):
    for location in ticker.state.processes:
        ticker.state = telemetry.ended(ticker.state, location, "failed", 1010.0, "no")
    ticker.tick()
    hello(dashboard)
    ticker.tick()
    assert [content["kind"] for content, _ in dashboard.messages] == ["snapshot"]
    assert ticker.callbacks == []


def test_a_failure_does_not_end_what_is_told_of_the_others(ticker, dashboard):
    hello(dashboard)
    ticker.state = telemetry.ended(ticker.state, 1, "failed", 1010.0, "was killed")
    ticker.tick()
    assert (dashboard.status["phase"], dashboard.status["ended"]) == ("failed", 0.0)
    ticker.apply(Counts(0, 1.0, {"main.send.0": 9}))
    ticker.tick()
    assert ticker.callbacks
    assert [row["phase"] for row in dashboard.processes] == ["starting", "failed", "starting"]


def test_settled_is_told_once_nothing_has_moved_for_a_while(ticker, dashboard):
    now = time.time()
    ticker.apply(Counts(0, now, {"main.send.0": 9}))
    ticker.phase("settled")
    ticker.tick()
    assert dashboard.status["phase"] == "running"
    ticker.state = msgspec.structs.replace(ticker.state, moved=now - 3)
    ticker.tick()
    assert dashboard.status["phase"] == "settled"


def test_when_nobody_looks_only_the_phase_is_kept_true(ticker, dashboard):
    ticker.apply(Counts(0, 1.0, {"main.send.0": 9}))
    ticker.tick()
    assert dashboard.totals == {}
    ticker.phase("running")
    ticker.tick()
    assert (dashboard.status["phase"], dashboard.totals) == ("running", {"main.send.0": 9})


class Restless(Ticker):
    """A source whose flow has a cell that must run again."""

    def stale(self):
        return [{"error": "In[5] stands on what has changed", "op": "map", "site": {}, "advice": "Run In[5] again"}]


def test_cells_to_run_again_are_told_once_a_cell_has_ended():
    source = Restless()
    page = Heard(source)
    assert page.stale == []
    page.wake()
    source.tick()
    assert [each["advice"] for each in page.stale] == ["Run In[5] again"]
    page.close()


def test_a_closed_view_ticks_no_more(ticker):
    Dashboard(ticker).close()
    assert ticker.callbacks == []


def test_buttons_do_not_wait_for_what_they_ask(ticker, dashboard):
    asked, go = threading.Event(), threading.Event()

    def slow():
        asked.set()
        go.wait(PATIENCE)

    ticker.stop = slow
    dashboard.say(kind="stop")
    assert asked.wait(PATIENCE)
    go.set()


def told(dashboard, ticker):
    """Give what the page is told of what was asked for, once nothing is under way."""
    deadline = time.monotonic() + PATIENCE
    while any(act["busy"] for act in dashboard._acts.told()):
        assert time.monotonic() < deadline
        threading.Event().wait(0.005)
    ticker.tick()
    return dashboard.acts


class Looked(Ticker):
    """A source that says what is to be sampled, and refuses what is named so."""

    def __init__(self):
        super().__init__()
        self.heard = queue.Queue()

    def watch(self, slots):
        self.heard.put(set(slots))
        if "main.map.0" in slots:
            raise GraphError("what `map` gives cannot be looked at")


@pytest.fixture
def looked():
    source = Looked()
    shown = Heard(source)
    yield source, shown
    shown.close()


def asked(source, page, slot, number, view="v"):
    """Let a page look at an operator; gives what is sampled then."""
    page.say(kind="watch", view=view, number=number, slot=slot)
    return source.heard.get(timeout=PATIENCE)


def test_what_pages_look_at_is_sampled_until_none_looks(looked):
    source, page = looked
    hello(page)
    source.tick()
    assert asked(source, page, "main.flat_map_ordered.0", 1) == {"main.flat_map_ordered.0"}
    assert asked(source, page, "main.into_keyed.0", 1, "w") == {"main.flat_map_ordered.0", "main.into_keyed.0"}
    assert asked(source, page, "", 2) == {"main.into_keyed.0"}
    assert asked(source, page, "no such operator", 3) == {"main.into_keyed.0"}
    page._pace.listening = False
    source.tick()
    source.tick()
    assert source.heard.get(timeout=PATIENCE) == set()
    assert source.heard.empty(), "once"


def test_what_cannot_be_looked_at_is_said_to_the_page(looked):
    source, page = looked
    hello(page)
    source.tick()
    asked(source, page, "main.map.0", 1)
    deadline = time.monotonic() + PATIENCE
    while not any(content["kind"] == "watched" for content, _ in page.messages):
        assert time.monotonic() < deadline
        source.tick()
    told = next(content for content, _ in page.messages if content["kind"] == "watched")
    assert (told["slot"], told["error"]) == ("main.map.0", "what `map` gives cannot be looked at")


def test_what_an_operator_inside_a_process_gives_is_told_as_samples(ticker, dashboard):
    hello(dashboard)
    ticker.tick()
    ticker.apply(Counts(0, 1.0, {}, taps={"main.map.0": [Sample(1.0, "('a', 1)", "tuple")]}))
    dashboard._pace._sent_at = 0.0
    ticker.tick()
    content, _ = dashboard.messages[-1]
    assert [each["text"] for each in content["samples"]["main.map.0"]] == ["('a', 1)"]


def test_buttons_name_processes_and_what_is_done_is_not_told_any_more(ticker, dashboard):
    dashboard.say(kind="act", call="kill", processes=["Splitter"])
    dashboard.say(kind="act", call="cut", processes=["Reader", "Splitter"])
    assert told(dashboard, ticker) == []
    assert ticker.asked == ["kill Splitter", "cut Reader Splitter"]


def test_what_a_call_refuses_is_told_until_it_is_put_away(ticker, dashboard):
    def refuse(call, processes, given):
        raise DeployError("there is no channel") if call == "cut" else KeyError("x")

    ticker.act = refuse
    dashboard.say(kind="act", call="cut", processes=["Reader", "Ranker"])
    dashboard.say(kind="act", call="kill", processes=["Reader"])
    assert told(dashboard, ticker) == [
        {"call": "cut", "processes": ["Reader", "Ranker"], "busy": False, "error": "there is no channel"},
        {"call": "kill", "processes": ["Reader"], "busy": False, "error": "KeyError: 'x'"},
    ]
    dashboard.say(kind="dismiss", processes=["Reader", "Ranker"])
    assert [act["call"] for act in told(dashboard, ticker)] == ["kill"]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ({"call": "settle", "processes": ["Reader"]}, "a page asked for `settle`; it may ask for kill,"),
        ({"call": "__init__", "processes": ["Reader"]}, "a page asked for `__init__`; it may ask for"),
        ({"call": "cut", "processes": ["Reader"]}, "`cut` takes the names of 2 processes, not of 1"),
        ({"call": "kill"}, "`kill` takes the names of 1 processes, not of 0"),
        ({"call": "kill", "processes": "Reader"}, "`kill` takes the names of 1 processes, not of 0"),
        ({}, "a page asked for `None`"),
    ],
)
def test_a_page_may_ask_for_nothing_else(ticker, dashboard, content, error):
    dashboard.say(kind="act", **content)
    (act,) = told(dashboard, ticker)
    assert act["error"].startswith(error)
    assert ticker.asked == []


def test_a_restart_that_waits_holds_up_no_other_button(ticker, dashboard):
    began, go = threading.Event(), threading.Event()

    def act(call, processes, given):
        if call == "restart":
            began.set()
            go.wait(PATIENCE)
        ticker.asked.append(f"{call} {processes[0]} {given.get('reason')}")

    ticker.act = act
    dashboard.say(kind="act", call="restart", processes=["Reader"], reason="it may")
    assert began.wait(PATIENCE)
    ticker.tick()
    assert dashboard.acts == [{"call": "restart", "processes": ["Reader"], "busy": True, "error": ""}]
    dashboard.say(kind="act", call="kill", processes=["Splitter"])
    while not ticker.asked:
        threading.Event().wait(0.005)
    go.set()
    assert told(dashboard, ticker) == []
    assert ticker.asked == ["kill Splitter None", "restart Reader it may"]


def test_errors_are_kept_to_a_number(ticker, dashboard):
    for number in range(60):
        dashboard.say(kind="act", call="no", processes=[str(number)])
    assert [act["processes"] for act in told(dashboard, ticker)] == [[str(number)] for number in range(10, 60)]


def test_buttons_do_what_the_calls_do_and_are_refused_as_they_are():
    flow = FlowBuilder()
    first, last = flow.process(First), flow.process(Last)
    first.source_interval(0.01).send(last).for_each(lambda _: None)
    with flow.deploy() as deployment:
        source = DeploymentSource(deployment)
        source.act("pause", ["Last"], {})
        source.act("delay", ["First", "Last"], {"seconds": 0.5})
        assert [str(row) for row in deployment.faults] == [
            "`Last` is paused",
            "`First` to `Last`: every frame is 0.5 s late",
        ]
        source.act("resume", ["Last"], {})
        with pytest.raises(NondetError, match="needs its reason"):
            source.act("restart", ["Last"], {})
        source.act("restart", ["Last"], {"reason": "it prints nothing"})
        with pytest.raises(DeployError, match="for a number of seconds"):
            source.act("delay", ["First", "Last"], {"seconds": "deployment.stop()"})
        with pytest.raises(DeployError, match="fail_stop"):
            source.act("drop", ["First", "Last"], {"rate": 0.5})
        with pytest.raises(DeployError, match="no process is called"):
            source.act("kill", ["deployment.stop()"], {})
        with pytest.raises(DeployError, match="it may ask for"):
            source.act("stop", [], {})
        assert [row.restarts for row in deployment.processes] == [0, 1]


def test_what_is_stepped_in_the_kernel_is_left_to_its_cells():
    flow = FlowBuilder()
    flow.process(First).source_iter([1]).for_each(lambda _: None)
    with flow.deploy(backend="inprocess") as deployment, pytest.raises(DeployError, match="live in the kernel"):
        DeploymentSource(deployment).act("kill", ["First"], {})


def test_a_deployment_is_not_a_source_by_itself(ticker):
    assert is_source(ticker)
    assert not is_source(object())


def test_the_live_view_does_not_repeat_the_words_of_the_picture_above_it(dashboard):
    data, _ = dashboard._mime()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"] == ""


def test_a_flow_that_is_built_has_a_view_of_its_graph():
    view = GraphView(Ticker().graph, highlight=["main.map.0"])
    assert (view.mode, view.name) == ("build", "wordcount")
    assert "transform new" in view.graph["svg"]
    view.close()


class HeardGraph(GraphView):
    """A view whose messages are kept."""

    messages = ()

    def send(self, content, buffers=None):
        self.messages = (*self.messages, (content, buffers))


def test_a_view_of_a_graph_gives_what_its_page_loads_later():
    view = HeardGraph(Ticker().graph)
    for name in ("panes", "widget", "../../secret"):
        view._handle_custom_msg({"kind": "asset", "name": name}, [])
    ((content, (script,)),) = view.messages
    assert content == {"kind": "asset", "name": "panes"}
    assert b"export{" in script
    view.close()


def test_a_flow_that_was_deployed_again_is_drawn_anew(ticker, dashboard):
    flow = FlowBuilder("wordcount")
    flow.process(First).source_iter([1]).for_each(print)
    ticker.graph = flow.graph
    ticker.tick()
    for thread in threading.enumerate():
        if thread.name == "hydro-button":
            thread.join(20)
    ticker.tick()
    assert list(dashboard.graph["nodes"]) == ["main.source_iter.0", "main.for_each.0"]


def test_without_a_kernel_there_is_nothing_to_quieten():
    with quiet_parent() as quiet:
        assert quiet is False


WHERE_REPLIES_GO = """
import ipywidgets
from hydro_nb import FlowBuilder
from hydro_nb.errors import DeployError, GraphError, NondetError
from hydro_nb.notebook.quiet import quiet_parent
with quiet_parent() as quiet:
    silent = ipywidgets.Widget()
    silent.send({})
loud = ipywidgets.Widget()
marks = [hasattr(each.comm, "_reply_subshell_id") for each in (silent, loud)]
"""


def test_the_kernel_does_not_tie_a_quiet_comm_to_the_cell(kernel):
    """Fails when ipykernel changes how it finds the cell that a reply belongs to: then Stop waits for busy cells."""
    kernel.run(WHERE_REPLIES_GO)
    assert kernel.value("quiet, marks") == "(True, [False, True])"


def test_shown_in_a_cell_it_leaves_a_picture_and_a_live_view(kernel):
    kernel.run(
        "flow = FlowBuilder('shown'); flow.process().source_iter([1, 2]).send_bincode(flow.process()).for_each(print)"
    )
    ran = kernel.run("deployment = flow.deploy()\ndeployment.settle()\ndeployment")
    picture, live = ran.shown
    assert "data-hydro-static" in picture["text/html"]
    assert live["application/vnd.jupyter.widget-view+json"]["model_id"]
    stopping = kernel.run("deployment.stop()")
    assert stopping.updated[-1]["text/plain"].startswith("shown: stopped"), (
        "the cell that stops it has the last picture"
    )
