"""Hooks of a simulated test on the places where a program leaves a choice: how each reaches its operator."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from hydro_nb.errors import GraphError, Site

if TYPE_CHECKING:
    from hydro_nb.ir.node import Node, Op


class HookName(NamedTuple):
    """A hook as the graph knows it: the slot that it stands for, and what the user calls it."""

    slot: str
    name: str

    @property
    def title(self) -> str:
        """Name it as the user does.

        >>> HookName("main.sim_hook.0", "batches").title
        '`batches`'
        """
        return f"`{self.name}`" if self.name else "a sim hook"


class Claim:
    """What an operator is given in the user's words, and may carry a hook to it."""

    hook: HookName | None = None


class Reason(Claim, str):  # noqa: SLOT000 - a str has no slots, and a flow has few of these
    """A reason that carries a hook."""


def reason_of(texts: Iterable[str]) -> str:
    """Join reasons, which carry the hook that one of them does.

    >>> reason_of(["none is missed", "", "any will do"])
    'none is missed; any will do'
    """
    given = [text for text in texts if text]
    hook = next((text.hook for text in given if isinstance(text, Reason)), None)
    return carrying("; ".join(given), hook)


def carrying(text: str, hook: HookName | None) -> str:
    """Give a reason that carries a hook, where there is one.

    >>> carrying("any will do", HookName("main.sim_hook.0", "batches")).hook.name
    'batches'
    """
    if hook is None:
        return text
    reason = Reason(text)
    reason.hook = hook
    return reason


def hook_of(op: Op) -> HookName | None:
    """Give the hook that the reason or a proof of an operator carries."""
    found = hooks_of(op)
    return found[0] if found else None


def hooks_of(op: Op) -> list[HookName]:
    """Give all hooks that the reason and the proofs of an operator carry."""
    return [part.hook for part in vars(op).values() if isinstance(part, Claim) and part.hook]


def require_unbound(nodes: Iterable[Node], op: Op, site: Site) -> None:
    """Raise where a hook that an operator is given is bound to another already."""
    given = hooks_of(op)
    for hook in given:
        other = next((node for node in nodes if hook in hooks_of(node.op)), None)
        if other or given.count(hook) > 1:
            first = f"`{other.op.label}` at {' '.join(str(other.site).split())}" if other else "a part of the same one"
            raise GraphError(
                f"{hook.title} is bound to two operators: a hook scripts one place of choice.\n"
                f"  first      {first}\n  then       `{op.label}` at {' '.join(str(site).split())}\n"
                "  Make one for each: other = flow.sim_hook()"
            )
