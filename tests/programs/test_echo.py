"""The template of a Hydro project: what comes in goes out in capitals."""

from __future__ import annotations

from typing import Any

from hydro_nb import FlowBuilder, Stream


def echo_capitalized(requests: Stream[str, Any, Any, Any, Any]) -> Stream[str, Any, Any, Any, Any]:
    return requests.map(str.upper)


def test_echo():
    process = FlowBuilder().process()
    send, requests = process.sim_input(str)
    responses = echo_capitalized(requests).sim_output()

    async def body():
        send.send_many(["hello", "world"])
        await responses.assert_yields_only(["HELLO", "WORLD"])

    assert process.flow.sim().exhaustive(body) == 1
