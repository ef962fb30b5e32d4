import socket

import pytest

from hydro_nb import BytesCodec, DeployError, EncodeError, GraphError, LinesCodec, LocationError, TcpPort
from hydro_nb.ir.node import Bound, Order, Retries


def test_list(flow, leader, run, snapshot):
    port, lines, replies = leader.bind_single_client(flow.external())
    replies.send(lines.map(lambda line: line.upper()))
    assert run(lines, feed={port: ["a", "b"]}) == ["a", "b"]
    assert (port.name, port.slot, port.many) == ("port", lines.ref.slot, False)
    snapshot(flow.source(leader))


def test_there_and_back(flow, leader):
    port, lines, replies = leader.bind_single_client(flow.external())
    replies.send(lines.map(str.upper))
    with flow.deploy(backend="inprocess") as deployment:
        client = deployment.connect(port)
        client.send("hello")
        assert client.receive(60) == "HELLO"


def test_bincode(flow, leader):
    port, numbers, replies = leader.bind_single_client_bincode(flow.external(), int, tuple[str, int])
    replies.send(numbers.map(lambda n: (str(n), n)))
    with flow.deploy(backend="inprocess") as deployment:
        client = deployment.connect(port)
        client.send(7)
        assert client.receive(60) == ("7", 7)
        with socket.create_connection(deployment.address(port)) as other:
            assert other.recv(1) == b""  # there is a client already
        client.close()
        deployment.settle(60)
        with socket.create_connection(deployment.address(port)) as other:
            other.sendall(b"\0\0\0\x08" + (300).to_bytes(8, "little"))
            deployment.settle(60)
            assert other.recv(100) == b"\0\0\0\x13" + (3).to_bytes(8, "little") + b"300" + (300).to_bytes(8, "little")


def test_frames_of_bytes(flow, leader, run):
    port, frames = leader.source_external_bytes(flow.external())
    assert run(frames, feed={port: [b"one", b"", b"\xff\n"]}) == [b"one", b"", b"\xff\n"]
    assert frames.kind.element is bytes


def test_guarantees(flow, leader):
    kind = leader.bind_single_client(flow.external())[1].kind
    assert (kind.bound, kind.order, kind.retries) == (Bound.UNBOUNDED, Order.TOTAL, Retries.EXACTLY_ONCE)


def test_a_second_collection_as_answer(flow, leader, message):
    _port, lines, replies = leader.bind_single_client(flow.external())
    replies.send(lines)
    text = message(lambda: replies.send(lines), GraphError)
    assert text == (
        "this channel is a Stream with TotalOrder and takes one collection, but was sent a second.\n"
        "  made at   test_bind_single_client.py, line _:   _port, lines, replies = "
        "leader.bind_single_client(flow.external())\n"
        "  again at  test_bind_single_client.py, line _:   text = message(lambda: replies.send(lines), GraphError)\n"
        "  Merge them first, or make the channel unordered: order=NoOrder"
    )


def test_no_client(leader, worker, message):
    assert "needs a client made by flow.external(Marker)" in message(
        lambda: leader.bind_single_client(worker), LocationError
    )


def test_no_codec(flow, leader, message):
    text = message(lambda: leader.bind_single_client(flow.external(), "utf-8"), GraphError)
    assert "There are LinesCodec(), LengthDelimitedCodec() and BytesCodec()." in text


def test_a_codec_without_its_brackets(flow, leader):
    assert leader.bind_single_client(flow.external(), BytesCodec)[1].kind.element is bytes


@pytest.mark.parametrize(("hint", "why"), [(8080, "hint=TcpPort(n)")])
def test_no_port(flow, leader, message, hint, why):
    assert why in message(lambda: leader.bind_single_client(flow.external(), LinesCodec(), hint), GraphError)


def test_no_bincode(flow, leader, message):
    text = message(lambda: leader.bind_single_client_bincode(flow.external(), int, complex), EncodeError)
    assert "complex has no bincode form" in text


def test_a_port_that_is_taken(flow, leader):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        leader.bind_single_client(flow.external(), hint=TcpPort(number))
        with pytest.raises(DeployError, match=r"Address already in use\. Choose another port: hint=TcpPort\(n\)"):
            flow.deploy(backend="inprocess")


def test_the_simulator_refuses(flow, leader, message):
    leader.bind_single_client(flow.external())
    assert "because of `bind_single_client`" in message(flow.sim, GraphError)
