"""What a user calls the things that operators remember from one run to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hydro_nb.compile.program import Written
    from hydro_nb.ir.node import Node

_INTERNAL = "seam_"
"""How names begin of what no operator remembers."""


def names_of(written: Written) -> dict[str, str]:
    """Give for each name in the source what a user calls it: the variable or line of its operator, and which it is."""
    nodes = {part.name: part.node for part in written.parts}
    names: dict[str, str] = {}
    for name in sorted(name for name in written.state if not name.startswith(_INTERNAL)):
        called = _called(name, nodes)
        names[name] = f"{called} ({name})" if called in names.values() else called
    return names


def _called(name: str, nodes: dict[str, Node]) -> str:
    """Name one by its operator, whose name in the source it begins with."""
    fitting = [each for each in nodes if name == each or name.startswith(f"{each}_")]
    if not fitting:
        return name
    own = max(fitting, key=len)
    node, rest = nodes[own], name[len(own) + 1 :].replace("_", " ")
    what = f"{node.op.label} {rest}".rstrip()
    return f"{node.site.name}: {what}" if node.site.name else f"{what}, {node.site.short}"
