"""How children come to be: one interface, so that other ways to start a process fit in its place."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from typing import Protocol

from hydro_nb.deploy.io import IO, Callback
from hydro_nb.wire import LENGTH, Bootstrap, member_of


class Child(Protocol):
    """A started process, with descriptors of its own."""

    @property
    def pid(self) -> int:
        """Its process id."""
        ...

    @property
    def stdout(self) -> int:
        """Descriptor to read what it prints."""
        ...

    @property
    def stderr(self) -> int:
        """Descriptor to read what it complains of."""
        ...

    def feed(self) -> bool:
        """Write more of its bootstrap frames; True when all is written."""
        ...

    @property
    def stdin(self) -> int:
        """Descriptor of its lifeline; closing it ends the child."""
        ...

    def poll(self) -> int | None:
        """Give its exit code, or None while it runs; reaps it."""
        ...

    def watch(self, io: IO, ended: Callback) -> None:
        """Call this in the I/O thread when it has ended."""
        ...

    @property
    def epitaph(self) -> str:
        """How it ended, where its exit code does not say it."""
        ...

    @property
    def process(self) -> object:
        """The OS process that it is, the same for all that share it."""
        ...

    def signal(self, number: int) -> None:
        """Send a signal to it and to what it started."""
        ...

    def close(self) -> None:
        """Close the descriptors."""
        ...

    @property
    def lodgers(self) -> Sequence[Child]:
        """What stands for the same process as a child of its own, for each further resident."""
        ...


class Launcher(Protocol):
    """Starts children somewhere."""

    def start(self, boot: Bootstrap, *captures: bytes) -> Child:
        """Start one process, of one resident or of several, given the captured values of each."""
        ...


def title_of(boot: Bootstrap) -> str:
    """Give what a child is called in lists of processes."""
    return "+".join(each.program.title(member_of(each.peer)) for each in boot.residents)


def frame(body: bytes) -> bytes:
    """Prefix a bootstrap frame with its length."""
    return LENGTH.pack(len(body)) + body


KILL, TERMINATE = signal.SIGKILL, signal.SIGTERM


def exit_text(code: int) -> str:
    """Say in words how a process ended.

    >>> exit_text(-9)
    'was killed (SIGKILL)'
    """
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was killed ({signal.Signals(-code).name})"
    except ValueError:
        return f"was killed (signal {-code})"
