"""Flows to draw, and a source of states that a test sets by hand where the I/O thread would tick."""

from __future__ import annotations

from hydro_nb import FlowBuilder, nondet, proof
from hydro_nb.telemetry import state as telemetry
from hydro_nb.wire import LocationProgram


class Reader: ...


class Splitter: ...


class Ranker: ...


def wordcount():
    """Three processes in a chain, with a singleton that is sampled."""
    flow = FlowBuilder("wordcount")
    reader, splitter, ranker = flow.process(Reader), flow.process(Splitter), flow.process(Ranker)
    words = reader.source_iter(["a b", "b"]).send_bincode(splitter).flat_map_ordered(str.split)
    counts = words.map(lambda word: (word, 1)).into_keyed().value_counts().into_singleton()
    ranking = counts.sample_every(0.5, nondet("may lag")).send_bincode(ranker)
    ranking.for_each(print, idempotent=proof("printing again shows the same"))
    return flow.graph


class Ticker:
    """A source whose state and lines are set by a test, and which ticks when told to."""

    name = "wordcount"

    def __init__(self, graph=None):
        self.graph = graph or wordcount()
        places = [place for place in self.graph.places.values() if place.parent is None]
        programs = [LocationProgram(p.number, p.slot, self.graph.display_name(p), "process") for p in places]
        self.state = telemetry.begin(self.name, {each.id: each for each in programs}, 1000.0)
        self.lines = []
        self.callbacks = []
        self.asked = []

    def snapshot(self):
        return self.state

    def logs_since(self, cursor):
        return len(self.lines), self.lines[cursor:]

    def every(self, seconds, callback):
        self.callbacks.append(callback)
        return lambda: self.callbacks.remove(callback)

    def tick(self):
        for callback in tuple(self.callbacks):
            callback()

    def apply(self, event):
        self.state = telemetry.apply(self.state, event)

    def phase(self, phase):
        self.state = telemetry.phase(self.state, phase, 1010.0)

    log_folder = None

    def programs(self):
        return []

    def inlets(self):
        return []

    def send(self, slot, value):
        self.asked.append(f"send {slot} {value!r}")

    def stale(self):
        return []

    def watch(self, slots):
        self.watched = set(slots)

    def again(self):
        self.asked.append("again")
        return "nothing changed"

    def stop(self):
        self.asked.append("stop")

    def act(self, call, processes, given):
        self.asked.append(f"{call} {' '.join(processes)}")
