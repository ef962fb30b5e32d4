"""Clients of any kind over real sockets: how they come and go, what they may do wrong, how slow they may be."""

import asyncio
import re
import socket
import subprocess
import sys
import threading

import pytest

from hydro_nb import (
    BytesCodec,
    DeployError,
    FlowBuilder,
    LengthDelimitedCodec,
    LinesCodec,
    MembershipEvent,
    ProcessFailed,
    TcpPort,
    nondet,
)

BACKENDS = ("local", "inprocess")
AT_ONCE = 140
SECONDS = 20


@pytest.fixture(params=BACKENDS)
def backend(request):
    return request.param


@pytest.fixture
def flow():
    return FlowBuilder("tcp")


@pytest.fixture
def server(flow):
    return flow.process()


def echo(flow, server, **options):
    """Serve one client whose lines come back."""
    port, lines, replies = server.bind_single_client(flow.external(), **options)
    replies.send(lines)
    return port


def echo_each(flow, server, codec=None):
    """Serve many clients whose elements come back, and print who comes and goes."""
    port, items, members, replies = server.bidi_external_many_bytes(flow.external(), codec or LinesCodec())
    replies.send(items)
    members.entries().assume_ordering(nondet("printed as they come")).for_each(print)
    return port


class Peer:
    """A client as any program may be one."""

    def __init__(self, deployment, port):
        self.deployment = deployment
        self.socket = socket.create_connection(deployment.address(port), SECONDS)
        self._held = b""

    def send(self, data):
        self.socket.sendall(data)

    def line(self):
        """Give the next line, letting a flow of this process run until it has come."""
        while b"\n" not in self._held:
            self.deployment.settle(SECONDS)
            data = self.socket.recv(2**16)
            assert data, f"the connection has ended after {self._held!r}"
            self._held += data
        line, _, self._held = self._held.partition(b"\n")
        return line

    def rest(self):
        """Give all that comes until the other side closes."""
        self.deployment.settle(SECONDS)
        while data := self.socket.recv(2**16):
            self._held += data
        return self._held

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


async def takes_time(value):
    """Give it when the counts of what came before have been told."""
    await asyncio.sleep(0.2)
    return value


def reset(peer):
    """Go without a good-bye: nothing can be sent there any more."""
    peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    peer.close()


def troubles(deployment):
    return [re.sub(r"\d+ bytes", "_ bytes", each.error) for each in deployment.problems]


def printed(deployment):
    deployment.settle(SECONDS)
    return [line.text for line in deployment.logs()]


def connect_until_it_fails(deployment, port):
    """A socket of a process that was killed ends soon after it."""
    while True:
        deployment.connect(port).close()


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
