"""Records real deployments for the demo page: `python js/demo/record.py` writes the .json files beside this one."""

from __future__ import annotations

import json
import re
import sysconfig
import time
from pathlib import Path
from typing import Any

from hydro_nb import TCP, FlowBuilder, nondet, proof, q
from hydro_nb.ir.graph import Graph
from hydro_nb.ir.text import to_dot, to_mermaid
from hydro_nb.notebook.asks import Asks
from hydro_nb.notebook.drawings import Drawings
from hydro_nb.notebook.feed import Feed
from hydro_nb.notebook.meta import graph_trait
from hydro_nb.notebook.source import DeploymentSource
from hydro_nb.telemetry.state import DeploymentState
from hydro_nb.wire import LogLine

STEP, SAMPLES = 0.25, 12


class Reader:
    """It reads."""


class Splitter:
    """It splits and counts."""


class Ranker:
    """It ranks."""


class Parser:
    """It parses."""


class Till:
    """It takes orders."""


class Store:
    """It has members, any of which delivers."""


class Clerk:
    """It hears what was sold."""


class Customer:
    """It orders from outside."""


def files() -> list[Path]:
    """Give every module of the standard library, many times over."""
    return sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")) * 50


def lines(path: Path) -> list[str]:
    """Read a file at a reader's pace."""
    time.sleep(0.002)
    return path.read_text(errors="replace").splitlines()


def top(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Give the twenty most frequent words."""
    return sorted(counts.items(), key=lambda entry: -entry[1])[:20]


def show(ranking: list[tuple[str, int]]) -> None:
    """Print the first few."""
    print("top:", ", ".join(f"{word} {count}" for word, count in ranking[:5]))  # noqa: T201 - what a lesson prints


def wordcount() -> FlowBuilder:
    """Count the words of the standard library in three processes."""
    flow = FlowBuilder("wordcount")
    reader, splitter, ranker = flow.process(Reader), flow.process(Splitter), flow.process(Ranker)
    text = reader.source_iter(files).flat_map_ordered(lines).send_bincode(splitter)
    words = text.flat_map_ordered(lambda line: re.findall(r"\w+", line)).filter(lambda word: len(word) > 2)
    counts = words.map(lambda word: (word, 1)).into_keyed().value_counts().into_singleton()
    ranking = counts.map(top).sample_every(0.5, nondet("a ranking may lag behind"))
    ranking.send_bincode(ranker).for_each(show, idempotent=proof("showing a ranking twice shows it"))
    return flow


def shop() -> FlowBuilder:
    """Count what is ordered in two stores, with a port for whoever wants to order by hand."""
    flow = FlowBuilder("shop")
    till, stores, clerk = flow.process(Till), flow.cluster(Store), flow.process(Clerk)
    _, orders = till.source_external(flow.external(Customer), tuple[str, int])
    beats = till.source_interval(0.01).enumerate().map(lambda beat: (f"customer {beat[0] % 5}", 1 + beat[0] % 3))
    anywhere = nondet("any store may deliver")
    orders.round_robin(stores, TCP.fail_stop(), anywhere).for_each(q(print))
    placed = beats.round_robin(stores, TCP.fail_stop(), anywhere)
    sold = placed.map(lambda order: order[1]).fold(lambda: 0, lambda total, n: total + n)
    sold.sample_every(0.25, nondet("it may lag")).send_bincode(clerk).values().for_each(
        q(print), idempotent=proof("shown twice, it is shown"), commutative=proof("each member tells its own")
    )
    return flow


def failure() -> FlowBuilder:
    """Parse numbers, one of which is none."""
    flow = FlowBuilder("parse")
    reader, parser = flow.process(Reader), flow.process(Parser)
    texts = reader.source_iter(q([str(n) for n in range(500)] + ["0x1F"]))
    texts.send_bincode(parser).map(int).for_each(q(print))
    return flow


def record(flow: FlowBuilder, seconds: float) -> dict[str, Any]:
    """Run a flow for some seconds and give what a page would have been told."""
    clusters = {Store: 2} if flow.name == "shop" else {}
    deployment = flow.deploy(clusters=clusters)
    feed, began, cursor = Feed(flow.graph), time.time(), 0
    names, frames = [row.name for row in deployment.processes], list[dict[str, Any]]()
    traits = {"mode": "live", "name": flow.name, "deployment": "recorded", "graph": graph_trait(flow.graph, live=True)}
    traits |= feed.traits(deployment.snapshot(), began)
    source = DeploymentSource(deployment)
    traits |= {"logs": "/home/ada/hydro_logs", "inlets": list(source.inlets())}
    while (at := time.time() - began) < seconds:
        cursor, new = deployment.logs_since(cursor)
        frames.append(frame(feed, deployment.snapshot(), at, new[-20:], names))
        time.sleep(STEP)
    deployment.stop()
    frames.append({"at": seconds, "traits": feed.traits(deployment.snapshot(), time.time())})
    return {"traits": traits, "names": names, "frames": frames, **answers(source, flow.graph)}


def answers(source: DeploymentSource, graph: Graph) -> dict[str, Any]:
    """Give what the kernel would answer to the questions of a page."""
    asks, drawings = Asks(source, {}, lambda: None), Drawings(graph, {})
    boxes = [place.slot for place in graph.places.values() if place.parent is None]
    asked: dict[str, dict[str, Any]] = {"location all": {"closed": "all"}}
    asked |= {"code all": {"by": "code", "closed": "all"}, "code": {"by": "code", "closed": []}}
    asked |= {"location some": {"closed": boxes[1:2]}}
    return {
        "drawings": {name: drawings.drawn(each) for name, each in asked.items()},
        "places": asks.code()["places"],
        "ports": asks.ports()["ports"],
        "texts": {"dot": to_dot(graph), "mermaid": to_mermaid(graph)},
    }


def frame(feed: Feed, state: DeploymentState, at: float, new: list[LogLine], names: list[str]) -> dict[str, Any]:
    """Give one step of a recording, with a few samples of each stream."""
    content, _ = feed.tick(state, [], time.time())
    told = {part: content[part] for part in ("totals", "estimates", "values")}
    told["samples"] = {slot: kept[-SAMPLES:] for slot, kept in content["samples"].items()}
    rows = [[names.index(each.location), each.stream[3], each.level, each.time, each.text] for each in new]
    return {"at": round(at, 2), "message": told, "lines": rows, "traits": feed.traits(state, time.time())}


def main() -> None:
    """Record flows that work and one that fails."""
    for flow, seconds in ((wordcount(), 10.0), (shop(), 4.0), (failure(), 1.0)):
        text = json.dumps(record(flow, seconds), separators=(",", ":"), ensure_ascii=False)
        Path(__file__).with_name(f"{flow.name}.json").write_text(text)


if __name__ == "__main__":
    main()
