"""The parts of IPython that this room stands on, in one place: IPython carries few types of its own."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_magic: Any = import_module("IPython.core.magic")
_display: Any = import_module("IPython.display")

Magics: Any = _magic.Magics
magics_class: Any = _magic.magics_class
line_cell_magic: Any = _magic.line_cell_magic
no_var_expand: Any = _magic.no_var_expand

Code: Any = _display.Code
display: Any = _display.display

get_ipython: Any = import_module("IPython").get_ipython
completer: Any = import_module("IPython.core.completer")
