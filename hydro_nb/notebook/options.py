"""What may be typed after `%hydro` and `%%hydro`: parsed, explained, completed."""

from __future__ import annotations

import argparse
import difflib
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from IPython.core.error import UsageError

BACKENDS = ("local", "inprocess")
TRANSPORTS = ("auto", "ipc", "tcp")

COMMANDS = {
    "deploy": "run the flow, one process per location, and show the dashboard",
    "redeploy": "run the flow as it is now: processes that changed begin anew, the others keep their state",
    "stop": "stop the deployment",
    "status": "one line per process: state, pid, CPU, memory, queue",
    "graph": "draw the flow",
    "logs": "what the processes printed, each line tagged with its process",
    "code": "the Python that a process runs, generated from the flow",
    "kill": "kill a process, or a member of a cluster (Worker/3), on purpose; the others go on",
    "pause": "stop a process where it stands, until resume",
    "resume": "let a process go on that is paused",
    "cut": "cut the link between two processes, or a cluster and a process, both ways; too late to heal after 3 s",
    "heal": "make a link whole again that is cut",
    "delay": "hold every frame from one process to another for so many seconds; 0 for no delay",
    "drop": "lose a share (0 to 1) of what one process sends to another, where it may be lost; 0 for none",
    "restart": "start a process again, dead or alive; if it is no member of a cluster, say why that is right",
    "sim": "run a test of the flow under every schedule, or many; a failure is shown as a picture to step through",
    "refresh": "run the cells again that stand on something that has changed, in order",
    "flows": "the flows of this notebook",
    "reset": "start a flow anew, empty; stops its deployments",
    "help": "this text",
}
ALIKE = 0.7
"""From which likeness on, of 1, a word may have been meant by another."""
_UNKNOWN = "unrecognized arguments: "
_TAKES_PROCESS = ("logs", "code")
_TAKES_ONE = ("kill", "restart", "pause", "resume")
_TAKES_TWO = ("cut", "heal", "delay", "drop")
_TAKES_FLOW = ("deploy", "redeploy", "graph", "refresh", "reset")
_SIZES = "how many members a cluster has, such as Worker=3; once for each cluster"


class Parser(argparse.ArgumentParser):
    """Says what is wrong with a line in one line of its own, and never ends the kernel."""

    def __init__(self, prog: str, description: str) -> None:
        super().__init__(prog=prog, description=description, add_help=False)

    def error(self, message: str) -> NoReturn:
        """Raise what the shell shows without a traceback."""
        raise UsageError(message + self._near(message))

    def _near(self, message: str) -> str:
        """Name the option that an unknown one is close to, or all."""
        unknown = [word for word in message.removeprefix(_UNKNOWN).split() if word.startswith("-")]
        if not message.startswith(_UNKNOWN) or not unknown or not self.flags:
            return ""
        return f"; {near(unknown[0], self.flags)}"

    @property
    def flags(self) -> list[str]:
        """The options, for completion."""
        return [flag for action in self._actions for flag in action.option_strings]


def cell_parser() -> Parser:
    """Make the parser of the line after `%%hydro`."""
    parser = Parser("%%hydro", "Build a part of a flow in this cell, and show the graph so far.")
    parser.add_argument("name", nargs="?", metavar="NAME", help="the flow; made if there is none; `flow` if not given")
    parser.add_argument("--deploy", action="store_true", help="then run it, bind `deployment`, and show the dashboard")
    _add_running(parser)
    return parser


def command_parser(command: str) -> Parser:
    """Make the parser of what follows a command of `%hydro`."""
    parser = Parser(f"%hydro {command}", COMMANDS[command])
    _add_names(parser, command)
    match command:
        case "deploy":
            _add_running(parser)
        case "redeploy":
            parser.add_argument("--cluster", action="append", type=_size, default=[], metavar="NAME=N", help=_SIZES)
        case "stop":
            parser.add_argument("--all", action="store_true", help="stop every deployment of this notebook")
            parser.add_argument("--drain", action="store_true", help="let everything under way arrive first")
        case "restart":
            parser.add_argument("reason", nargs="*", metavar="WHY", help="why that is right")
        case "delay":
            parser.add_argument("seconds", type=_number, metavar="SECONDS")
        case "drop":
            parser.add_argument("rate", type=_number, metavar="RATE")
            parser.add_argument("--seed", type=int, metavar="S", help="which ones; the same seed loses the same")
        case "sim":
            _add_searching(parser)
        case "logs":
            parser.add_argument("--last", type=int, default=200, metavar="N", help="how many lines (200)")
        case _:
            pass
    return parser


