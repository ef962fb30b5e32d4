"""The lessons of the course in their order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Lesson:
    """One notebook, and the idea that it teaches."""

    file: str
    title: str
    idea: str

    @property
    def number(self) -> str:
        """The first part of the file's name, which is also that of its exercises."""
        return self.file.partition("_")[0]


LESSONS = (
    Lesson("01_processes.ipynb", "Processes", "a program is a graph over places"),
    Lesson("02_live_collections.ipynb", "Live collections", "asynchrony has a type: order, duplicates, boundedness"),
    Lesson("03_a_counter_service.ipynb", "A counter service", "state is asynchronous; a race, found and mended"),
    Lesson("04_concurrent_clients.ipynb", "Concurrent clients", "order per client, state per key, contracts in types"),
    Lesson("05_clusters.ipynb", "Clusters", "one program, many members"),
    Lesson("06_agreement.ipynb", "Agreement", "all or nothing, and when nobody may go on"),
    Lesson("07_consensus.ipynb", "Consensus", "a log that outlives its leader"),
    Lesson("08_gossip_and_crdts.ipynb", "Gossip and CRDTs", "growing together without waiting for anybody"),
    Lesson("09_speed.ipynb", "Speed", "where time goes, and what can be done about it"),
    Lesson("10_your_own.ipynb", "Your own", "from an idea to a service that is tested and attacked"),
)
