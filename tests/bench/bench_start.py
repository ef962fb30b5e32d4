"""P7 in a fresh interpreter: deploys the same flow again and again, and says when each call was made."""

from __future__ import annotations

import sys

from bench_flows import printed, row_of_processes
from bench_work import mark


def main(count: int, rounds: int) -> None:
    flow = row_of_processes(count)
    for _ in range(rounds):
        mark("call")
        for line in printed(flow):
            print(*line, flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
