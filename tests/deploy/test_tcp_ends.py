"""What is slow, and what ends: clients that do not read, processes that die, flows that drain or are stopped."""

import asyncio
import socket
import threading

import pytest
from tcp_peers import SECONDS, Peer, echo, printed, reset, troubles

from hydro_nb import DeployError, FlowBuilder, ProcessFailed, nondet
from hydro_nb.deploy import beside
from hydro_nb.deploy.beside import Beside
from hydro_nb.runtime.connection import Connection


@pytest.fixture(params=("local", "inprocess"))
def backend(request):
    return request.param


@pytest.fixture
def flow():
    return FlowBuilder("ends")


@pytest.fixture
def server(flow):
    return flow.process()


async def takes_time(value):
    """Give it when the counts of what came before have been told."""
    await asyncio.sleep(0.2)
    return value


def connect_until_it_fails(deployment, port):
    """A socket of a process that was killed ends soon after it."""
    while True:
        deployment.connect(port).close()


# ---------------------------------------------------------------- slow ones


def test_who_never_reads_is_given_up(flow, server, backend):
    port, lines, members, replies = server.bidi_external_many_bytes(flow.external())
    replies.send(lines.map(lambda line: "x" * int(line)))
    members.entries().assume_ordering(nondet("printed as they come")).for_each(print)
    with flow.deploy(backend=backend) as deployment, Peer(deployment, port) as lazy, Peer(deployment, port) as good:
        for _ in range(2):
            lazy.send(b"1000000\n" * 40)
            good.send(b"3\n")
            assert good.line() == b"xxx"
        assert "(0, Left)" in printed(deployment)
        assert troubles(deployment) == [
            "client 0 of port `port` was disconnected: it does not read: _ bytes wait for it"
        ]
        good.send(b"2\n")
        assert good.line() == b"xx"


def test_a_source_waits_for_who_reads_slowly(flow, server):
    count, size = 400, 200_000
    port, _lines, replies = server.bind_single_client(flow.external())
    replies.send(server.source_iter(range(count)).map(lambda n: f"{n}".ljust(size, "x")))
    with flow.deploy(backend="local") as deployment, socket.create_connection(deployment.address(port)) as peer:
        with peer.makefile("rb") as lines:
            assert [int(lines.readline().partition(b"x")[0]) for _ in range(count)] == [*range(count)]
        assert deployment.problems == []


def test_a_process_that_is_busy_reads_no_more(flow, server):
    """What nobody takes stays with the client, and none of it is lost."""
    other = flow.process()
    port, lines, _replies = server.bind_single_client(flow.external())
    out = lines.send(other).map(lambda line: line[:5]).send_external(flow.external())
    count, size = 60, 100_000
    with flow.deploy(backend="local", max_buffer="1MiB") as deployment, Peer(deployment, port) as peer:
        sending = threading.Thread(
            target=lambda: [peer.send(f"{n:05}".ljust(size).encode() + b"\n") for n in range(count)]
        )
        sending.start()
        got = [deployment.connect(out).receive(SECONDS) for _ in range(count)]
        sending.join()
    assert got == [f"{n:05}" for n in range(count)]


# ---------------------------------------------------------------- ends


def test_a_process_that_dies(flow, server, backend):
    port = echo(flow, server)
    with flow.deploy(backend=backend) as deployment:
        client = deployment.connect(port)
        client.send("a")
        assert client.receive(SECONDS) == "a"
        deployment.kill(server)
        with pytest.raises(DeployError, match="nothing more comes"):
            client.receive(SECONDS)
        dead = r"port `port` of `process 0` at .* cannot be reached: process `process 0` has ended: was killed"
        with pytest.raises(DeployError, match="cannot be reached"):
            connect_until_it_fails(deployment, port)
        deployment.settle(SECONDS)
        with pytest.raises(DeployError, match=dead):
            deployment.connect(port)


def test_a_process_that_had_died_is_not_connected_to(flow, server, backend):
    other = flow.process()
    port, values = server.source_external(flow.external(), str)
    values.send(other).for_each(print)
    with flow.deploy(backend=backend) as deployment:
        deployment.kill(server)
        deployment.settle(SECONDS)
        with pytest.raises(
            DeployError, match=r"port `.*` cannot be reached: process `process 0` has ended: was killed"
        ):
            deployment.connect(port)


