"""What a user does to the processes of a running flow on purpose."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable
from typing import Protocol

from hydro_nb.deploy.faults import Faults, Party
from hydro_nb.deploy.named import Named, Roster, shown
from hydro_nb.deploy.seconds import check_seconds
from hydro_nb.errors import DeployError, NondetError


class Acts(Protocol):
    """What carries it out."""

    def kill(self, name: str) -> None:
        """Kill a process."""
        ...

    def restart(self, name: str, timeout: float, why: str) -> None:
        """Start a process again, and return when it runs."""
        ...

    def strike(self, act: Callable[[Faults], None], *, apart: bool = False) -> None:
        """Let this act on the faults, where they are kept; `apart`: once nobody is about to meet all others."""
        ...


class Reason(Protocol):
    """Why any outcome of a choice is right; `nondet("...")` gives one."""

    @property
    def text(self) -> str:
        """It in words."""
        ...


class Acting:
    """The part of a deployment that acts on its processes."""

    def __init__(self, acts: Acts, roster: Roster) -> None:
        self._acts = acts
        self._roster = roster

    def kill(self, process: Named) -> None:
        """Kill a process on purpose; the others go on, and those that look at its cluster's members see it leave.

        As it was meant, the deployment has not failed: it goes on running, or settled, unless no process is left.
        What was on its way to it, or had come and was not dealt with, is lost with it, as are lines that it had printed
        and not written yet. The others cannot tell what of that it had done; `status` counts what they kept back, or
        made for it, after they had heard of its end.

        It is given itself, by its name or by its marker class; a member of a cluster as `(workers, 3)`, by its name
        `"Worker/3"` or by its `MemberId`. On `backend="local"` all that share its OS process (`colocate`) end with it.
        """
        self._acts.kill(self._roster.process(process))

    def restart(self, process: Named, reason: Reason | None = None, *, timeout: float = 30.0) -> None:
        """Start a process again, dead or alive, and return when it runs.

        It is given as to `kill`. It begins with nothing, as a new process on new channels: what it had received or made
        and not sent is gone, and its sources begin anew. Those that look at a cluster's members see it leave and join.
        One that shared an OS process (`colocate`) comes back in one of its own; if it still ran, those that it shared
        with end.

        A member of a cluster is known to come and go. What is received from any other process is one stream, which
        goes on with what its new life makes: that takes a reason, `deployment.restart(leader, nondet("..."))`, or a
        `NondetError` asks for it. Clients of its ports connect to them again.
        """
        check_seconds("restart", timeout, forever=False)
        name = self._roster.process(process)
        why = checked_reason(name, reason, needed=not self._roster.is_member(name))
        self._acts.restart(name, timeout, why)

    # ------------------------------------------------------------ faults that pass

    def pause(self, process: Named) -> None:
        """Stop a process where it stands, until `resume`; to the others it is one that takes long.

        It is given as to `kill`. On `backend="local"` its OS process gets SIGSTOP, and so do all that share it
        (`colocate`) and what it has started; where such a process would outlive the kernel, as on macOS, it stands
        still once a call that it is in has returned. In the kernel it is not stepped. Nothing is lost: what is sent to
        it waits at its senders once it has no room. Nothing settles meanwhile. `stop` ends also what is paused, and
        before it drains lets it go on. Pausing it twice is the same as once. While another process is on its way back
        it returns, and holds, once that one has met all others. Who is to start again waits until nobody is paused.
        """
        party = self._one(process)
        self._acts.strike(lambda faults: faults.pause(party), apart=True)

    def resume(self, process: Named) -> None:
        """Let a process go on that was paused, with all that share its OS process; nothing where it was not."""
        party = self._one(process)
        self._acts.strike(lambda faults: faults.resume(party))

    def cut(self, first: Named, last: Named) -> None:
        """Cut the link between two processes, both ways, until `heal`.

        They are given as to `kill`; a cluster stands for all of its members, and twice the same cluster for the links
        between its members. Each goes on, and still hears of the kernel. What they send each other is held. Healed
        within 3 seconds, that was a stall, and nothing is lost. After that each channel that loses nothing ends at
        both ends (`fail_stop`): what has come is a prefix, the rest is discarded and counted; `problems` says which.
        What may lose (`TCP.lossy`, UDP) loses what is sent meanwhile, counts it, and goes on when the link is healed.

        This and the faults below are in force when the call returns, or as soon as a process that is busy for longer
        than half a second has done with its tick.

        A process that ends takes the faults that concern it along: one that is started again has whole links.
        """
        one, other = self._party(first), self._party(last)
        self._acts.strike(lambda faults: faults.cut(one, other))

    def heal(self, first: Named, last: Named) -> None:
        """Make a link whole that was cut; nothing where it was not.

        Raises `LinkHealedLate` if that was too late for some channels, and names them; the others go on all the same.
        """
        one, other = self._party(first), self._party(last)
        self._acts.strike(lambda faults: faults.heal(one, other))

    def delay(self, first: Named, last: Named, seconds: float) -> None:
        """Hold every frame that one process sends to another for so long, in order; 0 takes the delay away.

        They are given as to `cut`. What the last sends to the first is not late, nor is the credit that goes there.
        What is held when a delay becomes shorter leaves that much sooner.
        """
        _check_delay(seconds)
        one, other = self._party(first), self._party(last)
        self._acts.strike(lambda faults: faults.delay(one, other, seconds))

    def drop(self, first: Named, last: Named, rate: float, seed: int | None = None) -> None:
        """Lose a share of the elements that one process sends to another, where they may be lost; 0 ends it.

        They are given as to `cut`. Only channels that may lose elements (`TCP.lossy`, UDP) do; where there is none,
        that is an error. Each element is lost or not by itself, chosen by a random number: the same `seed` loses the
        same ones of each channel. Without one, it is made up, and shown in `faults`. What is lost is counted as any
        loss of its channel.
        """
        _check_rate(rate)
        chosen = secrets.randbelow(1 << 31) if seed is None else _seed(seed)
        one, other = self._party(first), self._party(last)
        self._acts.strike(lambda faults: faults.drop(one, other, rate, chosen))

    def _one(self, process: Named) -> Party:
        name = self._roster.process(process)
        return Party(name, self._roster.peers(name))

    def _party(self, given: Named) -> Party:
        return Party(self._roster.meant(given).name, self._roster.peers(given))


def _check_delay(seconds: object) -> None:
    if isinstance(seconds, int | float) and not isinstance(seconds, bool) and seconds >= 0 and math.isfinite(seconds):
        return
    raise DeployError(f"`delay` holds frames for a number of seconds, such as 0.2, or 0 for no delay; not {seconds!r}")


def _check_rate(rate: object) -> None:
    if isinstance(rate, int | float) and not isinstance(rate, bool) and 0 <= rate <= 1:
        return
    raise DeployError(f"`drop` loses a share of the elements, from 0 (none) to 1 (all), such as 0.1; not {rate!r}")


def _seed(given: object) -> int:
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 1 << 63:
        return given
    raise DeployError(f"seed={given!r} chooses nothing; give a whole number from 0 on, such as seed=1, or none")


def checked_reason(name: str, reason: Reason | None, *, needed: bool) -> str:
    """Give the reason for starting a process again in words, or say that it is none."""
    text = getattr(reason, "text", None)
    if isinstance(text, str) and text:
        return text
    if reason is None and not needed:
        return ""
    if not needed or isinstance(reason, int | float):
        how = 'a reason is given as nondet("..."), a time by its name, timeout=30'
        raise NondetError(f"`restart` of process `{name}` was given {shown(reason)} as its reason; {how}")
    given = "" if reason is None else f", but was given {shown(reason)}"
    raise NondetError(
        f"`restart` of process `{name}` makes a nondeterministic choice and needs its reason{given}.\n"
        "  Those that receive from it take what its new life makes for more of the same stream.\n"
        f'  Say why that is right: deployment.restart("{name}", nondet("...")). In a cell: %hydro restart {name} why'
    )
