"""What an operator tells of the functions that laws are claimed of, where somebody tries the laws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hydro_nb.ir.emit import Emit
    from hydro_nb.ir.func import Func


class Trial:
    """Hears of each use of a function; the simulator gives one to each operator that carries a proof."""

    open: bool = False
    """whether it listens; generated code asks before it tells anything"""

    def begin(self, state: Any) -> None:
        """Hear that a tick begins, and with it the operator's state, on the process that has this state."""
        raise NotImplementedError

    def hear(self, state: Any, *values: Any) -> None:
        """Hear what the function is about to be applied to."""
        raise NotImplementedError


def tell(emit: Emit, trial: Trial | None, *values: str) -> None:
    """Write that a trial hears of these values, if there is one."""
    if trial:
        law = emit.capture("law", trial)
        with emit.block(f"if {law}.open:"):
            emit.write(f"{law}.hear({', '.join(('state', *values))})")


def tell_effect(emit: Emit, trial: Trial | None, function: Func, *args: str) -> None:
    """Write that a trial hears of what a function refers to, and of what it is about to be called with."""
    if trial:
        boxes = [f"{emit.capture('box', reference.box)}.value" for reference in function.references]
        tell(emit, trial, f"({', '.join(boxes)},)", f"({', '.join(args)},)")


def tell_begin(emit: Emit, trial: Trial | None) -> None:
    """Write that a trial hears of the begin of a tick in which an operator starts anew."""
    if trial and emit.per_tick:
        law = emit.capture("law", trial)
        with emit.block(f"if {law}.open:"):
            emit.write(f"{law}.begin(state)")
