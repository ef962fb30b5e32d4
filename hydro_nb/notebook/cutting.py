"""Texts on one line of a certain length at most, cut so that those that differ look different."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

WIDEST = 32
"""Characters of a line in a box."""
ABSENT = "<Absent.ABSENT: 'absent'>"
_MEMBER = re.compile(r"MemberId::<(\w+)>\((\d+)\)")
_ROUNDS = 3
"""Times that lines which look alike are cut otherwise."""
_BEFORE = 2
"""Characters that are shown before the place where lines differ."""


def flat(text: str) -> str:
    """Write a text on one line, members as their lanes are called.

    >>> flat("MemberId::<Worker>(2)  asks")
    'Worker/2 asks'
    """
    return " ".join(_MEMBER.sub(r"\1/\2", text.replace(ABSENT, "(absent)")).split())


def cut(text: str, most: int = WIDEST) -> str:
    """Write a text on one line of a certain length at most.

    >>> cut("Ballot(num=0)", 8)
    'Ballot(\u2026'
    """
    text = flat(text)
    return text if len(text) <= most else f"{text[: most - 1]}\u2026"


def apart(lines: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """Cut each text to its length, so that those that differ look different where that is possible.

    >>> cuts = apart([("ordered (1, 'release')", 16), ("ordered (1, 'request')", 16)])
    >>> list(cuts.values())
    ["ordere\u2026release')", "ordere\u2026request')"]
    """
    cuts = {(text, most): cut(text, most) for text, most in lines}
    for _ in range(_ROUNDS):
        alike: dict[tuple[str, int], list[str]] = {}
        for (text, most), shown in cuts.items():
            alike.setdefault((shown, most), []).append(text)
        for (_, most), texts in alike.items():
            if len(texts) > 1:
                other = {(text, most): _middle_out(text, most, _common(texts)) for text in texts}
                cuts |= other if set(other.values()).isdisjoint(cuts.values()) else {}
    return cuts


def _common(texts: Sequence[str]) -> int:
    """Give how many characters all of some texts begin with alike."""
    first, last = min(texts), max(texts)
    return next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))


def _middle_out(text: str, most: int, differs: int) -> str:
    """Cut the middle out of a text, up to shortly before the place where it differs from others."""
    head = max(2, 3 * most // 8)
    tail = text[max(head + 1, differs - _BEFORE) :]
    return f"{text[:head]}\u2026{cut(tail, most - head - 1)}"
