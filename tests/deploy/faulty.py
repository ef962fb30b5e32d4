"""A client, the process that it sends numbers to, and another that these are sent on to: what faults act on."""

from __future__ import annotations

import time

import pytest
from leading import SECONDS, said, send

from hydro_nb import TCP, FlowBuilder, SettleTimeout

BACKENDS = ["local", "inprocess"]
SHORT, LONG = 0.2, 600.0


class Source: ...


class Target: ...


class Aside: ...


class Pair:
    """Numbers of a client go from one process to another, which prints them; a third has nothing to do with it."""

    def __init__(self, via=None, *, back=False) -> None:
        self.flow = FlowBuilder("pair")
        self.source, self.target, self.aside = (self.flow.process(each) for each in (Source, Target, Aside))
        self.port, numbers = self.source.source_external(self.flow.external(), int)
        self.there = numbers.send(self.target, via or TCP.fail_stop())
        self.there.for_each(print)
        if back:
            self.there.send(self.source, TCP.fail_stop()).for_each(lambda n: print("back", n))
        self.aside.source_iter([0]).for_each(print)

    @property
    def edge(self) -> str:
        return self.there.ref.slot


def sends(deployment, pair, *numbers) -> None:
    """Let the client send, and all arrive."""
    send(deployment, pair.port, *numbers)
    deployment.settle(SECONDS)


def got(deployment, name="Target") -> list[int]:
    return [int(text) for text in said(deployment, name)]


def busy(deployment, *texts, seconds=0.2):
    """Settle in vain, until what is said of it has all these texts: who is not heard in time is said to be silent."""
    deadline = time.monotonic() + SECONDS
    while True:
        with pytest.raises(SettleTimeout) as late:
            deployment.settle(seconds)
        said_busy = str(late.value)
        if all(text in said_busy for text in texts) or time.monotonic() > deadline:
            break
    assert [text for text in texts if text not in said_busy] == [], said_busy
    return said_busy
