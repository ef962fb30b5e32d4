"""Those who should get nothing: another user of this machine, clients without a key or with one of another flow."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest
import zmq
from zmq.utils.monitor import recv_monitor_message

SECONDS = 60
BECOME = """
import json, os, pwd, signal, socket, sys
told = json.load(sys.stdin)
nobody = pwd.getpwnam("nobody")
os.setgroups([])
os.setgid(nobody.pw_gid)
os.setuid(nobody.pw_uid)

def outcome(do, *given):
    try:
        do(*given)
    except OSError as error:
        return type(error).__name__
    return "done"

def connect(path):
    with socket.socket(socket.AF_UNIX) as probe:
        probe.connect(path)

def ask(address, said):
    with socket.socket() as probe:
        probe.connect(tuple(address))
        probe.sendall(said)
        probe.shutdown(socket.SHUT_WR)
        try:
            return probe.recv(100).decode()
        except ConnectionResetError:
            return ""

def read(path):
    with open(path, "rb") as file:
        file.read(1)
"""


def as_nobody(probe: str, told: Any) -> Any:
    """Give what an expression on `told` comes to when the user `nobody` evaluates it."""
    command = [*_as_root(), sys.executable, "-c", f"{BECOME}\nprint(json.dumps({probe}))"]
    ran = subprocess.run(command, input=json.dumps(told), capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def _as_root() -> list[str]:
    """Give how to run a command as root, who alone may become another user."""
    if os.getuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n"]
    pytest.xfail("to look as the user `nobody` needs root, or sudo without a password")


def family(pids: Iterable[int]) -> list[int]:
    """Give these processes and all that they have started."""
    from lives import children

    return sorted({each for pid in pids for each in (pid, *children(pid))})


def listening(pids: Iterable[int]) -> set[tuple[str, int]]:
    """Give the addresses at which these processes listen for TCP connections."""
    inodes = {inode for pid in pids for inode in _sockets(pid)}
    return {address for table in ("tcp", "tcp6") for inode, address in _listed(table) if inode in inodes}


def _sockets(pid: int) -> Iterator[str]:
    for each in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(each.readlink())
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            yield target[8:-1]


def _listed(table: str) -> Iterator[tuple[str, tuple[str, int]]]:
    path = Path(f"/proc/net/{table}")
    for line in path.read_text().splitlines()[1:] if path.exists() else ():
        words = line.split()
        if words[3] == "0A":
            host, _, port = words[1].partition(":")
            known = ".".join(str(byte) for byte in reversed(bytes.fromhex(host))) if len(host) == 8 else host
            yield words[9], (known, int(port, 16))


class Knock:
    """A ZeroMQ client that tries to connect, with these keys if any; `let_in` says what came of it."""

    def __init__(
        self, kind: int, endpoint: str, *, server: bytes = b"", pair: tuple[bytes, bytes] | None = None
    ) -> None:
        self._context = zmq.Context()
        self.socket = self._context.socket(kind)
        self.socket.linger = 0
        if server and pair:
            self.socket.curve_publickey, self.socket.curve_secretkey = pair
            self.socket.curve_serverkey = server
        self._monitor = self.socket.get_monitor_socket()
        self.socket.connect(endpoint)

    @property
    def let_in(self) -> bool:
        """Whether the other side has shaken hands."""
        while self._monitor.poll(SECONDS * 1000):
            event = recv_monitor_message(self._monitor)["event"]
            if event == zmq.EVENT_HANDSHAKE_SUCCEEDED:
                return True
            if event in _REFUSALS:
                return False
        raise AssertionError(f"nothing happened within {SECONDS} seconds")

    def close(self) -> None:
        """Leave."""
        self.socket.disable_monitor()
        self._monitor.close(linger=0)
        self.socket.close(linger=0)
        self._context.term()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


_REFUSALS = (
    zmq.EVENT_HANDSHAKE_FAILED_AUTH,
    zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL,
    zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL,
    zmq.EVENT_DISCONNECTED,
    zmq.EVENT_CLOSED,
    zmq.EVENT_CONNECT_RETRIED,
)
