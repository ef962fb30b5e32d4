"""P7 in a fresh interpreter: deploys the same flow again and again, and says when each call was made."""

from __future__ import annotations

import contextlib
import io
import sys

from hydro_nb.bench.flows import members, printed, row_of_processes
from hydro_nb.bench.work import mark


def row(count: int, rounds: int) -> None:
    """Start so many processes, each of which hears the one before."""
    flow = row_of_processes(count)
    for _ in range(rounds):
        mark("call")
        for line in printed(flow):
            sys.stdout.write(" ".join(line) + "\n")


def cluster(count: int, rounds: int) -> None:
    """Start a cluster of so many, and say when the last of them has seen an item."""
    flow, many = members()
    for _ in range(rounds):
        mark("call")
        with contextlib.redirect_stdout(io.StringIO()), flow.deploy(clusters={many: count}) as deployment:
            deployment.settle(timeout=300)
            seen = [float(line.text.split()[1]) for line in deployment.logs()]
        sys.stdout.write(f"seen {max(seen)} {len(seen)}\n")


if __name__ == "__main__":
    {"row": row, "cluster": cluster}[sys.argv[1]](*map(int, sys.argv[2:]))