def _add_names(parser: Parser, command: str) -> None:
    """Add what a command acts on: a flow, a process, or two."""
    if command in _TAKES_FLOW:
        parser.add_argument("name", nargs="?", metavar="NAME", help="the flow, if it is not the current one")
    elif command in _TAKES_PROCESS:
        parser.add_argument("process", nargs="?", metavar="PROCESS")
    elif command in _TAKES_ONE:
        parser.add_argument("process", metavar="PROCESS")
    elif command in _TAKES_TWO:
        parser.add_argument("first", metavar="PROCESS")
        parser.add_argument("last", metavar="PROCESS")


def parse_cell(line: str) -> argparse.Namespace:
    """Read the line after `%%hydro`.

    >>> given = parse_cell("wordcount --deploy --colocate Reader,Counter")
    >>> given.name, given.deploy, given.colocate, given.backend
    ('wordcount', True, [['Reader', 'Counter']], 'local')
    """
    return cell_parser().parse_args(_words(line))


def parse_command(line: str) -> tuple[str, argparse.Namespace]:
    """Read the line after `%hydro`: the command, and what was given to it.

    >>> parse_command("logs Leader --last 5")
    ('logs', Namespace(process='Leader', last=5))
    """
    command, *rest = _words(line) or ["help"]
    if {"--help", "-h"} & {command, *rest}:
        return "help", argparse.Namespace()
    if command not in COMMANDS:
        raise UsageError(f"%hydro has no command `{command}`; {near(command, COMMANDS)}")
    return command, command_parser(command).parse_args(rest)


def near(word: str, known: Iterable[str]) -> str:
    """Say which of the known words was probably meant, or what there is.

    >>> near("stpo", ["stop", "deploy"]), near("explode", ["stop", "deploy"])
    ('did you mean `stop`?', 'there are `stop`, `deploy`')
    """
    words = list(known)
    close = difflib.get_close_matches(word.lower(), [each.lower() for each in words], 1, ALIKE)
    if close:
        return f"did you mean `{next(each for each in words if each.lower() == close[0])}`?"
    return f"there are {', '.join(f'`{each}`' for each in words)}" if words else "there are none"


def help_text() -> str:
    """Give the help of both magics, as `%hydro?` shows it."""
    usages = [
        (command_parser(name).format_usage().removeprefix("usage: ").strip(), text) for name, text in COMMANDS.items()
    ]
    commands = "\n".join(f"  {usage}\n      {text}" for usage, text in usages)
    return (
        "Build, run and watch a flow.\n\n"
        f"{cell_parser().format_help()}\n"
        "The body is ordinary Python; `flow`, and its methods `process`, `cluster` and `external`, are bound in it.\n\n"
        f"commands on the current flow or deployment:\n{commands}\n"
    )


@dataclass(frozen=True)
class Known:
    """The names that a line may mention."""

    processes: Sequence[str] = ()
    """processes and clusters of the flow"""
    running: Sequence[str] = ()
    """processes of the deployment, each member of a cluster by its own name"""
    flows: Sequence[str] = ()
    tests: Sequence[str] = ()
    """functions that `%hydro sim` may run"""
    clusters: Sequence[str] = ()


def completions(text: str, known: Known) -> tuple[str, list[str]] | None:
    """Give the word being typed and what it may become, or nothing where the line is not ours.

    >>> completions("%hydro st", Known())
    ('st', ['stop', 'status'])
    >>> completions("%%hydro --ba", Known())
    ('--ba', ['--backend'])
    >>> completions("%hydro restart ", Known(["Worker"], ["Worker/0", "Worker/1"]))
    ('', ['Worker/0', 'Worker/1'])
    """
    words = text.split(" ")
    magic, given, word = words[0], [each for each in words[1:-1] if each], words[-1]
    if magic not in ("%hydro", "%%hydro") or len(words) < 2:
        return None
    fitting = _cell_words(given, known) if magic == "%%hydro" else _line_words(given, known)
    quoted = (f'"{each}"' if " " in each else each for each in fitting)
    return word, [each for each in quoted if each.lstrip('"').startswith(word.lstrip('"')) and each not in given]


