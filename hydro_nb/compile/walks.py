"""What is found by walking from one part of a unit to others: what it is made of, and who must see it whole."""

from __future__ import annotations

from collections.abc import Iterator

from hydro_nb.compile.split import Part, Unit
from hydro_nb.ir.node import Bound, Kind


def upstream(unit: Unit, part: Part) -> Iterator[Part]:
    """Iterate over the parts that a part's inputs come from, near ones first, each once."""
    seen: set[str] = set()
    waiting = list(part.inputs)
    for ref in waiting:
        if ref.slot not in seen:
            seen.add(ref.slot)
            yield unit.parts[ref.slot]
            waiting.extend(unit.parts[ref.slot].inputs)


def must_complete(unit: Unit, source: Part) -> bool:
    """Whether something reads a bounded source, or what is made of it, as a whole."""
    waiting, seen = [source], {source.key}
    for part in waiting:
        for port, kind in enumerate(part.outputs):
            if kind.bound is not Bound.BOUNDED:
                continue
            for consumer, index in unit.consumers(part.key, port):
                if _needs_all(unit, consumer, index, kind):
                    return True
                if consumer.key not in seen:
                    seen.add(consumer.key)
                    waiting.append(consumer)
    return False


def _needs_all(unit: Unit, consumer: Part, index: int, kind: Kind) -> bool:
    """Whether a consumer must not see something bounded in part."""
    if index in consumer.node.op.completes or consumer.references or consumer.key in unit.boxes:
        return True
    if kind.shape.is_stream or not consumer.outputs:
        return False
    made = consumer.outputs[0]
    return made.bound is not Bound.BOUNDED and made.place == kind.place and not made.shape.is_stream


def values_behind(unit: Unit, part: Part) -> Iterator[tuple[Part, Kind]]:
    """Iterate over the live values that a part reads and those that they are made of, with their kinds."""
    waiting = [part]
    for reader in waiting:
        for index in reader.values:
            source = unit.parts[reader.inputs[index].slot]
            waiting.append(source)
            yield source, reader.kinds[index]


def changes_in_place(unit: Unit, part: Part) -> bool:
    """Whether the live value that a part reads may be an object that a fold outside of ticks goes on changing.

    What comes through a seam is an object of its own.
    """
    behind = values_behind(unit, part)
    folds = (source for source, kind in behind if kind.bound is not Bound.BOUNDED and not source.seam)
    return any(fold.node.op.may_mutate for fold in folds)


def reached_seams(unit: Unit, part: Part) -> Iterator[Part]:
    """Iterate over the seams that a live value flows into."""
    for consumer, _ in unit.consumers(part.key, 0):
        if consumer.role == "seam_out":
            yield consumer
        elif consumer.outputs and not consumer.outputs[0].shape.is_stream:
            yield from reached_seams(unit, consumer)
