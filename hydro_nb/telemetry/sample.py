"""The newest rendered elements of a slot: a bounded ring that always says how many it stands for."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from hydro_nb.wire import Sample

KEPT = 50
TEXT_KEPT = 1024
"""Characters of an older sample; the newest keeps what the process sent."""


class Ring(msgspec.Struct, frozen=True):
    """The newest samples, oldest first; adding gives a new ring.

    >>> Ring().added([Sample(0.0, "1", "int"), Sample(0.1, "2", "int")]).newest.text
    '2'
    """

    samples: tuple[Sample, ...] = ()

    @property
    def newest(self) -> Sample:
        """The last one added."""
        return self.samples[-1]

    def added(self, new: Iterable[Sample]) -> Ring:
        """Give the ring with these at its end; the oldest fall out beyond fifty."""
        older = tuple(_shortened(sample) for sample in self.samples[-1:])
        return Ring((*self.samples[:-1], *older, *new)[-KEPT:])

    def __len__(self) -> int:
        return len(self.samples)


def _shortened(sample: Sample) -> Sample:
    if len(sample.text) <= TEXT_KEPT:
        return sample
    return Sample(sample.time, sample.text[: TEXT_KEPT - 3] + "...", sample.type)
