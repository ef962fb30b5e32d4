"""Ports that ask for a token: who knows it is a client like any other, who does not is nobody."""

import re
import socket

import pytest
from tcp_peers import SECONDS, Peer, echo, echo_each, printed, troubles

from hydro_nb import FlowBuilder, GraphError, LengthDelimitedCodec
from hydro_nb.runtime import door

TOKEN = "open-sesame-0"


@pytest.fixture(params=("local", "inprocess"))
def backend(request):
    return request.param


@pytest.fixture
def flow():
    return FlowBuilder("tokens")


@pytest.fixture
def server(flow):
    return flow.process()


def refused(peer):
    """Whether the other side has closed without a word."""
    try:
        return peer.rest() == b""
    except ConnectionResetError:
        return True


def test_who_sends_it_first_is_a_client(flow, server, backend):
    port = echo(flow, server, token=TOKEN)
    with flow.deploy(backend=backend) as deployment, Peer(deployment, port) as peer:
        peer.send(f"{TOKEN}\none\nt".encode())
        assert peer.line() == b"one"
        peer.send(b"wo\n")
        assert peer.line() == b"two"


def test_it_may_come_in_pieces_and_with_a_carriage_return(flow, server, backend):
    port = echo(flow, server, token=TOKEN)
    with flow.deploy(backend=backend) as deployment, Peer(deployment, port) as peer:
        for byte in f"{TOKEN}\r\n".encode():
            peer.send(bytes([byte]))
        peer.send(b"hello\n")
        assert peer.line() == b"hello"


def test_the_deployment_sends_it_by_itself(flow, server, backend):
    port = echo_each(flow, server, LengthDelimitedCodec(), token=TOKEN)
    with flow.deploy(backend=backend) as deployment:
        one, two = deployment.connect(port), deployment.connect(port)
        one.send(b"1")
        two.send(b"2")
        assert (one.receive(SECONDS), two.receive(SECONDS)) == (b"1", b"2")


@pytest.mark.parametrize("said", [b"open-sesame-1\nhello\n", b"\n", b"x" * 2000, f"{TOKEN} \n".encode()])
def test_who_does_not_is_refused_and_told_of(flow, server, backend, said):
    port = echo_each(flow, server, token=TOKEN)
    with flow.deploy(backend=backend) as deployment:
        with Peer(deployment, port) as stranger:
            stranger.send(said)
            assert refused(stranger)
        (trouble,) = troubles(deployment)
        assert re.fullmatch(
            r"port `port` refused 127\.0\.0\.1:\d+: its first line is not the token \(refused so far: 1\)", trouble
        )
        assert printed(deployment) == []


def test_a_stranger_does_not_take_the_place_of_the_one_client(flow, server, backend):
    port = echo(flow, server, token=TOKEN)
    with flow.deploy(backend=backend) as deployment, Peer(deployment, port), Peer(deployment, port) as client:
        client.send(f"{TOKEN}\nhello\n".encode())
        assert client.line() == b"hello"


def test_who_leaves_before_it_is_refused(flow, server, backend):
    port = echo(flow, server, token=TOKEN)
    with flow.deploy(backend=backend) as deployment:
        with Peer(deployment, port) as stranger:
            stranger.send(b"open")
            stranger.socket.shutdown(socket.SHUT_WR)
            assert refused(stranger)
        assert "it left before it had sent the token" in troubles(deployment)[0]


def test_many_refusals_are_few_lines(flow, server):
    port = echo(flow, server, token=TOKEN)
    with flow.deploy(backend="inprocess") as deployment:
        for _ in range(20):
            with Peer(deployment, port) as stranger:
                stranger.send(b"guess\n")
                assert refused(stranger)
        counts = [int(re.findall(r"so far: (\d+)", each)[0]) for each in troubles(deployment)]
    assert counts == [1, 2, 4, 8, 16]


def test_who_says_nothing_is_refused_after_a_while(flow, server, monkeypatch):
    monkeypatch.setattr(door, "PATIENCE_SECONDS", 0.0)
    port = echo(flow, server, token=TOKEN)
    with flow.deploy(backend="inprocess") as deployment, Peer(deployment, port) as stranger:
        assert refused(stranger)
        assert "it has not sent the token within 0 seconds" in troubles(deployment)[0]


def test_the_first_of_too_many_who_wait_is_refused(flow, server, monkeypatch):
    monkeypatch.setattr(door, "MOST_WAITING", 2)
    port = echo(flow, server, token=TOKEN)
    with flow.deploy(backend="inprocess") as deployment, Peer(deployment, port) as first:
        with Peer(deployment, port), Peer(deployment, port) as last:
            assert refused(first)
            last.send(f"{TOKEN}\nhello\n".encode())
            assert last.line() == b"hello"
        assert "too many others came" in troubles(deployment)[0]


def test_it_is_shown_nowhere(flow, server):
    port = echo(flow, server, token="in-this-very-line")
    made = flow.deploy(backend="inprocess")
    with made as deployment:
        shown = [
            *(repr(each) for each in (flow, port, deployment, deployment.program, flow.graph.nodes)),
            *(flow.to_text(), flow.to_json(), flow.to_dot(), flow.to_mermaid(), flow.source(server)),
            *(deployment.source("process 0"), deployment.status()),
        ]
    assert not [text for text in shown if "in-this-very-line" in text]
    assert "127.0.0.1:any, lines, with a token" in flow.to_text()


@pytest.mark.parametrize("token", ["short", "two words here", "a\nsecond-line", "", "x" * 300])
def test_a_bad_one_is_refused_where_it_is_given(flow, server, token):
    with pytest.raises(GraphError, match="printable characters without spaces"):
        server.bind_single_client(flow.external(), token=token)


def test_it_is_text(flow, server):
    with pytest.raises(GraphError, match="needs token= in text, but was given a int"):
        server.bidi_external_many_bytes(flow.external(), token=12345678)
