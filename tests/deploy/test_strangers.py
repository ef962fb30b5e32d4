"""Bytes of strangers on every socket of a running deployment change nothing but a counter."""

from __future__ import annotations

import os
import socket
import threading
import urllib.request
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
import zmq
from foreign_bytes import Strangers, frames, raw
from handmade import Port, channel, external, flow, place
from leading import until

from hydro_nb import FlowBuilder
from hydro_nb.deploy import deploy
from hydro_nb.runtime.notices import FIRST
from hydro_nb.runtime.report import encode
from hydro_nb.std.http import Response, source_http
from hydro_nb.telemetry.state import KERNEL
from hydro_nb.wire import Counts, Entered, Hello

SEED = 5
TICK = """
def start():
    return State(seen=[])
def tick(state, inputs, outputs):
    state.seen += inputs["in1"]
    outputs["out2"].extend(inputs["in1"])
    return False
"""
PASS = TICK.replace("in1", "in2").replace("out2", "out3")


def relay():
    """A client whose numbers go by two processes and come back."""
    return flow(
        place(0, "A", TICK, outputs=["out2"]),
        place(1, "B", PASS, outputs=["out3"]),
        external(2),
        channels=[channel(1, 2, 0), channel(2, 0, 1), channel(3, 1, 2)],
    )


def sockets(deployment):
    """Give every endpoint of a deployment: of its two processes, its clients and its kernel."""
    plan = deployment._backend._supervisor.plan
    return {**plan.endpoints, KERNEL: plan.control}


def counted(deployment, condition):
    """Wait until the counts of refused frames are such."""
    event = threading.Event()
    deployment.subscribe(lambda state: condition(state.refused) and event.set())
    assert condition(deployment.snapshot().refused) or event.wait(60), deployment.snapshot().refused


@pytest.mark.parametrize("transport", ["ipc", "tcp"])
def test_bytes_that_are_no_messages(transport):
    with deploy(relay(), echo=False, transport=transport) as deployment, Strangers() as strangers:
        numbers, back = deployment.connect(Port("edge:1")), deployment.connect(Port("edge:3"))
        expected = iter(range(1000))
        for data in raw(SEED).values():
            for endpoint in sockets(deployment).values():
                strangers.say(endpoint, data)
            number = next(expected)
            numbers.send(number)
            assert back.receive(60) == number
        deployment.settle(60)
        assert {row.state for row in deployment.processes} == {"running"}
        assert deployment.problems == []
        # of those that are cut off in the middle of what they say most began as a peer would
        counted(deployment, lambda refused: {*refused} == {0, 1, KERNEL})


def test_whole_messages():
    with deploy(relay(), echo=False) as deployment, Strangers() as strangers:
        numbers, back = deployment.connect(Port("edge:1")), deployment.connect(Port("edge:3"))
        ends = {0: 2, 1: 2, KERNEL: 1, 2: 3}
        for number, what in enumerate(frames(SEED, 0)):
            for peer, endpoint in sockets(deployment).items():
                kind = zmq.DEALER if peer == KERNEL else zmq.PUSH
                strangers.send(endpoint, frames(SEED, ends[peer])[what], kind=kind)
            numbers.send(number)
            assert back.receive(60) == number
        many = len(frames(SEED, 0))
        # what comes to the clients' socket comes to the kernel
        counted(deployment, lambda refused: refused == {0: many, 1: many, KERNEL: 2 * many})
        deployment.settle(60)
        assert {row.state for row in deployment.processes} == {"running"}
        told = [problem.process for problem in deployment.problems]
        assert sorted(told) == sorted(["A", "B", "the kernel"] * FIRST)
        assert all(problem.error.startswith("DecodeError: ") and not problem.fatal for problem in deployment.problems)
        assert deployment.status().splitlines()[-1].startswith("  refused connections, clients and frames of strangers")
        assert {f"A {many}", f"B {many}", f"the kernel {2 * many}"} <= {
            each.strip() for part in deployment.status().splitlines()[-1].split(":") for each in part.split(",")
        }


