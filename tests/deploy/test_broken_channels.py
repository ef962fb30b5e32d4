"""What cannot be decoded is a failure of the flow, as loud as any other, and never an element that is missing."""

from __future__ import annotations

import builtins
import subprocess
import sys
from typing import Any, NamedTuple

import pytest

from hydro_nb import TCP, ChannelBroken, DeployError, FlowBuilder, ProcessFailed

BACKENDS = pytest.mark.parametrize("backend", ["local", "inprocess"])


class Mute:
    """Can be sent, and not made again."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __reduce__(self):
        return int, ("ten" if self.number == 2 else str(self.number),)


def muted(number):
    return Mute(number)


def broken(backend):
    """Two processes, of which the second cannot decode the third element, and a port that shows what it gives."""
    flow = FlowBuilder()
    one, two, client = flow.process(), flow.process(), flow.external()
    numbers, out = one.source_external(client, int)
    trusted = TCP.fail_stop().pickle(trusted="both ends are this test's")
    shown = out.map(muted).send(two, trusted).send_external(client)
    return flow.deploy(backend=backend), numbers, shown


@BACKENDS
def test_settling_raises_what_a_receiver_could_not_decode(backend):
    deployment, numbers, shown = broken(backend)
    with deployment:
        port, out = deployment.connect(numbers), deployment.connect(shown)
        port.send(1)
        assert out.receive(60) == 1
        port.send(2)
        with pytest.raises(ProcessFailed) as failure:
            deployment.settle(60)
        first, second, third = str(failure.value).splitlines()
        assert first == (
            "process `process 1` failed: ChannelBroken: channel `process 0 -> process 1`: a frame cannot be unpickled: "
            "ValueError: invalid literal for int() with base 10: 'ten'"
        )
        assert second == "  in operator `send`"
        assert "test_broken_channels.py, line" in third
        assert "shown = out.map(muted).send(two, trusted)" in third
        assert deployment.state == "failed"
        with pytest.raises(DeployError, match=r"nothing more comes, .*process 1` .*a frame cannot be unpickled"):
            out.receive(60)
        with pytest.raises(ProcessFailed, match="a frame cannot be unpickled"):
            deployment.wait(60)


UNKNOWN = """
import sys
from dataclasses import dataclass
from hydro_nb import *

@dataclass
class Question:
    number: int

flow = FlowBuilder()
home, client = flow.process(), flow.external()
asked, questions = home.source_external(client)
answers = questions.map(lambda each: each.number).send_external(client)
with flow.deploy() as deployment:
    port, out = deployment.connect(asked), deployment.connect(answers)
    port.send(Question(1))
    for call in (lambda: out.receive(60), lambda: deployment.settle(60), lambda: port.send(Question(2))):
        try:
            print(call())
        except HydroError as error:
            print(type(error).__name__, error)
"""


def test_a_class_that_nobody_declared_is_named_wherever_one_looks(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(UNKNOWN)
    run = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    reason = (
        "channel `asked`: a frame cannot be decoded: "
        "the frame names the class '__main__:Question', which this process does not have"
    )
    received, settled, operator, site, sent = run.stdout.splitlines()
    failed = f"`process 0` failed: ChannelBroken: {reason}"
    assert received == f"DeployError port `answers`: nothing more comes, {failed}"
    assert settled == f"ProcessFailed process {failed}"
    assert operator == "  in operator `source_external`"
    assert site.startswith("  script.py, line 12:")
    assert sent.startswith("DeployError port `asked` cannot send: ")
    assert sent.endswith(reason)
    assert run.stderr.splitlines() == [f"process {failed}", operator, site]


def made(number):
    """Make an element of a class that is known by its name in this process alone."""
    kind: Any = NamedTuple("Made", [("n", int)])
    kind.__module__ = "builtins"
    vars(builtins)["Made"] = kind
    return kind(number) if number == 2 else number


def test_a_client_is_told_what_it_could_not_decode():
    flow = FlowBuilder()
    home, client = flow.process(), flow.external()
    numbers, out = home.source_external(client, int)
    shown = out.map(made).send_external(client)
    with flow.deploy() as deployment:
        port, received = deployment.connect(numbers), deployment.connect(shown)
        port.send(1)
        assert received.receive(60) == 1
        port.send(2)
        with pytest.raises(ChannelBroken, match=r"^channel `shown`: a frame .* the class 'builtins:Made', which"):
            received.receive(60)
        with pytest.raises(DeployError, match="nothing more comes, channel `shown`: a frame cannot be decoded"):
            received.receive(60)


def fail(deployment, numbers, shown, then):
    with deployment:
        deployment.connect(numbers).send(2)
        with pytest.raises(DeployError, match="a frame cannot be unpickled"):
            deployment.connect(shown).receive(60)
        then(deployment)


def told(deployment):
    with pytest.raises(ProcessFailed):
        deployment.wait(60)


@BACKENDS
@pytest.mark.parametrize("then", [lambda _: None, lambda deployment: deployment.stop(drain=True)])
def test_a_failure_that_nobody_was_told_of_is_raised_at_the_end(backend, then):
    with pytest.raises(ProcessFailed, match="a frame cannot be unpickled"):
        fail(*broken(backend), then)


@BACKENDS
def test_a_failure_is_raised_once_and_hides_no_other(backend):
    deployment, *ports = broken(backend)
    fail(deployment, *ports, told)
    deployment.stop(drain=True)
    with pytest.raises(KeyError):
        fail(*broken(backend), lambda _: {}["missing"])
