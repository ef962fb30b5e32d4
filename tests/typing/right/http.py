"""HTTP endpoints."""

from typing import assert_type

from hydro_nb import ExactlyOnce, FlowBuilder, KeyedStream, Process, TotalOrder, Unbounded
from hydro_nb.std.http import HttpPort, Request, Response, source_http


class Server: ...


flow = FlowBuilder()
server = flow.process(Server)
port, requests, responses = source_http(server, port=8080, timeout=5, token="open-sesame-0")
assert_type(port, HttpPort)
assert_type(requests, KeyedStream[int, Request, Process[Server], Unbounded, TotalOrder, ExactlyOnce])
responses.send(requests.map(lambda request: Response(200, request.path)))
responses.send(requests.filter(lambda request: request.method == "POST").map(lambda _: Response.json({"n": 1})))