def test_a_process_that_fails(flow, server, backend):
    port, lines, replies = server.bind_single_client(flow.external())
    replies.send(lines.map(lambda line: str(1 // int(line))))
    with flow.deploy(backend=backend) as deployment:
        client = deployment.connect(port)
        client.send("1")
        assert client.receive(SECONDS) == "1"
        client.send("0")
        with pytest.raises(DeployError, match="nothing more comes"):
            client.receive(SECONDS)
        with pytest.raises(ProcessFailed, match="by zero"):
            deployment.settle(SECONDS)


def test_an_end_that_comes_after_all_that_a_flow_in_the_kernel_does_is_waited_for(flow, server, monkeypatch):
    port, lines, replies = server.bind_single_client(flow.external())
    replies.send(lines.map(lambda line: str(1 // int(line))))
    waits, pause, close = threading.Event(), Beside.pause, Connection.close
    with flow.deploy(backend="inprocess") as deployment:
        client = deployment.connect(port)
        client.send("1")
        assert client.receive() == "1"
        monkeypatch.setattr(beside, "CLOSE_SECONDS", 0.0)
        monkeypatch.setattr(Beside, "pause", lambda *given: (waits.set(), pause(*given)))
        monkeypatch.setattr(Connection, "close", lambda *given: (waits.wait(SECONDS), close(*given)))
        client.send("0")
        with pytest.raises(DeployError, match="nothing more comes, the process has closed the connection"):
            client.receive()
        with pytest.raises(ProcessFailed, match="by zero"):
            deployment.settle(SECONDS)


def test_the_end_of_a_deployment_is_that_of_its_clients(flow, server, backend):
    port = echo(flow, server)
    with flow.deploy(backend=backend) as deployment:
        client = deployment.connect(port)
        client.send("a")
        deployment.settle(SECONDS)
    assert client.receive(0) == "a"
    with pytest.raises(DeployError, match="the deployment has stopped"):
        client.receive(0)
    with pytest.raises(DeployError, match=r"was closed|has stopped"):
        client.send("b")


def many_lines(flow, server):
    """Serve one client that gets as many lines as it asks for."""
    port, lines, replies = server.bind_single_client(flow.external())
    replies.send(lines.flat_map_ordered(lambda line: ["x" * 999] * int(line)))
    return port


def test_draining_waits_for_who_reads_slowly(flow, server, backend):
    port, got = many_lines(flow, server), []
    deployment = flow.deploy(backend=backend)
    with Peer(deployment, port) as peer:
        peer.send(b"9000\n")
        deployment.settle(SECONDS)

        def read():
            while data := peer.socket.recv(2**16):
                got.append(len(data))

        reading = threading.Thread(target=read)
        reading.start()
        deployment.stop(drain=True)
        reading.join()
    assert sum(got) == 9_000_000
    assert deployment.snapshot().discarded == {}


def test_what_the_end_cuts_off_is_counted(flow, server, backend):
    port, got = many_lines(flow, server), 0
    deployment = flow.deploy(backend=backend)
    with Peer(deployment, port) as peer:
        peer.send(b"9000\n")
        deployment.settle(SECONDS)
        deployment.stop()
        while data := peer.socket.recv(2**16):
            got += len(data)
    assert deployment.snapshot().discarded == {port.slot: 9000 - got // 1000}
    assert "discarded: its client had left or did not read" in deployment.status()


def test_what_nobody_ever_came_for_is_counted(flow, server, backend):
    port, _lines, replies = server.bind_single_client(flow.external())
    replies.send(server.source_iter(["welcome", "again"]))
    deployment = flow.deploy(backend=backend)
    deployment.settle(SECONDS)
    deployment.stop(drain=True)
    assert deployment.snapshot().discarded == {port.slot: 2}


def test_draining_brings_all_to_a_client_in_the_kernel(flow, server, backend):
    port = many_lines(flow, server)
    deployment = flow.deploy(backend=backend)
    client = deployment.connect(port)
    client.send("9000")
    deployment.settle(SECONDS)
    deployment.stop(drain=True)
    assert len([*client]) == 9000


def test_drained(flow, server, backend):
    port = echo(flow, server)
    deployment = flow.deploy(backend=backend)
    client = deployment.connect(port)
    client.send("a")
    deployment.settle(SECONDS)
    deployment.stop(drain=True)
    assert [*client] == ["a"]


def test_what_is_dropped_after_a_tick_is_told(flow, server, backend):
    """Whether a client has left is seen when what the tick made is written to it."""
    port, _lines, replies = server.bind_single_client(flow.external())
    answers, values = server.source_external(flow.external(), str)
    replies.send(values.map(takes_time).resolve_futures_ordered())
    with flow.deploy(backend=backend) as deployment:
        peer = Peer(deployment, port)
        deployment.settle(SECONDS)
        reset(peer)
        deployment.settle(SECONDS)
        deployment.connect(answers).send("too late")
        deployment.settle(SECONDS)
        assert deployment.snapshot().discarded == {port.slot: 1}
