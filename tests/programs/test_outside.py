"""Services for any client, talked to over real sockets by programs that know nothing of Hydro."""

from __future__ import annotations

import http.client
import json
import socket
from contextlib import ExitStack, contextmanager

import pytest
from outside import USAGE, chat_server, echo_server, http_counter, http_hello, parsed

from hydro_nb import FlowBuilder, MembershipEvent, nondet

SECONDS = 60


@contextmanager
def serving(service):
    """Deploy a service of many clients' lines and give its address, or the deployment with it."""
    flow = FlowBuilder("outside")
    port, lines, members, replies = flow.process().bidi_external_many_bytes(flow.external())
    answers = service(lines, members)
    for each in answers if isinstance(answers, list) else [answers]:
        replies.send(each)
    with flow.deploy() as deployment:
        yield deployment, deployment.address(port)


class Caller:
    """Somebody at the end of a connection who reads lines."""

    def __init__(self, address):
        self.socket = socket.create_connection(address, SECONDS)
        self._lines = self.socket.makefile("r", newline="\n")

    def say(self, text):
        self.socket.sendall(f"{text}\n".encode())

    def hear(self):
        return self._lines.readline().removesuffix("\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._lines.close()
        self.socket.close()


def ask(address, method, path):
    """Make one HTTP request; gives the status, the type and the body."""
    connection = http.client.HTTPConnection(*address, timeout=SECONDS)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.reason, answer.headers["Content-Type"], answer.read().decode()
    finally:
        connection.close()


def test_echo():
    flow = FlowBuilder("echo")
    port, lines, replies = flow.process().bind_single_client(flow.external())
    replies.send(echo_server(lines))
    with flow.deploy() as deployment, Caller(deployment.address(port)) as caller:
        for text in ("hello", "", "wörld"):
            caller.say(text)
            assert caller.hear() == text


def chat(lines, members):
    return chat_server(lines, members, nondet("shown to whoever is there"))


def test_chat_reaches_everyone_else():
    with serving(chat) as (deployment, address), ExitStack() as stack:
        callers = []
        for _ in range(3):
            callers.append(stack.enter_context(Caller(address)))
            deployment.settle(SECONDS)
        callers[0].say("hello")
        assert [each.hear() for each in callers[1:]] == ["From 0: hello"] * 2
        callers[2].say("hi")
        assert [each.hear() for each in callers[:2]] == ["From 2: hi"] * 2


def test_chat_forgets_who_has_left():
    with serving(chat) as (deployment, address), Caller(address) as stays:
        deployment.settle(SECONDS)
        with Caller(address) as leaves:
            leaves.say("bye")
            assert stays.hear() == "From 1: bye"
        deployment.settle(SECONDS)
        stays.say("anyone?")
        with Caller(address) as comes:
            deployment.settle(SECONDS)
            comes.say("me")
            assert stays.hear() == "From 2: me"
        assert deployment.problems == []


def test_chat_under_every_schedule():
    """Nobody hears himself, and who is heard was there or may have been."""
    server = FlowBuilder().process()
    say, lines = server.sim_input(tuple[int, str])
    move, events = server.sim_input(tuple[int, MembershipEvent])
    told = chat_server(lines.into_keyed(), events.into_keyed(), nondet("who is there is for the test"))
    heard, seen = told.entries().sim_output(), set()

    async def body():
        move.send_many([(0, MembershipEvent.Joined), (1, MembershipEvent.Joined)])
        say.send((0, "hello"))
        seen.add(tuple(await heard.collect_sorted()))

    server.flow.sim().exhaustive(body)
    assert seen == {(), ((1, "From 0: hello"),)}


def test_http_hello():
    with serving(lambda lines, _members: http_hello(lines)) as (_deployment, address):
        status, reason, kind, body = ask(address, "GET", "/some/where")
        assert (status, reason, kind) == (200, "OK", "text/plain")
        assert body.splitlines()[0] == "GET /some/where HTTP/1.1"
        assert f"Host: {address[0]}:{address[1]}" in body.splitlines()


def test_http_counter():
    with serving(lambda lines, _members: http_counter(lines)) as (_deployment, address):

        def told(method, path):
            status, _reason, kind, body = ask(address, method, path)
            assert kind == "application/json"
            return status, json.loads(body)

        assert told("GET", "/get/a") == (200, {"key": "a", "count": 0})
        for _ in range(3):
            assert told("POST", "/increment/a") == (200, {"key": "a", "status": "incremented"})
        assert told("POST", "/increment/b") == (200, {"key": "b", "status": "incremented"})
        assert told("GET", "/get/a") == (200, {"key": "a", "count": 3})
        assert told("GET", "/get/b") == (200, {"key": "b", "count": 1})
        assert told("GET", "/increment/a") == (400, {"error": USAGE})
        assert told("POST", "/nonsense") == (400, {"error": USAGE})


def test_http_counter_for_many_at_once():
    with serving(lambda lines, _members: http_counter(lines)) as (_deployment, address), ExitStack() as stack:
        callers = [stack.enter_context(Caller(address)) for _ in range(50)]
        for each in callers:
            each.say("POST /increment/k HTTP/1.1\r\nHost: x\r\n\r")
        assert {each.hear() for each in callers} == {"HTTP/1.1 200 OK\r"}
        assert json.loads(ask(address, "GET", "/get/k")[-1]) == {"key": "k", "count": 50}


@pytest.mark.parametrize("head", [[], [""], ["GET"], ["GET /get/ HTTP/1.1"], ["PUT /get/a"], ["GET /get/a/b HTTP/1.1"]])
def test_what_is_no_request(head):
    assert parsed(head) == ("", "")
