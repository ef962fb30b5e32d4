"""Clients of any kind over real sockets: how they come and go, and what they may do wrong."""

import asyncio
import re
import socket
import subprocess
import sys
import threading

import pytest
from tcp_peers import SECONDS, Peer, echo, echo_each, printed, reset, troubles

from hydro_nb import (
    BytesCodec,
    DeployError,
    FlowBuilder,
    LengthDelimitedCodec,
    LinesCodec,
    MembershipEvent,
    TcpPort,
    nondet,
)

AT_ONCE = 140


@pytest.fixture(params=("local", "inprocess"))
def backend(request):
    return request.param


@pytest.fixture
def flow():
    return FlowBuilder("tcp")


@pytest.fixture
def server(flow):
    return flow.process()


# ---------------------------------------------------------------- one client


def test_lines_there_and_back(flow, server, backend):
    port = echo(flow, server)
    with flow.deploy(backend=backend) as deployment, Peer(deployment, port) as peer:
        peer.send(b"one\r\ntw")
        assert peer.line() == b"one"
        peer.send("o\nthrée\n".encode())
        assert [peer.line(), peer.line()] == [b"two", "thrée".encode()]


def test_one_after_the_other(flow, server, backend):
    port = echo(flow, server)
    with flow.deploy(backend=backend) as deployment:
        for number in range(3):
            with Peer(deployment, port) as peer:
                peer.send(b"%d\n" % number)
                assert peer.line() == b"%d" % number


def test_a_second_one_is_turned_away(flow, server, backend):
    port = echo(flow, server)
    with flow.deploy(backend=backend) as deployment, Peer(deployment, port) as first:
        first.send(b"a\n")
        assert first.line() == b"a"
        with Peer(deployment, port) as second:
            assert second.rest() == b""
        first.send(b"b\n")
        assert first.line() == b"b"
        assert re.fullmatch(
            r"port `port` has a client already, so another one, .*, was turned away", *troubles(deployment)
        )


def test_who_sends_no_more_is_still_answered(flow, server, backend):
    port = echo(flow, server)
    with flow.deploy(backend=backend) as deployment, Peer(deployment, port) as peer:
        peer.send(b"one\nlast without an end")
        peer.socket.shutdown(socket.SHUT_WR)
        assert peer.rest() == b"one\nlast without an end\n"


async def takes_longer(line):
    """Give it after a time in which nothing goes to anybody."""
    await asyncio.sleep(1.5)
    return line


def test_who_sends_no_more_is_answered_late(flow, server, backend):
    port, lines, replies = server.bind_single_client(flow.external())
    replies.send(lines.map(takes_longer).resolve_futures_ordered())
    with flow.deploy(backend=backend) as deployment, Peer(deployment, port) as peer:
        peer.send(b"late")
        peer.socket.shutdown(socket.SHUT_WR)
        assert peer.rest() == b"late\n"


def test_what_is_sent_first_waits_for_the_client(flow, server, backend):
    port, _lines, replies = server.bind_single_client(flow.external())
    replies.send(server.source_iter(["welcome"]))
    with flow.deploy(backend=backend) as deployment:
        deployment.settle(SECONDS)
        with Peer(deployment, port) as peer:
            assert peer.line() == b"welcome"


def test_bytes_as_they_come(flow, server, backend):
    port = echo(flow, server, codec=BytesCodec())
    with flow.deploy(backend=backend) as deployment, Peer(deployment, port) as peer:
        peer.send(b"\0any \xff\n")
        assert peer.line() == b"\0any \xff"


def test_frames_with_their_length(flow, server, backend):
    port = echo(flow, server, codec=LengthDelimitedCodec())
    with flow.deploy(backend=backend) as deployment, Peer(deployment, port) as peer:
        peer.send(b"\0\0\0\x02a\n\0\0")
        assert peer.line() == b"\0\0\0\x02a"
        peer.send(b"\0\x02b\n")
        assert peer.line() == b"\0\0\0\x02b"


def test_a_port_of_ones_own_choice(flow, server, backend):
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = free.getsockname()[1]
    port = echo(flow, server, hint=TcpPort(number))
    for _ in range(2):
        with flow.deploy(backend=backend) as deployment, Peer(deployment, port) as peer:
            assert deployment.address(port) == ("127.0.0.1", number)
            peer.send(b"again\n")
            assert peer.line() == b"again"


def test_a_port_that_is_taken(flow, server, backend):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        echo(flow, server, hint=TcpPort(number))
        with pytest.raises(DeployError, match=f"cannot listen on 127.0.0.1:{number}: Address already in use"):
            flow.deploy(backend=backend)


# ---------------------------------------------------------------- many clients


