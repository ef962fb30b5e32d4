"""What a page asks to be done to processes and links: checked as calls are, done beside, and told how it came out."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from hydro_nb.errors import DeployError, HydroError
from hydro_nb.lang.nondet import nondet

if TYPE_CHECKING:
    from hydro_nb.deploy.deployment import Deployment
    from hydro_nb.notebook.source import Source

TAKES = {"kill": 1, "pause": 1, "resume": 1, "restart": 1, "cut": 2, "heal": 2, "delay": 2, "drop": 2}
"""The calls that a page may ask for, with how many processes each takes."""

KEPT = 50
"""Errors that are kept until somebody has put them away; of more, the oldest go."""


def perform(deployment: Deployment, call: str, processes: Sequence[str], given: Mapping[str, Any]) -> None:
    """Do to processes, given by name, what the call of the deployment does: it checks all that the page says."""
    match call:
        case "restart":
            reason = given.get("reason")
            deployment.restart(processes[0], nondet(str(reason)) if reason else None)
        case "delay":
            deployment.delay(processes[0], processes[1], cast("float", given.get("seconds")))
        case "drop":
            deployment.drop(processes[0], processes[1], cast("float", given.get("rate")))
        case _ if call in TAKES:
            getattr(deployment, call)(*processes)
        case _:
            raise DeployError(_unknown(call))


class Act(NamedTuple):
    """One thing that was asked for."""

    call: str
    processes: tuple[str, ...]
    given: Mapping[str, Any]
    error: str = ""

    @property
    def told(self) -> dict[str, Any]:
        """It as plain data: under way as long as there is no error."""
        return {"call": self.call, "processes": [*self.processes], "busy": not self.error, "error": self.error}


class Acts:
    """What is under way, and what failed, of one dashboard: the last of each process and of each link.

    A restart waits until the process runs and so has a thread of its own; the others are done in the order in which
    they were asked for.
    """

    def __init__(self, source: Source, changed: Callable[[], object]) -> None:
        self._source = source
        self._changed = changed
        self._lock = threading.Lock()
        self._acts: dict[tuple[str, ...], Act] = {}
        self._line: deque[Act] = deque()
        self._walking = False

    def told(self) -> list[dict[str, Any]]:
        """Give all of them as plain data, oldest first."""
        with self._lock:
            return [act.told for act in self._acts.values()]

    def ask(self, content: Mapping[str, Any]) -> None:
        """Begin what a page asks for; returns at once."""
        act = _read(content)
        self._put(act)
        if act.error:
            self._changed()
        elif act.call == "restart":
            apart(lambda: self._do(act))
        else:
            self._queue(act)

    def dismiss(self, content: Mapping[str, Any]) -> None:
        """Put an error away that was read."""
        with self._lock:
            key = _names(content)
            if key in self._acts and self._acts[key].error:
                del self._acts[key]

    def _put(self, act: Act) -> None:
        with self._lock:
            self._acts.pop(act.processes, None)
            self._acts[act.processes] = act
            if len(self._acts) > KEPT:
                del self._acts[next(iter(self._acts))]

    # ------------------------------------------------------------ in threads beside

    def _queue(self, act: Act) -> None:
        with self._lock:
            self._line.append(act)
            if self._walking:
                return
            self._walking = True
        apart(self._walk)

    def _walk(self) -> None:
        while True:
            with self._lock:
                if not self._line:
                    self._walking = False
                    return
                act = self._line.popleft()
            self._do(act)

    def _do(self, act: Act) -> None:
        error = ""
        try:
            self._source.act(act.call, act.processes, act.given)
        except HydroError as wrong:
            error = str(wrong)
        except Exception as wrong:  # noqa: BLE001 - nobody else would hear of it: the page is told
            error = f"{type(wrong).__name__}: {wrong}"
        self._end(act, error)

    def _end(self, act: Act, error: str) -> None:
        """Note how it came out, unless something else has been asked for of the same ones meanwhile."""
        with self._lock:
            if self._acts.get(act.processes) is act:
                del self._acts[act.processes]
                if error:
                    self._acts[act.processes] = act._replace(error=error)
        self._changed()


def apart(work: Callable[[], object]) -> None:
    """Do what may block in a thread of its own: neither the page nor the I/O thread waits for it."""
    threading.Thread(target=work, name="hydro-button", daemon=True).start()


def _read(content: Mapping[str, Any]) -> Act:
    """Read what a page sent, which may be anything: names and numbers are checked by the call itself."""
    call, names = str(content.get("call")), _names(content)
    error = ""
    if call not in TAKES:
        error = _unknown(call)
    elif len(names) != TAKES[call]:
        error = f"`{call}` takes the names of {TAKES[call]} processes, not of {len(names)}"
    return Act(call, names, content, error)


def _unknown(call: str) -> str:
    return f"a page asked for `{call[:40]}`; it may ask for {', '.join(TAKES)}"


def _names(content: Mapping[str, Any]) -> tuple[str, ...]:
    given: object = content.get("processes")
    return tuple(str(name) for name in cast("list[object]", given)[:2]) if isinstance(given, list) else ()


def check_apart(pids: Sequence[int]) -> None:
    """Refuse to act from another thread on locations that live in the kernel and are stepped by its own."""
    if os.getpid() in pids:
        raise DeployError(
            "these processes live in the kernel and are stepped by calls of a cell, which alone can act on them: "
            'deployment.kill("..."), deployment.cut("...", "...") or %hydro kill'
        )
