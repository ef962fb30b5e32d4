"""Programs whose processes are started in a way of one's choice."""

from __future__ import annotations

from hydro_nb.deploy.board import Board
from hydro_nb.deploy.change import Laid
from hydro_nb.deploy.deployment import Deployment
from hydro_nb.deploy.local import LocalBackend
from hydro_nb.deploy.order import Order
from hydro_nb.deploy.plan import peers_of


def printed(program, launcher):
    """Run a program with another way to start its processes; gives what they print."""
    board = Board("run", peers_of(program, {}), echo=False, folder=None)
    backend = LocalBackend(program, board, clusters={}, max_buffer=1 << 20, launcher=launcher)
    backend.start(60)
    with Deployment(Laid(program, {}), Order("run"), backend, board) as deployment:
        deployment.settle(60)
        return [line.text for line in deployment.logs()]