def test_joins_and_departures(flow, server, backend):
    port = echo_each(flow, server)
    with flow.deploy(backend=backend) as deployment:
        with Peer(deployment, port) as first:
            first.send(b"a\n")
            assert first.line() == b"a"
            with Peer(deployment, port) as second:
                second.send(b"b\n")
                assert second.line() == b"b"
            assert printed(deployment) == ["(0, Joined)", "(1, Joined)", "(1, Left)"]
        with Peer(deployment, port) as third:
            third.send(b"c\n")
            assert third.line() == b"c"
        assert printed(deployment)[3:] == ["(0, Left)", "(2, Joined)", "(2, Left)"]


def test_hundreds_at_once(flow, server, backend):
    port = echo_each(flow, server)
    with flow.deploy(backend=backend) as deployment:
        peers = [Peer(deployment, port) for _ in range(AT_ONCE)]
        for number, peer in enumerate(peers):
            peer.send(b"%d\n" % number)
        assert [peer.line() for peer in peers] == [b"%d" % number for number in range(AT_ONCE)]
        for peer in peers:
            peer.close()
        said = printed(deployment)
        for event in ("Joined", "Left"):
            assert {f"({number}, {event})" for number in range(AT_ONCE)} <= {*said}


def test_hundreds_of_threads_at_once(flow, server):
    port = echo_each(flow, server)
    with flow.deploy(backend="local") as deployment:
        barrier, answers = threading.Barrier(AT_ONCE), []

        def talk(number):
            barrier.wait(SECONDS)
            with socket.create_connection(deployment.address(port), SECONDS) as peer:
                peer.sendall(b"%d\n" % number)
                answers.append(int(peer.makefile().readline()))

        threads = [threading.Thread(target=talk, args=(number,)) for number in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [*range(AT_ONCE)]


# ---------------------------------------------------------------- what clients do wrong


@pytest.mark.parametrize(
    ("codec", "data", "why"),
    [
        (LinesCodec(), b"\xff\xfe\n", "a line is no UTF-8: byte 0xff at 0"),
        (LinesCodec(max_length=8), b"123456789", "a line is longer than _ bytes"),
        (LengthDelimitedCodec(max_length=8), b"GET / HTTP/1.1\r\n\r\n", "a frame of _ bytes is longer than 8"),
    ],
)
def test_what_cannot_be_understood(flow, server, backend, codec, data, why):
    port = echo_each(flow, server, codec)
    with flow.deploy(backend=backend) as deployment, Peer(deployment, port) as good:
        good.send(b"\0\0\0\x02a\n")
        good.line()
        with Peer(deployment, port) as bad:
            bad.send(data)
            assert bad.rest() == b""
        assert printed(deployment) == ["(0, Joined)", "(1, Joined)", "(1, Left)"]
        assert troubles(deployment) == [f"client 1 of port `port` was disconnected: {why}"]
        good.send(b"\0\0\0\x02b\n")
        assert good.line().endswith(b"b")
        assert deployment.state != "failed"


def test_what_was_said_before_the_nonsense_counts(flow, server, backend):
    port = echo_each(flow, server)
    with flow.deploy(backend=backend) as deployment, Peer(deployment, port) as peer:
        peer.send(b"good\n\xff\nlost\n")
        assert peer.rest() == b"good\n"


def test_a_frame_that_is_cut_off(flow, server, backend):
    port = echo_each(flow, server, LengthDelimitedCodec())
    with flow.deploy(backend=backend) as deployment:
        with Peer(deployment, port) as peer:
            peer.send(b"\0\0\0\x09abc")
        assert printed(deployment) == ["(0, Joined)", "(0, Left)"]
        assert troubles(deployment) == [
            "client 0 of port `port` was disconnected: the connection ended within a frame, after _ bytes of it"
        ]


def test_a_reset(flow, server, backend):
    port = echo_each(flow, server)
    with flow.deploy(backend=backend) as deployment:
        peer = Peer(deployment, port)
        peer.send(b"a\n")
        assert peer.line() == b"a"
        reset(peer)
        assert printed(deployment) == ["(0, Joined)", "(0, Left)"]
        assert troubles(deployment) == []


# ---------------------------------------------------------------- clients in the kernel


def test_the_one_client_is_the_same_each_time(flow, server, backend):
    port = echo(flow, server)
    with flow.deploy(backend=backend) as deployment:
        client = deployment.connect(port)
        assert deployment[port] is client
        client.close()
        deployment.settle(SECONDS)
        other = deployment.connect(port)
        assert other is not client
        other.send("a")
        assert other.receive(SECONDS) == "a"
        assert repr(other) == "<Port port (sends and receives over TCP)>"


def test_nothing_comes(flow, server, backend):
    port = echo(flow, server)
    with flow.deploy(backend=backend) as deployment, pytest.raises(TimeoutError, match=r"came within 0\.01 seconds"):
        deployment.connect(port).receive(0.01)


def test_more_than_a_socket_holds(flow, server, backend):
    port = echo(flow, server)
    text = "x" * 900_000
    with flow.deploy(backend=backend) as deployment:
        client = deployment.connect(port)
        for _ in range(30):
            client.send(text)
            assert client.receive(SECONDS) == text


def test_what_cannot_be_sent(flow, server, backend):
    port = echo(flow, server)
    with flow.deploy(backend=backend) as deployment:
        client = deployment.connect(port)
        with pytest.raises(Exception, match=r"7 \(int\) is no text"):
            client.send(7)
        client.send("a")
        assert client.receive(SECONDS) == "a"


def test_awaited(flow, server, backend):
    port = echo_each(flow, server)

    async def talk(deployment, number):
        client = deployment.connect(port)
        for _ in range(5):
            await client.sent(f"{number}")
            assert await client.received(SECONDS) == f"{number}"
        return number

    async def main():
        async with flow.deploy(backend=backend) as deployment:
            assert await asyncio.gather(*(talk(deployment, n) for n in range(5))) == [*range(5)]
            client = deployment.connect(port)
            with pytest.raises(TimeoutError, match=r"nothing came within 0\.01 seconds"):
                await client.received(0.01)
            await client.sent("last")
            async for line in client:
                assert line == "last"
                break

    asyncio.run(main())


def test_awaited_on_other_ports(flow, server, backend):
    port, numbers = server.source_external(flow.external(), int)
    out = numbers.send_external(flow.external())

    async def main():
        async with flow.deploy(backend=backend) as deployment:
            await deployment.connect(port).sent(7)
            assert await deployment.connect(out).received(SECONDS) == 7

    asyncio.run(main())


def test_addresses(flow, server):
    port = echo(flow, server)
    plain, _numbers = server.source_external(flow.external(), int)
    with flow.deploy(backend="inprocess") as deployment:
        host, number = deployment.address(port)
        assert (host, number > 0) == ("127.0.0.1", True)
        with pytest.raises(DeployError, match="this port has no address of its own; ports with one: `port`"):
            deployment.address(plain)


def test_processes_that_share_one_serve_their_own(flow, server):
    other = flow.process()
    ports = [echo_each(flow, place) for place in (server, other)]
    with flow.deploy(colocate=[[server, other]]) as deployment:
        clients = [deployment.connect(port) for port in ports for _ in range(2)]
        for number, client in enumerate(clients):
            client.send(f"{number}")
        assert [client.receive(SECONDS) for client in clients] == ["0", "1", "2", "3"]
        assert len({deployment.address(port) for port in ports}) == 2


def test_answers_of_another_process(flow, server, backend):
    other = flow.process()
    port, lines, _members, replies = server.bidi_external_many_bytes(flow.external())
    replies.send(lines.entries().send(other).map(lambda entry: (entry[0], entry[1].upper())).send(server).into_keyed())
    with flow.deploy(backend=backend) as deployment, Peer(deployment, port) as peer:
        peer.send(b"one\ntwo")
        peer.socket.shutdown(socket.SHUT_WR)
        assert peer.rest() == b"ONE\nTWO\n"


def test_a_sidecar_beside_a_port(flow, server, backend):
    async def shouted(inbox, outbox):
        async for line in inbox:
            await outbox.send(line.upper())

    port, lines, replies = server.bind_single_client(flow.external())
    loud, quiet = server.sidecar_bidi(shouted, of=str, accepts=str)
    quiet.send(lines)
    replies.send(loud)
    with flow.deploy(backend=backend) as deployment:
        client = deployment.connect(port)
        client.send("hello")
        deployment.settle(SECONDS)
        assert client.receive(0) == "HELLO"


NETCAT = """
import socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as peer:
    peer.sendall(sys.stdin.buffer.read())
    peer.shutdown(socket.SHUT_WR)
    while data := peer.recv(4096):
        sys.stdout.buffer.write(data)
"""


def test_a_client_of_another_process(flow, server):
    port = echo(flow, server)
    with flow.deploy(backend="local") as deployment:
        host, number = deployment.address(port)
        done = subprocess.run(
            [sys.executable, "-c", NETCAT, host, str(number)], input=b"from outside\n", capture_output=True, check=True
        )
    assert done.stdout == b"from outside\n"


def test_settled_means_that_what_lies_in_sockets_was_seen(flow, server, backend):
    port, lines, members, _replies = server.bidi_external_many_bytes(flow.external())
    lines.entries().assume_ordering(nondet("printed")).for_each(print)
    with flow.deploy(backend=backend) as deployment:
        for number in range(50):
            with Peer(deployment, port) as peer:
                peer.send(b"hello\n")
                assert printed(deployment)[number:] == [f"({number}, 'hello')"]
    assert members.kind.element is MembershipEvent
