"""HTTP endpoints of deployed processes, asked by real clients."""

import asyncio
import http.client
import socket
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from hydro_nb import FlowBuilder, GraphError, HydroError, ProcessFailed
from hydro_nb.std.http import Request, Response, source_http


class Server: ...


class Worker: ...


@pytest.fixture
def flow():
    return FlowBuilder("http")


@pytest.fixture
def server(flow):
    return flow.process(Server)


@pytest.fixture
def clients():
    with ThreadPoolExecutor(128) as pool:
        yield pool


@pytest.fixture
def deployed(flow):
    """Deploy the flow; what a test leaves running is stopped."""
    running = []

    def of():
        running.append(flow.deploy())
        return running[-1]

    yield of
    for deployment in running:
        deployment.stop()


def ask(url, data=None, method=None, headers=None):
    """Give the status and the text of an answer."""
    request = urllib.request.Request(url, data, headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


class Played:
    """A flow whose responses a test gives by hand."""

    def __init__(self, flow, process, **options):
        client = flow.external()
        self.port, requests, responses = source_http(process, **options)
        self._seen = requests.entries().send_external(client)
        self._answers, answers = process.source_external(client, tuple[int, Response])
        responses.send(answers.into_keyed().weaken_ordering())

    def start(self, deployment):
        self.deployment = deployment
        self.url = self.port.url(deployment)
        return self

    def request(self):
        return self.deployment.connect(self._seen).receive(60)

    def answer(self, number, response):
        self.deployment.connect(self._answers).send((number, response))


@pytest.fixture
def played(flow, server, deployed):
    return lambda **options: Played(flow, server, **options).start(deployed())


# ---------------------------------------------------------------- requests and responses


def test_what_a_request_says(flow, server, deployed):
    port, requests, responses = source_http(server)
    responses.send(
        requests.map(lambda r: Response.json([r.method, r.path, r.target, r.query, r.headers["x-a"], r.text]))
    )
    url = port.url(deployed())
    status, text = ask(f"{url}/a%20b?x=1&x=2&y", "é".encode(), "PUT", {"X-A": "one"})
    assert (status, text) == (200, '["PUT","/a b","/a%20b?x=1&x=2&y",{"x":"2","y":""},"one","é"]')


def test_what_a_response_says(flow, server, deployed):
    port, requests, responses = source_http(server)
    responses.send(requests.map(lambda _: Response(404, "nöthing", {"X-Why": "because"})))
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(port.url(deployed()), timeout=60)
    with caught.value as answer:
        assert (answer.code, answer.read().decode()) == (404, "nöthing")
        assert answer.headers["x-why"] == "because"
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_connection_is_kept(flow, server, deployed):
    port, requests, responses = source_http(server)
    responses.send(requests.map(lambda request: Response(200, request.path)))
    connection = http.client.HTTPConnection(urlsplit(port.url(deployed())).netloc, timeout=60)
    for path in ("/one", "/two"):
        connection.request("GET", path)
        assert connection.getresponse().read().decode() == path
    connection.close()


def test_a_hundred_clients_at_once_have_each_their_answer(flow, server, deployed, clients):
    port, requests, responses = source_http(server)
    responses.send(requests.map(lambda request: Response(200, request.path * 1000)))
    url = port.url(deployed())
    answers = clients.map(ask, [f"{url}/{n}" for n in range(100)])
    assert [*answers] == [(200, f"/{n}" * 1000) for n in range(100)]


def test_another_process_answers(flow, server, deployed):
    port, requests, responses = source_http(server)
    there = requests.entries().send(flow.process(Worker))
    back = there.map(lambda pair: (pair[0], Response(201, pair[1].body))).send(server)
    responses.send(back.into_keyed().weaken_ordering())
    assert ask(port.url(deployed()), b"payload") == (201, "payload")


def test_responses_go_to_their_own_requests(played, clients):
    flow = played()
    first = clients.submit(ask, f"{flow.url}/first")
    one = flow.request()
    second = clients.submit(ask, f"{flow.url}/second")
    two = flow.request()
    assert [one[0], one[1].path, two[0], two[1].path] == [0, "/first", 1, "/second"]
    flow.answer(1, Response(200, "to the second"))
    assert second.result(60) == (200, "to the second")
    flow.answer(0, Response(200, "to the first"))
    assert first.result(60) == (200, "to the first")


def test_two_endpoints(flow, server, deployed):
    ports = []
    for name in ("one", "two"):
        port, requests, responses = source_http(server)
        responses.send(requests.map(lambda _, name=name: Response(200, name)))
        ports.append(port)
    deployment = deployed()
    urls = [port.url(deployment) for port in ports]
    assert [ask(url)[1] for url in urls] == ["one", "two"]
    assert [port.url(deployment) for port in ports] == urls


# ---------------------------------------------------------------- where it is served


def test_the_address_is_printed(played):
    flow = played()
    flow.deployment.stop()
    assert f"serving {flow.url}" in [line.text for line in flow.deployment.logs()]


def test_the_address_without_blocking(flow, server):
    port, requests, responses = source_http(server)
    responses.send(requests.map(lambda _: Response(200, "hello")))

    async def body():
        async with flow.deploy() as deployment:
            url = await port.url_when_ready(deployment)
            assert await asyncio.to_thread(ask, url) == (200, "hello")
            assert await port.url_when_ready(deployment) == port.url(deployment) == url

    asyncio.run(body())


def test_in_process(flow, server, clients):
    port, requests, responses = source_http(server)
    responses.send(requests.map(lambda request: Response(200, request.path)))
    seen = requests.entries().send_external(flow.external())
    with flow.deploy(backend="inprocess") as deployment:
        answer = clients.submit(ask, port.url(deployment) + "/in")
        deployment.connect(seen).receive(60)
        deployment.settle(60)
        assert answer.result(60) == (200, "/in")


def test_a_chosen_port_that_is_taken(flow, server):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        source_http(server, port=number)
        with pytest.raises(ProcessFailed) as caught, flow.deploy() as deployment:
            deployment.wait(60)
    assert f"nothing can be served at 127.0.0.1:{number}: Address already in use; port=0 takes" in str(caught.value)
    assert "source_http(server, port=number)" in str(caught.value)


@pytest.mark.parametrize("port", [-1, 65536, "80"])
def test_no_port(server, port):
    with pytest.raises(GraphError, match=r"a port is a number from 0 to 65535, not .*\n  test_http.py, line"):
        source_http(server, port=port)


def test_it_settles(played, clients):
    flow = played()
    flow.deployment.settle(60)
    answer = clients.submit(ask, flow.url)
    number, _ = flow.request()
    flow.answer(number, Response(200, "done"))
    assert answer.result(60) == (200, "done")
    flow.deployment.settle(60)


# ---------------------------------------------------------------- what goes wrong


def test_no_response_in_time(played, clients):
    flow = played(timeout=0.05)
    assert ask(flow.url) == (504, "the program gave no response within 0.05 seconds")
    number, _ = flow.request()
    flow.answer(number, Response(200, "late"))
    assert ask(flow.url)[0] == 504


def test_a_client_that_leaves(played, clients):
    flow = played()
    with socket.create_connection(urlsplit(flow.url).netloc.split(":"), timeout=60) as client:
        client.sendall(b"GET /gone HTTP/1.1\r\nHost: a\r\n\r\n")
        number, request = flow.request()
        assert request.path == "/gone"
    flow.answer(number, Response(200, "nobody is there"))
    answer = clients.submit(ask, flow.url)
    flow.answer(flow.request()[0], Response(200, "the next"))
    assert answer.result(60) == (200, "the next")


def test_a_second_response_goes_nowhere(played, clients):
    flow = played()
    answer = clients.submit(ask, flow.url)
    number, _ = flow.request()
    flow.answer(number, Response(200, "one"))
    flow.answer(number, Response(200, "two"))
    assert answer.result(60) == (200, "one")
    answer = clients.submit(ask, flow.url)
    flow.answer(flow.request()[0], Response(200, "three"))
    assert answer.result(60) == (200, "three")


def test_garbage_and_large_bodies_do_not_reach_the_flow(played, clients):
    flow = played(largest=100)
    assert ask(flow.url, b"x" * 101)[0] == 413
    with socket.create_connection(urlsplit(flow.url).netloc.split(":"), timeout=60) as client:
        client.sendall(b"\x00\xff no HTTP\r\n\r\n")
        assert b" 400 Bad Request" in client.recv(100)
    answer = clients.submit(ask, flow.url, b"x" * 99)
    number, request = flow.request()
    assert (number, len(request.body)) == (0, 99)
    flow.answer(number, Response())
    assert answer.result(60) == (200, "")


@pytest.mark.parametrize(
    ("response", "why"),
    [
        (Response(200, "x", {"a": "b\r\nc: d"}), "no header may have 'b\\r\\nc: d'"),
        (Response(99), "no status is 99"),
        (Response(200, 3), "its body is of type int"),
    ],
)
def test_responses_that_cannot_be_sent(flow, server, deployed, response, why):
    port, requests, responses = source_http(server)
    responses.send(requests.map(lambda _: response))
    deployment = deployed()
    assert ask(port.url(deployment)) == (500, f"the program gave a response that cannot be sent: {why}")
    deployment.stop()
    assert [line.text for line in deployment.logs() if line.stream == "stderr"] == [
        f"{response!r} cannot be sent: {why}"
    ]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((7, Response()), "there was no request 7; let each response keep the key of its request"),
        ((0, "hello"), "request 0 was answered with 'hello'; a response is Response(status, body)"),
    ],
)
def test_answers_to_nobody(flow, server, answer, why):
    port, requests, responses = source_http(server)
    responses.send(requests.entries().map(lambda _: answer).into_keyed())
    with flow.deploy() as deployment:
        ask_quietly(port.url(deployment))
        with pytest.raises(ProcessFailed) as caught:
            deployment.wait(60)
    assert why in str(caught.value)
    assert "source_http(server)" in str(caught.value)


