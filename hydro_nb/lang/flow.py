"""The flow: where a program begins, and from where it is run, shown and saved."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeVar, overload

from hydro_nb.errors import GraphError
from hydro_nb.ir.graph import Graph
from hydro_nb.lang import cell
from hydro_nb.lang.location import Cluster, External, Location, Process, checked_place
from hydro_nb.lang.sim_hook import SimHook
from hydro_nb.lang.sim_slips import FLOWS, called_as, guesses, lacking
from hydro_nb.lang.site import here
from hydro_nb.references import Box

if TYPE_CHECKING:
    from hydro_nb.deploy import Deployment
    from hydro_nb.lang.restart import Restart
    from hydro_nb.sim import Simulation

M = TypeVar("M")


class FlowBuilder:
    """A program under construction: every call on it or its collections adds to its graph, nothing runs.

    >>> flow = FlowBuilder()
    >>> flow.process().source_iter([1, 2]).map(lambda n: n * 10).preview().rows
    [10, 20]

    With `debug` every function is stopped where it changes an element that it was given, as others may see it too; each
    element is copied for that, which is slow.
    """

    def __init__(self, name: str | None = None, *, debug: bool = False) -> None:
        held = here().name
        self.graph = Graph(name or held or "flow", held if held.isidentifier() else "flow")
        self.graph.debug = debug
        self.boxes: dict[str, Box] = {}
        """what holds the values that functions refer to, by the slot of each"""
        cell.register(self)

    @property
    def name(self) -> str:
        """Its name: the given one, or that of the variable it was first assigned to.

        >>> wordcount = FlowBuilder()
        >>> wordcount.name
        'wordcount'
        """
        return self.graph.name

    # ------------------------------------------------------------ building

    @overload
    def process(self, marker: type[M]) -> Process[M]: ...
    @overload
    def process(self, marker: None = None) -> Process[None]: ...
    def process(self, marker: type | None = None) -> Process[Any]:
        """Add a process: one thread of the program, an operating system process where it is deployed.

        >>> class Leader: ...
        >>> FlowBuilder().process(Leader)
        Process[Leader]

        The marker class is its static type and its name in logs.
        """
        return Process(self, self.graph.place("process", here(), tag=_marker(marker)))

    @overload
    def cluster(self, marker: type[M]) -> Cluster[M]: ...
    @overload
    def cluster(self, marker: None = None) -> Cluster[None]: ...
    def cluster(self, marker: type | None = None) -> Cluster[Any]:
        """Add a cluster: processes that all run the same piece of the program; `deploy` is told how many.

        >>> class Worker: ...
        >>> flow = FlowBuilder()
        >>> workers = flow.cluster(Worker)
        >>> workers.source_iter([1]).for_each(lambda n: print(CLUSTER_SELF_ID, n))
        >>> with flow.deploy(clusters={workers: 2}, backend="inprocess") as deployment:
        ...     deployment.settle()
        [Worker/0] MemberId::<Worker>(0) 1
        [Worker/1] MemberId::<Worker>(1) 1

        The marker class is its static type and its name in logs.
        """
        return Cluster(self, self.graph.place("cluster", here(), tag=_marker(marker)))

    def next_version(self, cluster: Cluster[M]) -> Cluster[M]:
        """Add the next version of a cluster, whose members run other code on the same network; for simulations only.

        >>> class Worker: ...
        >>> flow = FlowBuilder()
        >>> def gossip(workers, tell):
        ...     port, heard = workers.sim_input(str)
        ...     sent = heard.map(tell).broadcast(workers, TCP.fail_stop().name("gossip"), nondet("all are there"))
        ...     return port, sent.entries().sim_output()
        >>> old = flow.cluster(Worker)
        >>> new = flow.next_version(old)
        >>> (old_in, old_out), (new_in, new_out) = gossip(old, str.lower), gossip(new, str.upper)
        >>> async def body():
        ...     old_in.send(0, "Hello")
        ...     new_in.send(1, "Hello")
        ...     assert [text for _, text in await old_out.collect_sorted(0)] == ["hello", "HELLO"]
        >>> flow.sim().with_cluster_size(old, 1).with_cluster_size(new, 1).exhaustive(body)
        1

        The versions of a cluster are one group of members, numbered through, the oldest version first; each has a size
        of its own, which may be 0. What one sends over a named channel reaches the members of all versions: those of
        another version where that receives from a channel of the same name, between the same two clusters.
        """
        known = checked_place(cluster, Cluster, "`next_version` needs a cluster of this flow", self, here())
        return Cluster(self, self.graph.place("cluster", here(), tag=known.tag, after=known.slot))

    @overload
    def external(self, marker: type[M]) -> External[M]: ...
    @overload
    def external(self, marker: None = None) -> External[None]: ...
    def external(self, marker: type | None = None) -> External[Any]:
        """Add clients outside of the flow, who connect to its ports.

        >>> FlowBuilder().external()
        External[None] (external 0)
        """
        return External(self, self.graph.place("external", here(), tag=_marker(marker)))

    def sim_hook(self) -> SimHook:
        """Make a hook, by which a simulated test says what is chosen where it is bound: `nondet("...", hook=h)`.

        >>> flow = FlowBuilder()
        >>> process, batches = flow.process(), flow.sim_hook()
        >>> numbers_in, numbers = process.sim_input(int)
        >>> batch = numbers.batch(process.tick(), nondet("any size will do", hook=batches))
        >>> sizes_out = batch.count().all_ticks().sim_output()
        >>> async def body():
        ...     numbers_in.send_many([1, 2, 3])
        ...     await batches.release(2)
        ...     await batches.release(1)
        ...     await sizes_out.assert_yields_only([2, 1])
        >>> flow.sim().deterministic(body)
        """
        site = here()
        return SimHook(self.graph.hook(), site.name)

    @contextmanager
    def cell(self, name: str) -> Generator[FlowBuilder]:
        """Do in a script what a notebook's cell does: replace what the block of this name made before.

        >>> flow = FlowBuilder()
        >>> for n in (1, 2):
        ...     with flow.cell("numbers"):
        ...         numbers = flow.process().source_iter([n])
        >>> len(flow.graph.nodes), numbers.preview().rows
        (1, [2])

        A block that fails leaves the flow as it was. One that runs inside of another block, or of a notebook's cell,
        belongs to that: when that runs again without it, or is deleted, it goes as well.
        """
        # users are not type checkers
        if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise GraphError(f"`cell` takes the name of a block as text, but was given {name!r}")
        cell.begin(name, self)
        try:
            yield self
        except BaseException:
            cell.rollback()
            raise
        cell.commit()

    # ------------------------------------------------------------ running

    def deploy(
        self,
        *,
        clusters: Mapping[Any, int] | None = None,
        backend: Literal["local", "inprocess"] = "local",
        colocate: Sequence[Sequence[Any]] = (),
        max_buffer: int | str = "64MiB",
        transport: Literal["auto", "ipc", "tcp"] = "auto",
        restart: Restart | Mapping[Any, Restart] | None = None,
        timeout: float = 30.0,
    ) -> Deployment:
        """Run the flow, each process in its place; returns when all of them run.

        >>> flow = FlowBuilder()
        >>> flow.process().source_iter([1]).for_each(print)
        >>> with flow.deploy(backend="inprocess") as deployment:
        ...     deployment.settle()
        [process 0] 1

        `clusters` says how many members each cluster has: by the cluster, its marker class or its name.
        `backend="local"` runs each process of the flow as one of the operating system, until they are stopped.
        `backend="inprocess"` runs all of them in this thread, and only while it waits in `settle`, `wait` or a port's
        `receive`: in between, in a `time.sleep` too, nothing moves.

        `colocate=[[leader, logger], [workers]]` runs the processes of each list in one process of the operating system,
        a cluster with all of its members; each is given by itself, its marker class or its name (`"Worker/3"`). They
        run in turn, one tick each, and share no element that can be changed: what they send each other comes as it
        would from elsewhere, at less cost. Modules with their globals are the same for all. One that fails fails alone;
        to kill one kills all. It changes nothing where all run in this thread.

        `transport="ipc"` connects the processes by sockets in a folder that only you may open, `transport="tcp"` by
        encrypted connections on 127.0.0.1, each end with a key of its own; by default as files, where the system can.

        `max_buffer` (`"64MiB"`, or bytes) is what may be on its way on each channel between two processes: its sender
        waits when its receiver is so far behind, and with it what feeds it. A cycle of channels cannot wait for itself:
        there so much more may wait, and 8 MiB at least; beyond that it makes more than it takes, and fails.

        `restart=Restart("on_failure", nondet("why that is right"), at_most=3, within=60.0)` starts processes that fail
        again by themselves, `restart={leader: Restart(...)}` only some, given as to `colocate`.
        After `timeout` seconds a `DeployError` says who does not run.
        """
        from hydro_nb.compile.program import compile_flow
        from hydro_nb.deploy import deploy
        from hydro_nb.lang.again import Again
        from hydro_nb.lang.ready import byte_count, require_deployable
        from hydro_nb.lang.restart import policies
        from hydro_nb.lang.sizes import sizes_of

        size, sizes = byte_count(max_buffer), sizes_of(self.graph, clusters or {})
        require_deployable(self.graph)
        program = compile_flow(self.graph)
        return deploy(
            program,
            clusters=sizes,
            backend=backend,
            colocate=colocate,
            max_buffer=size,
            transport=transport,
            restart=policies(restart),
            timeout=timeout,
            recipe=Again(self, sizes),
        )

    @called_as("flow.sim().with_cluster_size(cluster, 3)")
    def sim(self) -> Simulation:
        """Run the flow under schedules that the simulator chooses.

        >>> flow = FlowBuilder()
        >>> numbers_in, numbers = flow.process().sim_input(int)
        >>> tens_out = numbers.map(lambda n: n * 10).sim_output()
        >>> async def body():
        ...     numbers_in.send(1)
        ...     await tens_out.assert_yields_only([10])
        >>> flow.sim().exhaustive(body)
        1
        """
        from hydro_nb.lang.ready import require_whole
        from hydro_nb.sim import Simulation

        require_whole(self.graph)
        return Simulation(self.graph)

    def source(self, location: Location) -> str:
        """Give the Python text that a process of this flow, or each member of a cluster, runs.

        >>> leader = FlowBuilder().process()
        >>> leader.source_iter([1]).for_each(print)
        >>> "def tick" in leader.flow.source(leader)
        True
        """
        from hydro_nb.compile.program import compile_flow
        from hydro_nb.lang.location import TopLevel, checked_place
        from hydro_nb.lang.ready import require_whole

        place = checked_place(location, TopLevel, "`source` needs a process or a cluster of this flow", self, here())
        require_whole(self.graph)
        program = compile_flow(self.graph)
        return next((each.source for each in program.locations if each.slot == place.slot), "")

    # ------------------------------------------------------------ looking

    def to_text(self) -> str:
        """Give the graph as stable text.

        >>> flow = FlowBuilder("demo")
        >>> _ = flow.process().source_iter([1])
        >>> print(flow.to_text().splitlines()[1])
        process 0: Process[None]
        """
        from hydro_nb.ir.text import to_text

        return to_text(self.graph)

    def to_dot(self) -> str:
        """Give the graph in Graphviz's language.

        >>> FlowBuilder().to_dot().split()[0]
        'digraph'
        """
        from hydro_nb.ir.text import to_dot

        return to_dot(self.graph)

    def to_mermaid(self) -> str:
        """Give the graph in Mermaid's language.

        >>> FlowBuilder().to_mermaid().split()[0]
        'flowchart'
        """
        from hydro_nb.ir.text import to_mermaid

        return to_mermaid(self.graph)

    def to_json(self) -> str:
        """Give the graph as JSON.

        >>> FlowBuilder().to_json()[0]
        '{'
        """
        from hydro_nb.ir.text import to_json

        return to_json(self.graph)

    def __repr__(self) -> str:
        places = sum(place.parent is None for place in self.graph.places.values())
        sizes = [_counted(places, "location"), _counted(len(self.graph.nodes), "operator")]
        return f"FlowBuilder({self.name!r}: {', '.join(sizes)})"

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        from hydro_nb.notebook.fallback import graph_bundle

        return graph_bundle(self.graph)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            """Say what there is instead of a name that a flow lacks."""
            raise AttributeError(lacking(type(self), name, _MEANT), name=name, obj=self)


_MEANT = guesses(FLOWS)


def _marker(marker: Any) -> type | None:
    if marker is None or isinstance(marker, type):
        return marker
    raise GraphError(f"a marker is a class, such as `class Leader: ...`, not {marker!r}.\n  {here()}")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
