"""What the processes of a program print, and waiting for it."""

from __future__ import annotations

import re
import threading
import time

SECONDS = 60
THROUGHPUT = re.compile(r"Throughput: ([^ ]+) - ([^ ]+) - ([^ ]+) requests/s")


def texts(deployment, name):
    return [line.text for line in deployment.logs(name)]


def wait_for(deployment, done):
    """Wait until what is seen of a deployment is so; a line that was printed is no new state, so look now and then."""
    moved, end = threading.Event(), time.monotonic() + SECONDS
    deployment.subscribe(lambda _: moved.set())
    while not done():
        assert time.monotonic() < end, deployment.status()
        moved.wait(0.05)
        moved.clear()


def require_throughput(deployment, aggregator):
    """Wait for two samples of a benchmark with something in them, and for what it says of latencies."""

    def rates():
        return [float(line[2]) for text in texts(deployment, aggregator) if (line := THROUGHPUT.fullmatch(text))]

    wait_for(deployment, lambda: sum(rate > 0 for rate in rates()) >= 2)
    wait_for(deployment, lambda: any(text.startswith("Latency p50: ") for text in texts(deployment, aggregator)))
