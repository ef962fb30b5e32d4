"""Strangers on the sockets, floods of lines, losses that must not happen, states that come by themselves."""

from __future__ import annotations

import os

import pytest
import zmq
from handmade import COUNT_TO, PRINT, Port, channel, external, flow, pipeline, place
from leading import until

from hydro_nb.deploy import deploy
from hydro_nb.errors import DeployError, ProcessFailed
from hydro_nb.runtime.report import encode
from hydro_nb.wire import Counts, Entered, Hello


@pytest.fixture
def push():
    """Send raw messages to an endpoint as a stranger would."""
    context = zmq.Context()

    def send(endpoint, *messages, kind=zmq.PUSH):
        socket = context.socket(kind)
        socket.connect(endpoint)
        for message in messages:
            socket.send(message)
        socket.close(linger=1000)

    yield send
    context.term()


def test_bad_bytes_on_a_data_socket_are_refused_and_the_process_lives(push):
    with deploy(pipeline(10), echo=False) as deployment:
        deployment.settle(60)
        endpoint = deployment._backend._supervisor.plan.endpoints[1]
        push(endpoint, b"", b"GET / HTTP/1.1\r\n", os.urandom(100))
        until(deployment, lambda state: len(state.problems) == 3)
        assert all(p.error.startswith("DecodeError") and not p.fatal for p in deployment.problems)
        assert {row.state for row in deployment.processes} == {"running"}
        deployment.settle(60)


def test_strangers_on_the_control_socket_are_not_heard(push):
    with deploy(pipeline(10), echo=False) as deployment:
        deployment.settle(60)
        before = deployment.totals
        control = deployment._backend._supervisor.plan.control
        lies = [
            encode(Hello(1, 1, b"no token")),
            encode(Counts(1, 0.0, {"sink": 99})),
            encode(Entered(1, "failed", 1, 0.0)),
            b"junk",
        ]
        push(control, *lies, kind=zmq.DEALER)
        deployment.settle(60)
        assert deployment.totals == before
        assert {row.state for row in deployment.processes} == {"running"}


def test_a_state_of_settled_comes_by_itself():
    with deploy(pipeline(1000), echo=False) as deployment:
        until(deployment, lambda state: state.state == "settled")
        assert deployment.totals["sink"] == 1000


def test_what_a_failing_sender_made_is_not_lost_on_a_slow_receiver():
    # libzmq drops the tail of an `ipc` connection whose sender closes while the receiver is behind (zeromq/libzmq#4660)
    fails = COUNT_TO.format(n=50_000).replace(
        "return len(chunk) == 1024", "if len(chunk) == 1024: return True\n    1 // 0"
    )
    slow = """
    def start():
        return State(n=0)
    def tick(state, inputs, outputs):
        for n in inputs["in1"]:
            sum(range(500))
            assert n == state.n
            state.n += 1
        state.counts["sink"] = state.n
        return False
    """
    program = flow(place(0, "A", fails, outputs=["out1"]), place(1, "B", slow), channels=[channel(1, 0, 1)])
    with deploy(program, echo=False) as deployment:
        with pytest.raises(ProcessFailed, match="ZeroDivisionError"):
            deployment.settle(60)
        until(deployment, lambda state: state.totals.get("sink") == 50_000)


def test_a_flood_of_lines_loses_none():
    with deploy(pipeline(200_000, PRINT), echo=False) as deployment:
        deployment.settle(60)
        folder = deployment.log_folder
        lines = (folder / "B.log").read_text().splitlines()
        assert lines == [str(n) for n in range(200_000)]
        assert [line.text for line in deployment.logs("B")][-1] == "199999"
        assert deployment.logs_since(0)[0] == 200_000


def test_draining_delivers_what_is_under_way():
    endless = """
    def start():
        return State(n=0)
    def tick(state, inputs, outputs):
        outputs["out1"].extend(range(state.n, state.n + 100))
        state.n += 100
        return True
    """
    count = """
    def start():
        return State(n=0)
    def tick(state, inputs, outputs):
        state.n += len(inputs["in1"])
        state.counts["sink"] = state.n
        return False
    """
    program = flow(place(0, "A", endless, outputs=["out1"]), place(1, "B", count), channels=[channel(1, 0, 1)])
    deployment = deploy(program, echo=False)
    until(deployment, lambda state: state.totals.get("sink", 0) > 1000)
    deployment.stop(drain=True)
    assert deployment.totals["sink"] == deployment.totals["edge:1"] > 1000


