"""What the processes of a program print, and waiting for it."""

from __future__ import annotations

import re
import threading

THROUGHPUT = re.compile(r"Throughput: ([^ ]+) - ([^ ]+) - ([^ ]+) requests/s")


def texts(deployment, name):
    return [line.text for line in deployment.logs(name)]


def wait_for(deployment, done):
    """Wait until what is seen of a deployment is so."""
    seen = threading.Event()
    deployment.subscribe(lambda _: done() and seen.set())
    assert done() or seen.wait(60)


def require_throughput(deployment, aggregator):
    """Wait for two samples of a benchmark, and demand that there was something in them."""

    def rates():
        return [float(line[2]) for text in texts(deployment, aggregator) if (line := THROUGHPUT.fullmatch(text))]

    wait_for(deployment, lambda: len(rates()) >= 2)
    assert all(rate > 0 for rate in rates())
    assert any(text.startswith("Latency p50: ") for text in texts(deployment, aggregator))
