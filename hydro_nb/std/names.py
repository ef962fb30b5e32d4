"""Names of files as they are given where a flow is built, checked there."""

from __future__ import annotations

import os
from typing import Any, cast

from hydro_nb.errors import GraphError
from hydro_nb.lang import quote
from hydro_nb.lang.site import here
from hydro_nb.std.readers import Named

__all__ = ["checked_name"]


def checked_name(path: Any, method: str) -> Named:
    """Give the name of a file that a function was given, or say that it is none.

    >>> checked_name("words.txt", "source_lines")
    'words.txt'
    """
    if callable(path):
        quote.function(path, 0, method, here())
    elif not isinstance(path, str | os.PathLike):
        raise GraphError(
            f"`{method}` needs the name of a file or folder, but was given {path!r:.200}.\n  {here()}\n"
            '  Give a text, a pathlib.Path, or a function that gives one on the process: lambda: "words.txt".'
        )
    return cast("Named", path)
