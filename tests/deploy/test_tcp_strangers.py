"""Ports that ask for no token, and many who have nothing to do there: counted, told of ever less often, no more."""

import re
import threading

import pytest
from tcp_peers import SECONDS, Peer, echo, echo_each

from hydro_nb import FlowBuilder, LengthDelimitedCodec, ProcessFailed


class Server:
    pass


class Broken:
    pass


@pytest.fixture(params=("local", "inprocess"))
def backend(request):
    return request.param


@pytest.fixture
def flow():
    return FlowBuilder("strangers")


def refused(deployment, count):
    """Wait until so many were refused."""
    event = threading.Event()
    deployment.subscribe(lambda state: sum(state.refused.values()) >= count and event.set())
    assert sum(deployment.snapshot().refused.values()) >= count or event.wait(SECONDS), deployment.snapshot().refused
    return sum(deployment.snapshot().refused.values())


def counts(deployment, kind):
    """Give how many there had been each time that one was told of."""
    told = [each.error for each in deployment.problems if "port `port`" in each.error]
    found = [re.search(rf"\({kind} so far: (\d+)\)$", each) for each in told]
    return [int(each[1]) if each else 1 for each in found]


def test_why_a_process_failed_outlasts_any_number_of_bad_clients(flow):
    port = echo_each(flow, flow.process(Server), LengthDelimitedCodec())
    flow.process(Broken).source_iter([1, 0]).map(lambda x: 1 // x).for_each(print)
    with flow.deploy() as deployment:
        with pytest.raises(ProcessFailed):
            deployment.settle(SECONDS)
        for _ in range(250):
            with Peer(deployment, port) as stranger:
                stranger.send(b"\xff" * 64)
        assert refused(deployment, 250) == 250
        assert [each.process for each in deployment.problems if each.fatal] == ["Broken"]
        assert counts(deployment, "refused") == [1, 2, 4, 8, 16, 32, 64, 128]
        assert deployment.status().splitlines()[-1].endswith("Server 250")


def test_who_finds_the_place_of_the_one_client_taken(flow, backend):
    port = echo(flow, flow.process(Server))
    with flow.deploy(backend=backend) as deployment, Peer(deployment, port) as first:
        first.send(b"a\n")
        assert first.line() == b"a"
        for _ in range(20):
            with Peer(deployment, port) as second:
                assert second.rest() == b""
        first.send(b"b\n")
        assert first.line() == b"b"
        deployment.settle(SECONDS)
        assert refused(deployment, 20) == 20
        assert counts(deployment, "turned away") == [1, 2, 4, 8, 16]


def test_who_does_not_know_the_token_is_counted(flow, backend):
    port = echo(flow, flow.process(Server), token="let-me-in-please")
    with flow.deploy(backend=backend) as deployment:
        for _ in range(5):
            with Peer(deployment, port) as stranger:
                stranger.send(b"guess\n")
                assert stranger.rest() == b""
        deployment.settle(SECONDS)
        assert refused(deployment, 5) == 5
