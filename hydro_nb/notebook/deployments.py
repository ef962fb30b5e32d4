"""The deployments of a notebook and the cells that made them, so that a cell run again replaces its own."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hydro_nb.deploy import Deployment


class Deployments:
    """What is deployed, by the key of the cell, oldest first."""

    def __init__(self) -> None:
        self._made: list[tuple[str, Deployment]] = []

    def add(self, key: str, deployment: Deployment) -> None:
        """Note that the cell made it."""
        if all(known is not deployment for _, known in self._made):
            self._made.append((key, deployment))

    def adopt(self, key: str, namespace: Mapping[str, Any]) -> None:
        """Give to the cell every deployment that the namespace holds and nobody has noted."""
        for deployment in _held(namespace):
            self.add(key, deployment)

    def stop(self, key: str) -> None:
        """Stop what the cell deployed, and forget it."""
        for maker, deployment in self._made:
            if maker == key:
                deployment.stop()
        self._made = [each for each in self._made if each[0] != key]

    def every(self) -> list[Deployment]:
        """Give all, oldest first."""
        return [deployment for _, deployment in self._made]

    def running(self) -> list[Deployment]:
        """Give those that are not over, oldest first."""
        return [deployment for deployment in self.every() if not deployment.snapshot().over]

    def current(self, namespace: Mapping[str, Any]) -> Deployment | None:
        """Give the one that a command means: `deployment` if it runs, else the newest that runs, else the newest."""
        named = [held for held in _held({"deployment": namespace.get("deployment")}) if not held.snapshot().over]
        return next(iter([*named, *reversed(self.running()), *reversed(self.every())]), None)


def _held(namespace: Mapping[str, Any]) -> list[Deployment]:
    """Give the deployments that names are bound to, without importing their module before there can be any."""
    kind: Any = getattr(sys.modules.get("hydro_nb.deploy.deployment"), "Deployment", None)
    return [value for value in list(namespace.values()) if isinstance(value, kind)] if kind else []