def test_lies_to_the_kernel():
    with deploy(relay(), echo=False) as deployment, Strangers() as strangers:
        lies = [Hello(1, 1, b"no token"), Counts(1, 0.0, {"edge:1": 99}), Entered(1, "failed", 1, 0.0)]
        strangers.send(sockets(deployment)[KERNEL], *map(encode, lies), kind=zmq.DEALER)
        until(deployment, lambda state: state.refused == {KERNEL: 3} and len(state.problems) == 3)
        assert {row.state for row in deployment.processes} == {"running"}
        assert [problem.error for problem in deployment.problems] == [
            "a process introduced itself without the token of this deployment",
            "a message came from a process that has not introduced itself: Counts",
            "a message came from a process that has not introduced itself: Entered",
        ]
        deployment.settle(60)


def test_messages_of_several_parts():
    with deploy(relay(), echo=False) as deployment, Strangers() as strangers:
        numbers, back = deployment.connect(Port("edge:1")), deployment.connect(Port("edge:3"))
        for peer, endpoint in sockets(deployment).items():
            parts = [b"", frames(SEED, 1)["noise"], b"", encode(Hello(1, 1, b"no token"))]
            strangers.send_parts(endpoint, parts, kind=zmq.DEALER if peer == KERNEL else zmq.PUSH)
        numbers.send(1)
        assert back.receive(60) == 1
        # what comes to a data socket is a frame in each part, what comes to the kernel a message in all of them
        counted(deployment, lambda refused: refused == {0: 4, 1: 4, KERNEL: 4 + 1})
        deployment.settle(60)


def test_who_has_no_key_says_nothing():
    with deploy(relay(), echo=False, transport="tcp") as deployment, Strangers() as strangers:
        numbers, back = deployment.connect(Port("edge:1")), deployment.connect(Port("edge:3"))
        for endpoint in sockets(deployment).values():
            strangers.keep_sending(endpoint, *frames(SEED, 2).values())
        numbers.send(5)
        assert back.receive(60) == 5
        counted(deployment, lambda refused: {*refused} == {0, 1, KERNEL})
        assert deployment.problems == []


def test_a_port_for_anybody():
    builder = FlowBuilder()
    server = builder.process()
    port, lines, _, replies = server.bidi_external_many_bytes(builder.external())
    replies.send(lines)
    with builder.deploy() as deployment:
        address = deployment.address(port)
        client = deployment.connect(port)
        for noise in (b"\xff" * 2000, os.urandom(3000), b"\0" * (1 << 20), b"x" * (2 << 20)):
            with socket.create_connection(address, 20) as stranger:
                stranger.settimeout(60)
                stranger.sendall(noise)
            client.send("still there")
            assert client.receive(60) == "still there"
        assert {row.state for row in deployment.processes} == {"running"}


HEAD = b"POST / HTTP/1.1\r\nHost: here\r\n"
REQUESTS = {
    "noise": bytes(range(256)) * 20,
    "no request": b"\r\n" * 100,
    "half a line": b"GET /" + b"x" * 20_000,
    "a header without an end": HEAD + b"x: " + b"y" * 20_000,
    "more headers than anybody has": HEAD + b"x: y\r\n" * 20_000 + b"\r\n",
    "a length that is none": HEAD + b"Content-Length: -5\r\n\r\nabc",
    "a length that is too great": HEAD + b"Content-Length: 99999999999999999999\r\n\r\nabc",
    "two lengths": HEAD + b"Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
    "a chunk that is none": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc",
    "a chunk that is too great": HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc",
    "both": HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
    "a path of bytes": b"GET /%ff%00%fe?\xff=\xfe HTTP/1.1\r\nHost: \xff\r\n\r\n",
    "another version": b"GET / HTTP/7.9\r\n\r\n",
    "another method": b"\x00\x01 / HTTP/1.1\r\n\r\n",
}


def test_an_endpoint_for_http():
    builder = FlowBuilder()
    endpoint, requests, responses = source_http(builder.process())
    responses.send(requests.map(lambda request: Response(200, request.path)))
    with builder.deploy() as deployment:
        url = urlsplit(endpoint.url(deployment))
        for noise in REQUESTS.values():
            with socket.create_connection((url.hostname, url.port), 20) as stranger, suppress(ConnectionError):
                stranger.sendall(noise)
                stranger.shutdown(socket.SHUT_WR)
                while stranger.recv(1 << 16):
                    pass
            with urllib.request.urlopen(f"{url.geturl()}/still", timeout=60) as answer:
                assert answer.read() == b"/still"
        assert {row.state for row in deployment.processes} == {"running"}
        assert deployment.problems == []
