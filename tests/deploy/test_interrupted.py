"""Ctrl-C while a deployment starts, wherever it comes: nothing is left behind, and the next one starts."""

from __future__ import annotations

import gc
import os
import signal
from pathlib import Path

import pytest
from handmade import pipeline

from hydro_nb.deploy import deploy, local, templates
from hydro_nb.deploy.io import hydro_io


@pytest.fixture(autouse=True)
def _interruptible():
    """Hear of interrupts also where the tests themselves run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def descriptors():
    """What this process holds open of the system, but for what counts events and what its templates take."""
    return hydro_io().call(_descriptors)


def _descriptors():
    """Look in the thread that makes templates: another may begin a second after a test before, whatever comes now."""
    theirs = {fd for each in templates.templates().living() for fd in (each._link.fileno(), each._end_of_it)}
    ours = [each for each in Path("/proc/self/fd").iterdir() if int(each.name) not in theirs and each.is_symlink()]
    return sorted(name for each in ours if not (name := str(each.readlink())).startswith("/proc/"))


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