def ask_quietly(url):
    """Give the answer, or None where the connection ends without one."""
    try:
        return ask(url)
    except OSError:
        return None


def test_who_waits_when_it_stops_is_not_left_waiting(played, clients):
    flow = played()
    answer = clients.submit(ask_quietly, flow.url)
    flow.request()
    flow.deployment.stop()
    assert answer.result(60) in ((503, "the program stops"), None)


def test_the_simulator_says_why_it_cannot(flow, server):
    source_http(server)
    with pytest.raises(HydroError, match="sidecar"):
        flow.sim().exhaustive(lambda: None)


def test_without_the_extra(server, monkeypatch):
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    with pytest.raises(HydroError) as caught:
        source_http(server)
    said, where = str(caught.value).split("\n")
    assert said == 'serving HTTP needs aiohttp, which the extra `http` brings: pip install "hydro_nb[http]".'
    assert where.startswith("  test_http.py, line ")


def test_a_request_reads_its_body():
    request = Request("POST", "/", body=b'{"n": 1}')
    assert (request.text, request.json(), request.json(dict[str, int])) == ('{"n": 1}', {"n": 1}, {"n": 1})


# ------------------------------------------------------------ a token


def test_only_who_knows_the_token_is_answered(flow, server, deployed):
    port, requests, responses = source_http(server, token="open-sesame-0")
    responses.send(requests.map(lambda request: Response(200, request.path)))
    deployment = deployed()
    url = port.url(deployment) + "/hello"
    wrong = [None, "open-sesame-0", "Bearer open-sesame-1", "Basic open-sesame-0", "Bearer "]
    answers = [ask(url, headers={"Authorization": each} if each else {}) for each in wrong]
    assert answers == [(401, "this needs the header `Authorization: Bearer` with the token")] * 5
    assert ask(url, headers={"Authorization": "Bearer open-sesame-0"}) == (200, "/hello")
    deployment.settle(60)
    told = [line.text for line in deployment.logs() if line.stream == "stderr"]
    assert told == [
        f"refused a request of 127.0.0.1 without the token (refused so far: {count})" for count in (1, 2, 4)
    ]


def test_the_token_is_shown_nowhere(flow, server):
    _, requests, responses = source_http(server, token="in-this-very-line")
    responses.send(requests.map(lambda request: Response(200)))
    shown = [flow.to_text(), flow.to_json(), flow.to_dot(), flow.source(server), repr(flow.graph.nodes)]
    assert not [text for text in shown if "in-this-very-line" in text]


def test_a_token_that_is_none_is_refused(server):
    with pytest.raises(GraphError, match="`source_http` was given a token that is no line of 8 to 256 printable"):
        source_http(server, token="short")
