"""The deployments of a notebook and the cells that made them, so that a cell run again replaces its own."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hydro_nb.notebook.display import retire

if TYPE_CHECKING:
    from hydro_nb.deploy import Deployment


@dataclass(frozen=True)
class Made:
    """A deployment and the cell that made it."""

    key: str
    label: str
    """the cell as the reader knows it: `In[5]`"""
    deployment: Deployment

    @property
    def started(self) -> float:
        """When it began, in seconds since the epoch."""
        return self.deployment.snapshot().started


class Deployments:
    """What is deployed, by the key of the cell."""

    def __init__(self) -> None:
        self._made: list[Made] = []

    def adopt(self, key: str, label: str, namespace: Mapping[str, Any]) -> None:
        """Give to the cell every deployment that the namespace holds and nobody has noted."""
        for deployment in _held(namespace):
            if all(known.deployment is not deployment for known in self._made):
                self._made.append(Made(key, label, deployment))

    def stop(self, key: str, by: str) -> None:
        """Stop what the cell deployed, which is called `by` now, and forget it."""
        for made in self._made:
            if made.key == key:
                made.deployment.stop()
                retire(made.deployment, by)
        self._made = [made for made in self._made if made.key != key]

    def made(self) -> list[Made]:
        """Give all with the cells that made them, oldest first."""
        return sorted(self._made, key=lambda made: made.started)

    def every(self) -> list[Deployment]:
        """Give all, oldest first."""
        return [made.deployment for made in self.made()]

    def running(self) -> list[Deployment]:
        """Give those that are not over, oldest first."""
        return [deployment for deployment in self.every() if not deployment.snapshot().over]

    def last(self, name: str | None = None) -> Deployment | None:
        """Give the one that was deployed last, of all or of a flow of this name, whatever became of it: to look at."""
        return next((each for each in reversed(self.every()) if name in (None, each.name)), None)

    def last_running(self) -> Deployment | None:
        """Give the newest that is not over, else the newest: the one to act on."""
        return next(reversed(self.running()), self.last())


def _held(namespace: Mapping[str, Any]) -> list[Deployment]:
    """Give the deployments that names are bound to, without importing their module before there can be any."""
    kind: Any = getattr(sys.modules.get("hydro_nb.deploy.deployment"), "Deployment", None)
    return [value for value in list(namespace.values()) if isinstance(value, kind)] if kind else []
