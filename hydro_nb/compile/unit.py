"""Writes one unit: the function that runs it, the state that it keeps.

Region by region, in the order of `compile.order`; inside a region each operator writes its own part through `NodeEmit`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from hydro_nb.compile import once, seams
from hydro_nb.compile.emit import NodeEmit
from hydro_nb.compile.handles import is_made_once
from hydro_nb.compile.inline import inline, words
from hydro_nb.compile.names import Names
from hydro_nb.compile.numeric import writing
from hydro_nb.compile.numeric.chains import Columns
from hydro_nb.compile.order import Plan, Region
from hydro_nb.compile.recognised import Recognised
from hydro_nb.compile.split import Part, Unit
from hydro_nb.compile.text import rebound
from hydro_nb.compile.writer import Writer
from hydro_nb.errors import Site
from hydro_nb.ir.node import Bound, Ref
from hydro_nb.watched import Watched


@dataclass(slots=True)
class UnitWriter:
    """What is being written of one unit."""

    plan: Plan
    names: Names
    seams: bool = False
    debug: bool = False
    """whether functions are looked at while they run"""
    tapped: Collection[str] = ()
    """slots of the operators that tell what they give"""
    brief: bool = False
    """whether it runs too briefly for loops that are compiled first"""
    body: Writer = field(default_factory=Writer)
    opening: Writer = field(default_factory=Writer)
    """what runs once before the first tick"""
    loops: Writer = field(default_factory=Writer)
    """functions that are compiled where they run"""
    state: dict[str, str] = field(default_factory=dict[str, str])
    """state slot -> the expression that makes its first content"""
    fresh: dict[str, str] = field(default_factory=dict[str, str])
    """variables that start anew with every tick"""
    buffers: dict[tuple[str, int], str] = field(default_factory=dict[tuple[str, int], str])
    defined: dict[str, str] = field(default_factory=dict[str, str])
    ended: list[str] = field(default_factory=list[str])
    """the variables that tell whether a bounded source has been read to its end"""
    counted: dict[str, str] = field(default_factory=dict[str, str])
    """name -> slot of what is counted and sampled in the state"""
    chunks: set[str] = field(default_factory=set[str])
    """the variables that hold what bounded sources give in a tick"""
    counting: dict[str, str] = field(default_factory=dict[str, str])
    """name -> the variable that counts in a tick what is counted in the state when that ends, however it ends"""
    skipping: dict[str, str] = field(default_factory=dict[str, str])
    """name -> slot of what goes on without elements that its function fails on"""
    writers: dict[str, NodeEmit] = field(default_factory=dict[str, "NodeEmit"])
    sites: dict[str, Site] = field(default_factory=dict[str, Site])
    """captured name -> the line that uses it"""
    watched: dict[int, Watched] = field(default_factory=dict[int, Watched])
    """function, by its identity -> what looks at it"""
    allocated: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    columns: Columns = field(init=False)
    """what works on columns of numbers"""

    def __post_init__(self) -> None:
        self.columns = Columns.of(self.unit, plain=self.seams or bool(self.tapped) or self.brief)

    @property
    def unit(self) -> Unit:
        """The unit that is written."""
        return self.plan.unit

    def run(self) -> None:
        """Write all regions, after the first versions of live values that cross a seam."""
        for part in self.unit.parts.values():
            for port, kind in enumerate(part.outputs):
                if kind.shape.is_stream and self._needs_buffer(part, port):
                    self.buffers[part.key, port] = ""
        for part in self.unit.parts.values():
            live = part.role == "seam_out" and not part.kinds[0].shape.is_stream and not seams.is_final(part)
            if live and seams.begins_here(self.emit(part)):
                seams.first_version(self.emit(part), "True")
        for region in self.plan.regions:
            self._region(region)
        self._open()
        if not self.seams:
            self._inline()

    def _inline(self) -> None:
        """Write what is read once, at once, as the expression that it is."""
        variables = self.state | self.fresh
        lists = {n for n, init in variables.items() if init == "[]" or init.startswith("outputs[")}
        read = {word for text in (*variables.values(), *self.ended) for word in words(text)}
        lists -= rebound(self.body.lines)
        inline(self.body, {*variables, *read}, lists)
        Recognised(self.body, variables, lists | self.chunks).write(self.names.local)

    def _open(self) -> None:
        """Write what is seen of an atomic section before it ever ran."""
        body, self.body = self.body, self.opening
        for part in self.unit.parts.values():
            if part.role == "seam_out" and seams.of_section(part.kinds[0]) and part.kinds[0].bound is not Bound.BOUNDED:
                seams.version(self.emit(part), opening=True)
        self.body = body

    def _needs_buffer(self, part: Part, port: int) -> bool:
        return any((c.key, i) not in self.plan.fused for c, i in self.unit.consumers(part.key, port))

    def _region(self, region: Region) -> None:
        part, members = self.unit.parts[region.key], list(self.plan.members(region))
        for reader in [part, *members] if region.kind == "after" else members:
            self.emit(reader).take_copies()
        for member in members:
            if member.role == "whole":
                member.node.op.before(self.emit(member))
        with self.body.under(self._comment(part), self.emit(part).origin()):
            if region.kind == "loop":
                ref = part.inputs[region.index]
                self._read(part, region.index, ref)
            else:
                self.after(part)

    def _read(self, part: Part, index: int, ref: Ref) -> None:
        """Let a part read a list, or a column of numbers."""
        buffer = self.buffers[ref.slot, ref.port]
        if ref.slot in self.columns.given:
            writing.take(self.emit(part), index, buffer)
        else:
            self.emit(part).loop_into(buffer, index)

    def _comment(self, part: Part) -> str:
        """Quote the user's line, once for all that follows from it."""
        text = part.node.site.text
        return f"# {text}" if text and f"# {text}" != self.body.quoted else ""

    def after(self, part: Part, emit: NodeEmit | None = None) -> None:
        """Write what a part does once per tick."""
        emit = emit or self.emit(part)
        emit.leave()
        if is_made_once(part):
            once.make(emit)
        elif part.role in ("whole", "receive"):
            part.node.op.after(emit)
        elif part.role == "hold":
            seams.hold(emit)
        elif part.role == "release":
            seams.release(emit)
        elif part.role == "seam_in":
            seams.seam_in(emit)
        elif part.role == "seam_out":
            seams.seam_out(emit)

    def emit(self, part: Part) -> NodeEmit:
        """Give the writer of one part."""
        if part.key not in self.writers:
            self.writers[part.key] = NodeEmit(self, part)
        return self.writers[part.key]

    def buffer(self, part: Part, port: int) -> str:
        """Give the list that collects an output for those who read it later."""
        name = self.buffers[part.key, port]
        if not name:
            name = self.buffers[part.key, port] = self.names.local(f"{part.name}_out")
            self.fresh[name] = "[]"
        return name
