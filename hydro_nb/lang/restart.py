"""When the processes of a deployment start again by themselves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, cast, get_args

from hydro_nb.errors import DeployError
from hydro_nb.lang.nondet import NonDet, asks_for, checked
from hydro_nb.lang.site import here

if TYPE_CHECKING:
    from hydro_nb.deploy.policy import Policy

When = Literal["on_failure", "always"]
_WHY: Final = 'Say why those that receive from it may get what its new life makes: Restart("on_failure", nondet("..."))'
_FORM: Final = 'Give Restart("on_failure", nondet("why that is right")), for all, or {process: Restart(...)} for some'


@dataclass(frozen=True, repr=False, init=False)
class Restart:
    """Lets processes that have ended start again by themselves, for `flow.deploy(restart=...)`.

    >>> import itertools
    >>> tries = itertools.count(1)
    >>> def connect():
    ...     if next(tries) < 3:
    ...         raise ConnectionError("nobody answers yet")
    ...     return ["hello"]
    >>> flow = FlowBuilder()
    >>> lines = flow.process().source_iter(connect)
    >>> lines.send(flow.process()).for_each(print)

    `"on_failure"` starts one again that has failed: its code raised, from its first moment on, or its process ended
    without being told to. `"always"` starts one again that was killed on purpose as well. It begins with nothing, as by
    `deployment.restart`: those that receive from it get what its new life makes after what came before, which is what
    the reason is for.
    One that fails more than `at_most` times within so many seconds stays as it is, and the deployment has failed.
    """

    when: When
    reason: NonDet
    at_most: int
    within: float

    @asks_for("reason")
    def __init__(self, when: When, reason: NonDet, *, at_most: int = 3, within: float = 60.0) -> None:
        site = here()
        checked(reason, "Restart", site, _WHY)
        if when not in get_args(When):
            raise DeployError(f'`Restart` is "on_failure" or "always", not {when!r}.\n  {site}')
        if not _is_count(at_most):
            raise DeployError(f"`Restart` takes a number of times from 1 on, not at_most={at_most!r}.\n  {site}")
        if not _is_time(within):
            raise DeployError(f"`Restart` takes a number of seconds above 0, not within={within!r}.\n  {site}")
        for name, value in {"when": when, "reason": reason, "at_most": at_most, "within": within}.items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        return f"Restart({self.when!r}, {self.reason!r}, at_most={self.at_most}, within={self.within:g})"


def policies(given: object) -> Policy | Mapping[Any, Policy] | None:
    """Give what `deploy` was given as its `restart`, or say that it is none."""
    if given is None or isinstance(given, Restart):
        return given and _policy(given)
    if not isinstance(given, Mapping):
        raise DeployError(f"restart={given!r} does not say who starts again.\n  {here()}\n  {_FORM}")
    for key, value in cast("Mapping[object, object]", given).items():
        if not isinstance(value, Restart):
            raise DeployError(f"`restart` has {value!r} for {key!r}.\n  {here()}\n  {_FORM}")
    return {key: _policy(value) for key, value in cast("Mapping[Any, Restart]", given).items()}


def _policy(given: Restart) -> Policy:
    from hydro_nb.deploy.policy import Policy

    return Policy(given.when, given.reason.text, given.at_most, given.within)


def _is_count(given: object) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and given >= 1


def _is_time(given: object) -> bool:
    return isinstance(given, int | float) and not isinstance(given, bool) and 0 < given < math.inf