def _cell_words(given: list[str], known: Known) -> Iterable[str]:
    after = _after(given, known)
    return [*known.flows, *cell_parser().flags] if after is None else after


def _line_words(given: list[str], known: Known) -> Iterable[str]:
    if not given:
        return COMMANDS
    after, command = _after(given, known), given[0]
    if after is not None:
        return after
    names = [
        *(known.processes if command in _TAKES_PROCESS else ()),
        *(known.running if command in (*_TAKES_ONE, *_TAKES_TWO, "logs") else ()),
        *(known.clusters if command in _TAKES_TWO else ()),
        *(known.flows if command in _TAKES_FLOW else ()),
        *(known.tests if command == "sim" else ()),
    ]
    return [*dict.fromkeys(names), *(command_parser(command).flags if command in COMMANDS else ())]


def _after(given: list[str], known: Known) -> Sequence[str] | None:
    """Give what may follow an option that takes something; nothing after other words."""
    sizes = [f"{name}=" for name in known.clusters]
    after = {"--backend": BACKENDS, "--transport": TRANSPORTS, "--colocate": known.processes, "--cluster": sizes}
    return after.get(given[-1] if given else "")


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as error:
        raise UsageError(f"this line has an open quote ({error}): {line}") from None


def _add_running(parser: Parser) -> None:
    parser.add_argument("--cluster", action="append", type=_size, default=[], metavar="NAME=N", help=_SIZES)
    together = "who shares an OS process, a cluster with all its members, such as Leader,Worker; once for each group"
    parser.add_argument("--colocate", action="append", type=_group, default=[], metavar="NAME,NAME", help=together)
    parser.add_argument("--wait", action="store_true", help="return when it has settled, not when it runs")
    again = "start processes that fail again by themselves, and why that is right, in words"
    parser.add_argument("--restart", metavar="WHY", help=again)
    place = "processes of this machine (local), or all of it in the kernel"
    parser.add_argument("--backend", choices=BACKENDS, default="local", help=place)
    wires = "private files or encrypted TCP between processes of this machine; by default files, where there are any"
    parser.add_argument("--transport", choices=TRANSPORTS, default="auto", help=wires)


def _add_searching(parser: Parser) -> None:
    test = "an `async def` without arguments, or a function that calls flow.sim() itself; one or several"
    parser.add_argument("tests", nargs="+", metavar="TEST", help=test)
    parser.add_argument("--cluster", action="append", type=_size, default=[], metavar="NAME=N", help=_SIZES)
    crash = "let up to N members of a cluster crash, or the process NAME"
    parser.add_argument("--faults", action="append", type=_size, default=[], metavar="NAME=N", help=crash)
    parser.add_argument("--fuzz", type=_runs, metavar="N", help="try N schedules at random, not all")
    parser.add_argument("--seed", type=int, metavar="S", help="which ones; the same seed tries the same")
    fewer = "leave out schedules that can only give what others gave"
    parser.add_argument("--reduce", action="store_true", help=fewer)
    parser.add_argument("--replay", type=_schedule, metavar="0,1", help="run one schedule, and show it")
    late = "the test only claims what must never happen, so that messages may be late for ever"
    parser.add_argument("--safety-only", action="store_true", help=late)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number, such as 0.3") from None


def _runs(text: str) -> int:
    """Read how many schedules are tried."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of schedules, such as 1000")
    return int(text)


def _schedule(text: str) -> list[int]:
    """Read the numbers of a schedule.

    >>> _schedule("[0, 1]")
    [0, 1]
    """
    numbers = text.strip("[] ").replace(",", " ").split()
    if not all(each.isdecimal() for each in numbers):
        raise argparse.ArgumentTypeError(f"{text!r} is not a schedule, such as 0,1,2")
    return [int(each) for each in numbers]


def _size(text: str) -> tuple[str, int]:
    """Read the name of a cluster and its size."""
    name, _, count = text.rpartition("=")
    if not name or not count.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=N, such as Worker=3")
    return name, int(count)


def _group(text: str) -> list[str]:
    """Read the names of those who share an OS process."""
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME,NAME, such as Leader,Worker")
    return names
