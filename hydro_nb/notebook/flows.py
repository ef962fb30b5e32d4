"""Which flow a line means: by its name in the notebook, by what was built last, by there being only one."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping
from typing import Any

from IPython.core.error import UsageError

from hydro_nb.lang.flow import FlowBuilder
from hydro_nb.notebook.options import COMMANDS


def flows_of(names: Mapping[str, Any]) -> dict[str, FlowBuilder]:
    """Give the flows that a notebook's names are bound to; names that start with `_` are the shell's own."""
    return {
        name: value
        for name, value in list(names.items())
        if isinstance(value, FlowBuilder) and not name.startswith("_")
    }


def find(names: Mapping[str, Any], name: str | None, likely: Iterable[str]) -> FlowBuilder:
    """Give the flow of this name; without a name the first likely one, else the only one."""
    flows = flows_of(names)
    if name is not None:
        if name not in flows:
            raise UsageError(f"no flow is called `{name}`; there are: {', '.join(flows) or 'none'}")
        return flows[name]
    for each in likely:
        if each in flows:
            return flows[each]
    if len({id(flow) for flow in flows.values()}) == 1:
        return next(iter(flows.values()))
    choice = f"name one of {', '.join(flows)}" if flows else "make one: flow = FlowBuilder()"
    raise UsageError(f"which flow? {choice}")


def check_name(names: Mapping[str, Any], name: str) -> None:
    """Refuse a name that cannot be that of a flow, or that something else has."""
    if isinstance(names.get(name), FlowBuilder):
        return
    if name in COMMANDS:
        hint = "write %%hydro --deploy" if name == "deploy" else "give the flow another name"
        raise UsageError(f"`{name}` is a command: write %hydro {name} alone, or {hint}")
    if not name.isidentifier() or keyword.iskeyword(name):
        raise UsageError(f"`{name}` cannot name a flow: a name is letters, digits and underscores")
    if name in names:
        kind = type(names[name]).__name__
        raise UsageError(f"`{name}` is of type {kind}, not a flow; give the flow another name: %%hydro NAME")
