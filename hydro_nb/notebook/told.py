"""What a page is told of an execution, besides its picture: every text once, operators and texts by number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hydro_nb.notebook.cutting import ABSENT
from hydro_nb.notebook.meta import site
from hydro_nb.sim.explain import decidable
from hydro_nb.sim.lineage import lineage
from hydro_nb.sim.shrink import trimmed
from hydro_nb.sim.trace import listed, steps_of

if TYPE_CHECKING:
    from hydro_nb.sim.record import Decision, Held, Message, Moment, Operator, Record

LONGEST, SHORT = 4000, 200
"""Characters of a value that a page is told; of one among too many."""
MANY = 4_000_000
"""Characters of all values together."""


def told(record: Record) -> dict[str, Any]:
    """Give everything that a page shows of an execution, as plain data.

    >>> from hydro_nb.sim.record import Lane, Moment, Record
    >>> found = told(Record("flow", [Lane("test", "test")], [Moment("test", 0, "the test sends 1")]))
    >>> found["steps"], found["moments"][0]["title"]
    ([[0]], 'the test sends 1')
    """
    return _Telling(record).all()


class _Telling:
    """Gathers the texts of one execution."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._texts: dict[str, int] = {}
        self._written = 0
        self._operators = {slot: number for number, slot in enumerate(record.operators)}

    def all(self) -> dict[str, Any]:
        """Give all of it."""
        record = self._record
        moments = [self._moment(moment) for moment in record.moments]
        messages = [self._message(message) for message in record.messages]
        operators = [self._known(each) for each in record.operators.values()]
        return {
            "flow": record.flow,
            "test": record.test,
            "simulation": record.simulation,
            "failure": record.failure,
            "schedule": trimmed(record.schedule),
            "lineage": lineage(record) if record.failure else [],
            "lanes": [{"name": lane.name, "kind": lane.kind} for lane in record.lanes],
            "operators": operators,
            "steps": steps_of(record),
            "moments": moments,
            "messages": messages,
            "decidable": decidable(record) if record.verdicts else 0,
            "spared": len(record.spared),
            "texts": list(self._texts),
        }

    def _text(self, text: str) -> int:
        """Give the number of a text."""
        text = text.replace(ABSENT, "(absent)")
        most = LONGEST if self._written < MANY else SHORT
        if len(text) > most:
            text = f"{text[:most]}\u2026 ({len(text) - most} more characters)"
        if text not in self._texts:
            self._written += len(text)
            self._texts[text] = len(self._texts)
        return self._texts[text]

    def _known(self, operator: Operator) -> dict[str, Any]:
        return {"label": operator.label, "site": site(operator.site), "live": operator.live}

    def _operator(self, slot: str) -> int:
        return self._operators.get(slot, -1)

    def _moment(self, moment: Moment) -> dict[str, Any]:
        return {
            "kind": moment.kind,
            "lane": moment.lane,
            "title": moment.title,
            "site": site(moment.site) if moment.site else None,
            "time": moment.time,
            "decisions": [self._decision(each) for each in moment.decisions],
            "values": [[self._operator(each.slot), self._text(each.text)] for each in moment.values],
            "held": [self._held(each) for each in moment.held],
            "printed": moment.printed,
            "skipped": moment.skipped,
            "state": {name: self._text(text) for name, text in moment.state.items()},
        }

    def _held(self, held: Held) -> list[Any]:
        texts = list(map(self._text, listed(held.texts, held.unsaid)))
        return [held.lane, self._operator(held.slot), texts]

    def _decision(self, decision: Decision) -> dict[str, Any]:
        return {
            "operator": self._operator(decision.slot),
            "phrase": self._text(decision.phrase),
            "name": decision.site.name,
            "site": site(decision.site),
            "reason": decision.reason,
            "held": list(map(self._text, listed(decision.held, decision.unsaid))),
            "ways": decision.ways,
            "moved": decision.moved,
            "told": decision.moved and not (decision.between and decision.plain),
        }

    def _message(self, message: Message) -> dict[str, Any]:
        return {
            "label": message.label,
            "sender": message.sender,
            "receiver": message.receiver,
            "sent": message.sent,
            "read": message.read,
            "fate": message.fate,
            "text": self._text(message.text),
        }
