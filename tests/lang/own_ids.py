"""Functions of a module of its own, as users import them: what calls them knows nothing of what they name."""

from __future__ import annotations

from typing import Any

from hydro_nb import CLUSTER_SELF_ID


def mine(n: Any) -> Any:
    return CLUSTER_SELF_ID, n


def me() -> Any:
    return CLUSTER_SELF_ID


def pair(member: Any, n: Any) -> Any:
    return member, n
