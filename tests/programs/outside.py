"""Services for clients that know nothing of Hydro: lines that come back, a chat, and two that speak HTTP."""

from __future__ import annotations

import json
from typing import Any

from hydro_nb import KeyedStream, NonDet, Process, Stream, inplace, nondet, sliced
from hydro_nb.std.membership import track_membership
from hydro_nb.values import MembershipEvent

Lines = KeyedStream[int, str, Process[Any]]
Replies = KeyedStream[int, str, Process[Any], Any, Any]
USAGE = "Invalid request. Use POST /increment/{key} or GET /get/{key}"


def echo_server(lines: Stream[str, Process[Any]]) -> Stream[str, Process[Any]]:
    """Send each line back."""
    return lines


def chat_server(
    lines: Lines, members: KeyedStream[int, MembershipEvent, Process[Any]], nondet_present: NonDet
) -> Replies:
    """Send each line to everyone else who is there when it is handled."""
    there = track_membership(members)
    with sliced() as s:
        said = s.batch(lines, nondet("a line goes to those who are there when it is handled", nondet_present))
        now = s.snapshot(there, nondet("the same", nondet_present))
        present = now.filter(lambda there: there).keys()
        both = said.entries().cross_product(present)
        told = both.filter(lambda pair: pair[0][0] != pair[1])
        return s.emit(told.map(lambda pair: (pair[1], f"From {pair[0][0]}: {pair[0][1]}")).into_keyed())


# ---------------------------------------------------------------- HTTP


def http_requests(lines: Lines) -> Stream[tuple[int, list[str]], Process[Any], Any, Any]:
    """Gather what each client says up to an empty line: the head of its request."""

    def empty() -> list[str]:
        return []

    def gather(head: list[str], line: str) -> bool:
        if line:
            head.append(line)
        return not line

    return lines.fold_early_stop(empty, inplace(gather)).entries()


def response(status: str, kind: str, body: str) -> str:
    """Write an answer after which the connection is not used again; the line's own end is the last of the body."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body.encode()) + 1}\r\nConnection: close"
    return f"{head}\r\n\r\n{body}"


def http_hello(lines: Lines) -> Replies:
    """Answer each request with itself."""
    requests = http_requests(lines)
    answers = requests.map(lambda request: (request[0], response("200 OK", "text/plain", "\n".join(request[1]))))
    return answers.into_keyed()


def parsed(head: list[str]) -> tuple[str, str]:
    """Give what is asked for and of which key; ("", "") where that is not understood.

    >>> parsed(["POST /increment/a HTTP/1.1", "Host: here"])
    ('increment', 'a')
    """
    verb, _, rest = (head[0] if head else "").partition(" ")
    parts = rest.partition(" ")[0].split("/")
    match verb, parts:
        case ("POST", ["", "increment" as what, key]) | ("GET", ["", "get" as what, key]) if key:
            return what, key
        case _:
            return "", ""


def http_counter(lines: Lines) -> list[Replies]:
    """Count per key: who was told of an increment sees it in every count that is asked for later."""
    requests = http_requests(lines).map(lambda request: (request[0], *parsed(request[1])))
    wrong = requests.filter(lambda request: not request[1])
    added = requests.filter(lambda request: request[1] == "increment").atomic()
    asked = requests.filter(lambda request: request[1] == "get").map(lambda request: (request[0], request[2]))
    counts = added.map(lambda request: (request[2], ())).into_keyed().value_counts()
    with sliced() as s:
        now = s.atomic(counts, nondet("what was acknowledged is counted"))
        questions = s.batch(asked, nondet("each request is answered alone")).into_keyed()
        found = s.emit(questions.lookup_keyed_singleton(now))
    return [
        wrong.map(lambda request: (request[0], _json("400 Bad Request", {"error": USAGE}))).into_keyed(),
        added.end_atomic().map(lambda request: (request[0], _acknowledged(request[2]))).into_keyed(),
        found.map(lambda answer: _counted(*answer)),
    ]


def _acknowledged(key: str) -> str:
    return _json("200 OK", {"key": key, "status": "incremented"})


def _counted(key: str, count: int | None) -> str:
    return _json("200 OK", {"key": key, "count": count or 0})


def _json(status: str, value: dict[str, Any]) -> str:
    return response(status, "application/json", json.dumps(value))