@pytest.mark.parametrize("backend", ["local", "inprocess"])
def test_a_port_that_is_closed_or_not_read_does_not_hold_up_the_flow(backend):
    program = flow(place(0, "A", COUNT_TO.format(n=50_000), outputs=["out1"]), external(1), channels=[channel(1, 0, 1)])
    with deploy(program, echo=False, backend=backend, max_buffer=2000) as deployment:
        port = deployment.connect(Port("edge:1"))
        assert port.receive() == 0
        port.close()
        deployment.settle(60)
        assert deployment.totals["edge:1"] == 50_000
    unread = deploy(program, echo=False, backend=backend, max_buffer=2000)
    port = unread.connect(Port("edge:1"))
    unread.stop(drain=True)
    assert len(list(port)) == unread.totals["edge:1"]


def test_an_element_that_does_not_fit_its_channel_fails_the_sender():
    body = COUNT_TO.format(n=3).replace("extend(chunk)", "extend(['text'])")
    program = flow(place(0, "A", body, outputs=["out1"]), place(1, "B", PRINT), channels=[channel(1, 0, 1, "bincode")])
    with deploy(program, echo=False) as deployment:
        with pytest.raises(ProcessFailed, match=r"EncodeError: .*'text'") as caught:
            deployment.settle(60)
        assert "numbers.send(b)" in str(caught.value)


def test_an_element_that_does_not_fit_its_port_is_the_callers_error():
    program = flow(place(0, "A", PRINT), external(1), channels=[channel(1, 1, 0, "bincode")])
    with deploy(program, echo=False) as deployment:
        port = deployment.connect(Port("edge:1"))
        with pytest.raises(Exception, match="text"):
            port.send("text")
        port.send(5)
        deployment.settle(60)
        assert [line.text for line in deployment.logs()] == ["5"]
        assert deployment.totals["edge:1"] == 1


def test_a_process_that_leaves_without_a_word_has_failed():
    body = """
    def start():
        return State()
    def tick(state, inputs, outputs):
        import os
        if inputs["in1"]:
            print("last line", end="", flush=True)
            os._exit(3)
    """
    with deploy(flow(place(0, "A", body), external(1), channels=[channel(1, 1, 0)]), echo=False) as deployment:
        deployment.connect(Port("edge:1")).send(1)
        with pytest.raises(ProcessFailed, match="process `A` ended with exit code 3"):
            deployment.settle(60)
        assert [line.text for line in deployment.logs()] == ["last line"]


def test_an_unknown_backend_name_and_logs_of_nobody():
    with pytest.raises(DeployError, match="backend='dask' is not known; there are 'local', 'inprocess'"):
        deploy(pipeline(1), backend="dask")
    with deploy(pipeline(1), backend="inprocess", echo=False) as deployment:
        with pytest.raises(DeployError, match="no process is called `Z`; there are `A`, `B`"):
            deployment.logs("Z")
        with pytest.raises(DeployError, match="no external port `edge:9`"):
            deployment.connect(Port("edge:9"))


def test_what_a_client_sends_is_counted():
    program = flow(place(0, "A", PRINT), external(1), channels=[channel(1, 1, 0)])
    for backend in ("local", "inprocess"):
        with deploy(program, backend=backend, echo=False) as deployment:
            port = deployment.connect(Port("edge:1"))
            for n in range(7):
                port.send(n)
            deployment.settle(60)
            assert deployment.totals["edge:1"] == 7
            assert deployment.snapshot().samples["edge:1"].newest.text == "6"


def test_a_process_that_fails_while_others_start_fails_the_flow_and_not_the_start():
    fails = "def start():\n    return State()\ndef tick(state, inputs, outputs):\n    raise RuntimeError('at once')"
    late = """
    def start():
        import time
        time.sleep(0.6)
        return State()
    def tick(state, inputs, outputs):
        return False
    """
    with deploy(flow(place(0, "A", fails), place(1, "B", late)), echo=False) as deployment:
        with pytest.raises(ProcessFailed, match="at once"):
            deployment.settle(60)
        assert deployment.state == "failed"
        assert {row.name: row.state for row in deployment.processes} == {"A": "failed", "B": "running"}
