"""What generated source that works on columns of numbers has by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hydro_nb.compile.names import Names
from hydro_nb.compile.numeric.chains import numbers_of
from hydro_nb.compile.split import Part

_FROM = "hydro_nb.runtime.numeric"
_HELPERS = (
    "array_of",
    "compiled",
    "floor_div",
    "gathered",
    "greatest",
    "least",
    "remainder",
    "shift_left",
    "shift_right",
    "whole",
)


def reserve(names: Names, parts: Iterable[Part]) -> bool:
    """Keep the names from being given to anything else, where there are numbers; `np` is what the user's is as well."""
    if not any(numbers_of(part) for part in parts):
        return False
    import numpy as np  # noqa: PLC0415 - there are arrays, so it is loaded

    for name in _HELPERS:
        names.reserve(name)
    names.know("np", np)
    return True


def imports(lines: Iterable[str]) -> Iterator[str]:
    """Give the imports of what these lines use."""
    used = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    if re.search(r"\bnp\.", used):
        yield "import numpy as np"
    for name in _HELPERS:
        if re.search(rf"\b{name}\(", used):
            yield f"from {_FROM} import {name}"
