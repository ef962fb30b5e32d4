"""Tab after `%hydro` and `%%hydro`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hydro_nb.notebook.ipython import completer

IDENTIFIER = "hydro_nb"
Complete = Callable[[str], tuple[str, list[str]] | None]


def register(shell: Any, complete: Complete) -> None:
    """Put our matcher into the shell's completer, in the place of the one of an earlier load."""
    matchers = getattr(shell.Completer, "custom_matchers", None)
    if matchers is not None:
        matchers[:] = [each for each in matchers if getattr(each, "matcher_identifier", "") != IDENTIFIER]
        matchers.append(_matcher(complete))


def _matcher(complete: Complete) -> Any:
    def match(context: Any) -> dict[str, Any]:
        found = complete(context.text_until_cursor)
        if found is None:
            return {"completions": [], "suppress": False}
        word, words = found
        made = [completer.SimpleCompletion(text=each, type="magic") for each in words]
        return {"completions": made, "matched_fragment": word, "suppress": True, "ordered": True}

    return completer.context_matcher(identifier=IDENTIFIER)(match)
