"""Whatever has an effect has it in the same order, however many lines are written as one."""

import textwrap

from hypothesis import given, reject, settings
from hypothesis import strategies as st

from hydro_nb.compile.inline import inline
from hydro_nb.compile.writer import Writer


class SpentError(Exception):
    """No more may happen."""


class Traced:
    """A value that tells of everything that is done with it, until that is too much."""

    def __init__(self, name, log, most):
        self.name, self.log, self.most = name, log, most

    def _note(self, what, *others):
        self.log.append((what, self.name, *(getattr(other, "name", other) for other in others)))
        if len(self.log) > self.most:
            raise SpentError
        return Traced(f"{what}{len(self.log)}", self.log, self.most)

    def __add__(self, other):
        return self._note("add", other)

    def __xor__(self, other):
        return self._note("xor", other)

    def __pow__(self, other):
        return self._note("pow", other)

    def __neg__(self):
        return self._note("neg")

    def __lt__(self, other):
        return self._note("lt", other)

    def __bool__(self):
        self._note("bool")
        return len(self.log) % 3 > 0

    def __call__(self, *args, **more):
        return self._note("call", *args, *more.values())

    def __getitem__(self, key):
        return self._note("item", key)

    def __setitem__(self, key, value):
        self._note("set", key, value)

    def __iter__(self):
        return iter((self._note("first"), self._note("second")))

    @property
    def part(self):
        return self._note("part")

    @property
    def put(self):
        return self._note("put")

    def __repr__(self):
        return self.name

    def __format__(self, spec):
        return self._note("text").name


class Held:
    """A function or a generator, which reads variables when it is asked, and does not tell where in memory it is."""

    def __init__(self, value):
        self.value = value

    def __call__(self):
        return self.value()

    def __iter__(self):
        return self.value

    def __repr__(self):
        return "held"


KNOWN = ("a", "b", "c")
FORMS = [
    "{0} + {1}", "{0} ^ {1}", "{0} ** {1}", "-{0}", "{0} < {1}", "{0} < {1} < {2}", "not {0}", "{0} and {1}",
    "{0} if {1} else {2}", "{0}({1})", "{0}({1}, k={2})", "{0}(*{1})", "{0}(**{{'k': {1}}})", "{0}[{1}]", "{0}.part",
    "({0}, {1})", "[{0}, {1}]", "{{1: {0}, 2: {1}}}", "f'{{{0}}}{{{1}}}'", "[z + {0} for z in {1}]", "{0}.put({1})",
    "(lambda k: k + {0})({1})", "{0} is {1}", "(w := {0}) + {1}", "sorted([{0}, {1}], key=lambda k: 1)", "3", "'ü'",
    "Held(lambda: {0})", "{0}() + {1}", "Held(k + {0} for k in {1})", "sum({0}, {1})",
]  # fmt: skip
ENDS = [
    "out.append({0})", "out.append(({0}, {1}))", "out.extend([{0}, {1}])", "a = a + {0}", "a += {0}", "a[b] = {0}",
    "a[b] ^= {0}", "a.put({0})", "b, c = {0}", "b = {0}", "if {0}:\n    c = a", "if not {0}:\n    c = a",
    "for c in {0}:\n    b = c + a", "while {0}:\n    break", "assert {0}", "try:\n    c = {0}\nfinally:\n    b = a",
]  # fmt: skip


@st.composite
def programs(draw):
    """Give statements, most of which read what the one before has set, and may set it anew."""
    lines, last = [], "a"
    for number in range(draw(st.integers(1, 7))):
        names = [draw(st.sampled_from((last, last, *KNOWN))) for _ in range(3)]
        if number and draw(st.integers(0, 3)) == 0:
            lines.append(draw(st.sampled_from(ENDS)).format(*names))
        else:
            value = draw(st.sampled_from(FORMS)).format(*names)
            inner = draw(st.sampled_from(FORMS)).format(f"({value})", *names[1:])
            last = draw(st.sampled_from((f"y_{number}", last)))
            lines.append(f"{last} = {draw(st.sampled_from((value, inner)))}")
    return [*lines, draw(st.sampled_from(ENDS)).format(last, draw(st.sampled_from((last, *KNOWN))))]


def outcome(lines, most):
    """Run statements in a function, and give all that happened."""
    text = "def run(a, b, c, out):\n" + textwrap.indent("\n".join(lines), "    ")
    log, out, space = [], [], {"Held": Held}
    exec(text, space)  # made here
    try:
        space["run"](*(Traced(name, log, most) for name in KNOWN), out)
    except Exception as error:  # noqa: BLE001 - whatever is raised is the outcome
        return repr(log), repr(out), type(error)
    return repr(log), repr(out), None


@given(programs(), st.integers(0, 30))
@settings(max_examples=600, deadline=None)
def test_statements_do_the_same_in_the_same_order(program, most):
    body = Writer()
    for line in program:
        body.write(line)
    try:
        before = outcome(body.lines, most)
    except SyntaxError:  # what Python warns of is not written
        reject()
    inline(body, (), ("out",))
    assert outcome(body.lines, most) == before
