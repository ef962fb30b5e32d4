"""One node's view of the unit that is being written: `ir.emit.Emit`, implemented."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from hydro_nb.compile import once, pulling, skipping
from hydro_nb.compile.capture import render
from hydro_nb.compile.handles import is_copied_in, is_copied_out
from hydro_nb.compile.numeric import writing
from hydro_nb.compile.seams import comes_later, delayed, spread
from hydro_nb.compile.split import Part
from hydro_nb.compile.text import is_literal, is_made_of_names, is_simple
from hydro_nb.compile.users import lines_of, parameter
from hydro_nb.compile.walks import changes_in_place, upstream
from hydro_nb.errors import Site
from hydro_nb.ir.emit import Item
from hydro_nb.ir.func import Func
from hydro_nb.ir.node import Bound, Node
from hydro_nb.ir.numbers import Numbers
from hydro_nb.ir.ops.fold import Folding
from hydro_nb.ir.ops.source import SourceIter
from hydro_nb.references import Reference
from hydro_nb.watched import Watched
from hydro_nb.wire import SAMPLED, SourceLine

if TYPE_CHECKING:
    from hydro_nb.compile.unit import UnitWriter

_NAMED = re.compile(r"for [^:]* in (\w+|inputs\[\"\w+\"\]):")


class NodeEmit:
    """One node's view of the unit; see `ir.emit.Emit`."""

    def __init__(self, unit: UnitWriter, part: Part) -> None:
        self.unit, self.part = unit, part
        self.node: Node = part.node
        self.name = part.name
        self.seams = unit.seams
        self.per_tick = bool(self.node.outputs) and self.node.place.kind == "tick"
        self._element = ""
        self.values: dict[int, str] = {}
        self.quiet = False
        self._giver: NodeEmit | None = None
        """whose iterable is being taken whole: what it raises while it runs is that operator's"""
        self._site: Site | None = None
        """the line of the user's function that is being written, where that is not the operator's own"""

    # ------------------------------------------------------------ text

    def origin(self, element: str = "") -> SourceLine:
        """Say what a line comes from."""
        if self._giver:
            return self._giver.origin(element)
        op = self.node.op
        return SourceLine(self.node.slot, op.label, self._site or self.node.site, element or self._element)

    def write(self, line: str, element: str = "") -> None:
        """Add a line."""
        self.unit.body.write(line, self.origin(element))

    def block(self, header: str, element: str = "") -> AbstractContextManager[None]:
        """Open a block."""
        return self.unit.body.block(header, self.origin(element))

    @contextmanager
    def loop(self, header: str) -> Generator[None]:
        """Open a loop; one whose elements nobody uses is not written."""
        body = self.unit.body
        start = len(body.lines)
        with self.block(header):
            yield
        if body.lines[start + 1 :] == [body.indent(1) + "pass"] and _NAMED.fullmatch(header):
            body.cut(start)

    def local(self, wanted: str) -> str:
        """Give a fresh variable name."""
        return self.unit.names.local(wanted)

    def capture(self, wanted: str, value: Any) -> str:
        """Give a literal where that is short, else the name of a captured object."""
        if is_literal(value):
            return repr(value)
        name = self.unit.names.capture(wanted, value)
        self._note_captures()
        return name

    def call(self, func: Func, *args: str, through: str = "", wanted: str = "") -> Item:
        """Splice the function in, or call it; where it may fail, in a `try` that goes on with the next element."""
        if func.skips:
            return skipping.guarded(self, func, args, through, wanted)
        item = self.applied(func, args)
        return Item(f"{through}({item.text})") if through else item

    def run(self, func: Func, *args: str, element: str = "") -> None:
        """Write the function applied for what it does."""
        if not func.skips:
            self.write(self.call(func, *args).text, element)
            return
        with skipping.trying(self):
            self.write(self.applied(func, args).text, element)

    def skips(self) -> str:
        """Give what counts the elements that this node goes on without."""
        return skipping.skips(self)

    @property
    def handled(self) -> str:
        """The element that this node works on."""
        return self._element

    def applied(self, func: Func, args: Sequence[str]) -> Item:
        """Splice the function in, or call it, and let it raise."""
        if self.unit.debug:
            return self._watched(func, args)
        rendered = render(func, args, self.unit.names)
        self._note_captures()
        own = lines_of(func, rendered)
        for line, site in zip(rendered.before, own, strict=False):
            self._site = site
            self.write(line, self._element or "".join(args[-1:]))
        self._site = own[-1]
        return Item(rendered.expr, rendered.parts)

    def _watched(self, func: Func, args: Sequence[str]) -> Item:
        """Call the function through one that sees whether it changes an element; an accumulator may change."""
        own = int(isinstance(self.node.op, Folding))
        watched = self.unit.watched.setdefault(id(func), Watched(func.fn, func.text, own))
        return Item(f"{self.capture(watched.__name__, watched)}({', '.join(args)})")

    def make(self, func: Func) -> str:
        """Call a function without arguments."""
        names = self.unit.names
        mark = names.mark()
        rendered = render(func, (), names)
        text = rendered.expr
        if rendered.before:
            names.reset(mark)
            text = f"{names.capture('make', func.fn)}()"
        self._note_captures()
        return text

    def _note_captures(self) -> None:
        for name in self.unit.names.captures:
            self.unit.sites.setdefault(name, self.node.site)

    def assign(self, item: Item, wanted: str, element: str = "") -> str:
        """Put an element into a variable."""
        if is_simple(item.text):
            return item.text
        name = self.local(wanted)
        self.write(f"{name} = {item.text}", element)
        return name

    def pair(self, item: Item) -> tuple[str, str]:
        """Take a pair apart."""
        if item.parts and len(item.parts) == 2:
            return self.assign(Item(item.parts[0]), "key"), self.assign(Item(item.parts[1]), "value")
        key, value = self.local("key"), self.local("value")
        self.write(f"{key}, {value} = {item.text}")
        return key, value

    def hint(self, port: int = 0) -> str:
        """Ask the consumer what it calls an element."""
        part = self.part
        for _ in range(4):
            consumers = self.unit.unit.consumers(part.key, port)
            if len(consumers) != 1:
                break
            part, port = consumers[0][0], 0
            if wanted := parameter(part):
                return wanted
        return "item"

    # ------------------------------------------------------------ elements

    def push(self, item: Item, port: int = 0) -> None:
        """Hand an element on, into the loop's next operator or into a list."""
        item = self._settled(item, port)
        if self.is_tapped():
            self.write(f'tap("{self.node.slot}", {port}, {item.text})')
        if (self.part.key, port) in self.unit.buffers:
            self.write(f"{self.unit.buffer(self.part, port)}.append({item.text})")
            return
        for consumer, index in self.unit.unit.consumers(self.part.key, port):
            self.unit.emit(consumer).receive(item, index)

    def _settled(self, item: Item, port: int) -> Item:
        """Make sure that an item is made of variables, so that its text may be used more than once."""
        if item.parts:
            wanted = [self.hint(port)] if len(item.parts) == 1 else [f"part_{i}" for i in range(len(item.parts))]
            if len(item.parts) == 2:
                wanted = ["key", "value"]
            settled = zip(item.parts, wanted, strict=True)
            parts = tuple(part if is_made_of_names(part) else self.assign(Item(part), name) for part, name in settled)
            return Item(item.text, parts) if item.text.isidentifier() else Item.of(*parts)
        return Item(self.assign(item, self.hint(port)))

    def receive(self, item: Item, index: int) -> None:
        """Let this node handle an element of its input."""
        self._element, self._site = item.text, None
        if self.part.role == "seam_out":
            self.write(f"{self.output()}.append({item.text})")
        elif self.part.role == "hold":
            self.write(f"{delayed(self)}.append({item.text})")
        else:
            self.node.op.element(self, item, index)

    def leave(self) -> None:
        """Be done with elements: what is written from here on is about all of them."""
        self._element = ""

    def push_all(self, iterable: str, port: int = 0, *, is_list: bool = False) -> None:
        """Hand many elements on."""
        if is_list and self.node.op.category == "Source" and self.part.role == "whole":
            iterable = self._counted(iterable)
        if self.is_tapped():
            iterable = self._tap_all(iterable, port, is_list=is_list)
        if (self.part.key, port) in self.unit.buffers:
            if is_list and self.unit.body.depth == 0:  # inside a block it may not be there in every tick
                self.unit.buffers[self.part.key, port] = iterable
            else:
                self.write(f"{self.unit.buffer(self.part, port)}.extend({iterable})")
            return
        for consumer, index in self.unit.unit.consumers(self.part.key, port):
            self.unit.emit(consumer).loop_into(iterable, index, self, is_list=is_list)

    def is_tapped(self) -> bool:
        """Whether what comes out here is told to who records an execution, or watches one."""
        return self.node.slot in self.unit.tapped and self.part.role in ("whole", "receive", "release")

    def _tap_all(self, iterable: str, port: int, *, is_list: bool) -> str:
        tapped = f'tapped("{self.node.slot}", {port}, {iterable})'
        return self.assign(Item(tapped), self.hint(port)) if is_list else tapped

    def loop_into(self, iterable: str, index: int, producer: NodeEmit | None = None, *, is_list: bool = True) -> None:
        """Let this node handle every element of an iterable."""
        self._giver = None if is_list else producer
        done = self._at_once(iterable)
        self._giver = None
        if not done:
            writer = producer or self
            wanted, keyed = parameter(self.part), self.part.kinds[index].shape.is_keyed
            item = Item.of(self.local("key"), self.local(wanted or "value")) if keyed else None
            item = item or Item(self.local(wanted or self.hint()))
            with writer.loop(f"for {item.text.strip('()')} in {iterable}:"):
                self.receive(item, index)

    def _at_once(self, iterable: str) -> bool:
        """Handle a list, or what another operator iterates over, without a loop here; False if that cannot be."""
        if self.part.role == "seam_out":
            self.write(f"{self.output()}.extend({iterable})")
            return True
        if self.part.role == "hold":
            self.write(f"{delayed(self)}.extend({iterable})")
            return True
        op = self.node.op
        return self.part.role != "receive" and (op.takes_iterables or not self._giver) and op.elements(self, iterable)

    def _counted(self, iterable: str) -> str:
        """Count and sample a whole list."""
        if not iterable.isidentifier():
            name = self.local(f"{self.name}_in")
            self.write(f"{name} = {iterable}")
            iterable = name
        with self.block(f"if {iterable}:"):
            self.unit.counted[self.name] = self.node.slot
            self.write(f'state.counts["{self.name}"] += len({iterable})')
            self.write(f'state.samples["{self.name}"].extend({iterable}[-{SAMPLED}:])')
        return iterable

    def seen(self, element: str) -> None:
        """Count an element and keep it."""
        self.unit.counted[self.name] = self.node.slot
        newest = self.scratch("newest", f'state.samples["{self.name}"]')
        count = self.unit.counting[self.name] = self.scratch("count", "0")
        self.write(f"{count} += 1")
        self.write(f"{newest}.append({element})")

    # ------------------------------------------------------------ state and values

    def state(self, suffix: str, init: str) -> str:
        """Declare a piece of state."""
        name = self._named(suffix)
        (self.unit.fresh if self.per_tick else self.unit.state).setdefault(name, init)
        return name

    def kept(self, suffix: str, init: str) -> str:
        """Declare a piece of state that outlives the tick."""
        name = self._named(suffix)
        self.unit.state.setdefault(name, init)
        return name

    def scratch(self, suffix: str, init: str) -> str:
        """Declare a variable of this tick."""
        name = self._named(suffix)
        self.unit.fresh.setdefault(name, init)
        return name

    def _named(self, suffix: str) -> str:
        """Give the variable of one of this node's own things; the bare name was set aside before all others."""
        if not suffix:
            return self.name
        key = (self.name, suffix)
        if key not in self.unit.allocated:
            self.unit.allocated[key] = self.local(f"{self.name}_{suffix}")
        return self.unit.allocated[key]

    def value(self, index: int) -> str:
        """Read a live value, computing it here if it is one that is made where it is read."""
        if index not in self.values:
            slot = self.part.inputs[index].slot
            if slot in self.unit.plan.lazy:
                part = self.unit.unit.parts[slot]
                self.unit.after(part, NodeEmit(self.unit, part))
            self.values[index] = self.unit.defined[slot]
        return self.values[index]

    def take_copies(self) -> None:
        """Keep what is read here from the changes that functions make later."""
        for index in self.part.values:
            slot = self.part.inputs[index].slot
            if index in self.values:
                continue
            copied = is_copied_out(self.unit.unit, self.part, slot)
            if once.is_seen(self, index):
                self.values[index] = once.look(self, index, _copy(self.unit.defined[slot], copied=copied))
            elif copied:
                self.values[index] = self.local("value")
                self.write(f"{self.values[index]} = {_copy(self.unit.defined[slot])}")

    def changes_in_place(self) -> bool:
        """Look at what it is made of."""
        return changes_in_place(self.unit.unit, self.part)

    def define(self, expr: str) -> None:
        """Say where this node's live value is."""
        held = self.unit.unit.boxes.get(self.part.key)
        expr = _copy(expr, copied=is_copied_in(self.unit.unit, self.part))
        value = self.unit.defined[self.part.key] = self._boxed(expr, held) if held else self.assign(Item(expr), "value")
        if self.is_tapped():
            self.write(f'tap("{self.node.slot}", 0, {value})')

    def box(self, held: Reference[Any]) -> str:
        """Give the name of what holds this node's value for those who refer to it."""
        return self.unit.names.capture(f"{self.name}_box", held.box)

    def _boxed(self, expr: str, held: Reference[Any]) -> str:
        """Put a value where references to it look: in every run of a tick, else once, as it may be changed there."""
        box = self.box(held)
        if self.per_tick:
            self.write(f"{box}.value = {expr}")
        else:
            done = self.state("boxed", "False")
            with self.block(f"if not {done}:"):
                self.write(f"{box}.value, {done} = {expr}, True")
        return f"{box}.value"

    def changed(self) -> None:
        """In the seams cut, put a version into every seam that this value reaches, where the change begins."""
        arrives = list(self.part.streams) or not list(self.part.values)
        begins = arrives and self.node.outputs[0].bound is not Bound.BOUNDED
        if self.seams and not self.quiet and begins:
            spread(self)

    def ended(self) -> str:
        """Give the condition that every bounded source above is at its end."""
        above = [self.part, *upstream(self.unit.unit, self.part)]
        sources = [p for p in above if p.role == "whole" and isinstance(p.node.op, SourceIter)]
        flags = [f"{p.name}_ended" for p in sources]
        flags += [self.unit.emit(p).state("came", "False") for p in above if comes_later(self, p)]
        return " and ".join(flags) or "True"

    # ------------------------------------------------------------ edges of the unit

    def input(self) -> str:
        """Give the list of what came in."""
        return f'inputs["{self.name}"]'

    def output(self) -> str:
        """Give the variable of the list of what goes out."""
        name = self._named("out")
        self.unit.fresh.setdefault(name, f'outputs["{self.name}"]')
        return name

    def push_numbers(self, data: str, numbers: Numbers) -> None:
        """Take the next piece of an array, and hand it on as a column."""
        writing.push_numbers(self, data, numbers)

    def push_source(self, iterator: str) -> None:
        """Take a chunk and hand it on, or all where somebody must see all first."""
        pulling.push_source(self, iterator)


def _copy(expr: str, *, copied: bool = True) -> str:
    return f"copy({expr})" if copied else expr
