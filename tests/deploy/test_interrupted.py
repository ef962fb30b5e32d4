"""Ctrl-C while a deployment starts, wherever it comes: nothing is left behind, and the next one starts."""

from __future__ import annotations

import gc
import os
import signal

import pytest
from handmade import pipeline
from held import descriptors

from hydro_nb.deploy import deploy, local
from hydro_nb.deploy.io import hydro_io


@pytest.fixture(autouse=True)
def _interruptible():
    """Hear of interrupts also where the tests themselves run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupt(*_):
    os.kill(os.getpid(), signal.SIGINT)


class Interrupted(local.Supervisor):
    """One that is interrupted as it is made."""

    def __init__(self, *given):
        interrupt()
        super().__init__(*given)


class Refused(local.Supervisor):
    """One that cannot be made to its end."""

    def __init__(self, *given):
        super().__init__(*given)
        raise OSError("no more of it")


@pytest.mark.parametrize("transport", ["ipc", "tcp"])
@pytest.mark.parametrize(("kind", "error"), [(Interrupted, KeyboardInterrupt), (Refused, OSError)])
def test_a_supervisor_that_nobody_holds_is_ended(monkeypatch, transport, kind, error):
    deploy(pipeline(10), echo=False, transport=transport).stop()
    before = len(descriptors())
    with monkeypatch.context() as patch:
        patch.setattr(local, "Supervisor", kind)
        for _ in range(3):
            with pytest.raises(error):
                deploy(pipeline(10), echo=False, transport=transport)
    hydro_io().call(gc.collect)
    assert len(descriptors()) <= before
    with deploy(pipeline(10), echo=False, transport=transport) as deployment:
        deployment.settle(60)
        assert deployment.totals["sink"] == 10
