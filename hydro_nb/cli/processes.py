"""`hydro-nb ps` and `hydro-nb kill`: what runs, and the end of what a dead kernel has left."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from hydro_nb.cli.say import complain, say
from hydro_nb.deploy.records import Found, found
from hydro_nb.errors import DeployError

_FORM = "{:<8}{:<21}{:<16}{:<18}{}"


def ps() -> int:
    """List the deployments of this user on this machine."""
    try:
        return _list(found())
    except DeployError as error:
        return complain(f"hydro-nb ps: {error}")


def _list(all_found: Sequence[Found]) -> int:
    if not all_found:
        say("no deployment is running")
        return 0
    say(_FORM.format("ID", "SINCE", "KERNEL", "FLOW", "PROCESSES"))
    for each in all_found:
        say(_line(each))
    if any(each.orphaned for each in all_found):
        say("`hydro-nb kill` ends those whose kernel is dead")
    return 0


def _line(each: Found) -> str:
    record = each.record
    since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.started))
    kernel = f"{record.kernel.pid} dead" if each.orphaned else str(record.kernel.pid)
    processes = ", ".join(f"{mark.name} {mark.pid}" for mark in each.living()) or "none"
    return _FORM.format(each.id, since, kernel, record.title, processes)


def kill(names: Sequence[str]) -> int:
    """End deployments by their ids, or all of those whose kernel is dead."""
    try:
        return _kill(names, found())
    except DeployError as error:
        return complain(f"hydro-nb kill: {error}")


def _kill(names: Sequence[str], all_found: Sequence[Found]) -> int:
    known = {each.id: each for each in all_found}
    unknown = [name for name in names if name not in known]
    if unknown:
        there = f"there are {', '.join(known)}" if known else "none is running"
        return complain(f"hydro-nb kill: there is no deployment {', '.join(unknown)}; {there}")
    _end([known[name] for name in names] if names else [each for each in all_found if each.orphaned])
    return 0


def _end(chosen: Iterable[Found]) -> None:
    nothing = True
    for each in chosen:
        nothing = False
        ended = ", ".join(f"{mark.name} {mark.pid}" for mark in each.kill()) or "nothing"
        say(f"ended {ended} of `{each.record.title}`")
    if nothing:
        say("no deployment of a dead kernel is left")
