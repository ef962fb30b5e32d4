"""A chain of processes that pass on numbered elements and write down each as it comes, where a kill cannot take it."""

from __future__ import annotations

import os
from pathlib import Path

from handmade import Flow, channel, flow, place

SOURCE = """
def start():
    return State(next=0)
def tick(state, inputs, outputs):
    if not state.next:
        open({folder!r} + "/gate").close()
    for _ in range({at_once}):
        if state.next < {count}:
            outputs["out1"].append(state.next.to_bytes(8, "big") * (1 + {size} // 8))
            state.next += 1
            strike({name!r}, state.next)
    return state.next < {count}
"""
RELAY = """
def start():
    return State(n=0)
def tick(state, inputs, outputs):
    for each in inputs[{into!r}]:
        saw({name!r}, each)
        state.n += 1
        outputs[{out!r}].append(each)
        strike({name!r}, state.n)
    return False
"""
LAST = RELAY.replace("        outputs[{out!r}].append(each)\n", "")
HELPERS = """
import os, signal, threading, time
FILES = {{}}
def saw(name, element):
    if name not in FILES:
        FILES[name] = os.open({folder!r} + "/" + name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(FILES[name], element[:8])
def strike(name, number):
    if (name, number) != {victim!r}:
        return
    if {delay} < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    threading.Thread(target=lambda: (time.sleep({delay} / 1e6), os.kill(os.getpid(), signal.SIGKILL))).start()
"""
NAMES = "ABC"


def chain(
    folder: Path,
    *,
    length: int = 3,
    count: int = 100,
    size: int = 0,
    at_once: int = 10,
    victim: tuple[str, int] = ("", 0),
    delay: float = -1,
) -> Flow:
    """Give a flow of two or three processes; the victim is killed at an element, or so many microseconds after it.

    The first waits until `begin` is called.
    """
    os.mkfifo(folder / "gate")
    helpers = HELPERS.format(folder=str(folder), victim=victim, delay=delay)
    bodies = [helpers + SOURCE.format(folder=str(folder), name="A", count=count, size=size, at_once=at_once)]
    for at in range(1, length):
        body = LAST if at == length - 1 else RELAY
        bodies.append(helpers + body.format(name=NAMES[at], into=f"in{at}", out=f"out{at + 1}"))
    places = [
        place(at, NAMES[at], body, outputs=[f"out{at + 1}"] if at < length - 1 else [])
        for at, body in enumerate(bodies)
    ]
    return flow(*places, channels=[channel(at, at - 1, at) for at in range(1, length)], element=bytes)


def begin(folder: Path) -> None:
    """Let the first process go on."""
    (folder / "gate").write_text("")


def seen(folder: Path, name: str) -> list[int]:
    """Give the numbers that a process has seen, in its order."""
    try:
        data = (folder / name).read_bytes()
    except FileNotFoundError:
        return []
    return [int.from_bytes(data[at : at + 8], "big") for at in range(0, len(data), 8)]


def is_prefix(numbers: list[int]) -> bool:
    """Whether nothing is missing before the last one, and nothing is there twice."""
    return numbers == [*range(len(numbers))]


def pid_of(deployment, name: str) -> int:
    """Give the process id of a process."""
    return next(row.pid for row in deployment.processes if row.name == name)


def memory_of(pid: int) -> int:
    """Give the resident bytes of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
