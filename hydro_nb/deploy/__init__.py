"""Runs a program: as processes of this machine, or inside this one."""

from __future__ import annotations

from hydro_nb.deploy.deployment import Deployment, deploy
from hydro_nb.deploy.external import Port

__all__ = ["Deployment", "Port", "deploy"]
