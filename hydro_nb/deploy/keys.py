"""Where a deployment's sockets are, so that nobody else reaches them, and what its processes know each other by."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from hydro_nb.errors import DeployError
from hydro_nb.runtime.zmq_channel import has_curve, has_ipc, new_pair
from hydro_nb.wire import Keys

PATH_LIMIT = 107
"""Bytes of a unix socket's address on Linux, less the closing zero."""
PREFIX = "hydro_nb-"
_LOCK = "lock"
Transport: TypeAlias = Literal["auto", "ipc", "tcp"]
"""How processes of one machine are connected: by files that only their user may open, or by TCP with locks."""


def new_token() -> bytes:
    """Give 32 random bytes."""
    return secrets.token_bytes(32)


def check_private(folder: Path) -> None:
    """Refuse a folder that anyone but this user may enter."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise DeployError(f"the folder for sockets, {folder}, is not a folder")
    if status.st_uid != os.getuid():
        raise DeployError(f"the folder for sockets, {folder}, belongs to user {status.st_uid}, not to you")
    if status.st_mode & 0o077:
        mode = stat.S_IMODE(status.st_mode)
        raise DeployError(f"the folder for sockets, {folder}, has mode {mode:04o}; it must be private (0700)")


class SocketFolder:
    """A fresh 0700 folder for one deployment's sockets; a lock in it says that its kernel lives."""

    locked = False
    """nobody else can open what is in it, so its sockets need no keys"""

    def __init__(self) -> None:
        if not _has_private_files():
            raise DeployError(
                "transport='ipc' connects processes by private unix sockets, which this system does not have; "
                "use transport='tcp'"
            )
        base = _base()
        _sweep(base)
        self._lock = -1
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
            try:
                if self._is_kept():
                    return
            except BaseException:
                self.remove()
                raise
            # another kernel that sweeps found it without a lock, and takes it away
            os.close(self._lock)
            self._lock = -1

    def _is_kept(self) -> bool:
        """Take the lock, which tells the others that its kernel lives; False where one of them was quicker."""
        check_private(self.path)
        self._lock = os.open(self.path / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        return _lock(self._lock) != "theirs" and (self.path / _LOCK).exists()

    def endpoint(self, name: str) -> str:
        """Give the `ipc` endpoint of this name; checked again before every use."""
        check_private(self.path)
        path = str(self.path / name)
        if len(os.fsencode(path)) > PATH_LIMIT:
            raise DeployError(
                f"the socket path {path} is longer than {PATH_LIMIT} bytes; set XDG_RUNTIME_DIR to a shorter folder"
            )
        return f"ipc://{path}"

    def forget(self, endpoint: str) -> None:
        """Remove the socket of a process that has ended, which leaves it behind when it is killed."""
        Path(endpoint.removeprefix("ipc://")).unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove the folder with everything in it."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1
        shutil.rmtree(self.path, ignore_errors=True)


class Loopback:
    """TCP ports of this machine alone, each with a lock, where sockets cannot be files or that is not wanted."""

    locked = True

    def endpoint(self, _name: str) -> str:
        """Give an endpoint whose port the system chooses when it is bound."""
        return "tcp://127.0.0.1:0"

    def forget(self, _endpoint: str) -> None:
        """Nothing is left of a port."""

    def remove(self) -> None:
        """Nothing is left of ports."""


class KeyRing:
    """The CURVE key pairs of a deployment: the kernel's, and one for each OS process; they die with it.

    It is the kernel's own book as well, in which every process stands. `near` says who talks to whom.
    """

    def __init__(self, groups: Sequence[Sequence[int]], near: Mapping[int, Collection[int]]) -> None:
        self.near = near
        self._kernel = new_pair()
        self._pairs = {peer: pair for group in groups for pair in [new_pair()] for peer in group}

    @property
    def public(self) -> bytes:
        """The kernel's key that others know."""
        return self._kernel[0]

    @property
    def secret(self) -> bytes:
        """The kernel's key that nobody else knows."""
        return self._kernel[1]

    def key_of(self, peer: int | None) -> bytes:
        """Give the public key of a process; clients are the kernel."""
        return self._kernel[0] if peer is None else self._pairs.get(peer, self._kernel)[0]

    def admits(self, key: bytes) -> bool:
        """Whether it is the key of one of the processes."""
        return any(key == public for public, _ in tuple(self._pairs.values()))

    def meet(self, peer: int, key: bytes) -> None:
        """Nothing to learn: the keys are made here."""

    def part(self, peer: int) -> None:
        """Leave a key that nobody has any more until the process is started again."""

    def renew(self, peer: int) -> None:
        """Make a key pair for a process that is started again."""
        self._pairs[peer] = new_pair()

    def keys(self, group: Sequence[int], gone: Iterable[int]) -> Keys:
        """Give what those that start together are told."""
        public, secret = self._pairs[group[0]]
        near = {other for each in group for other in self.near.get(each, ())} - {*group, *gone}
        return Keys(public, secret, self._kernel[0], {each: self.key_of(each) for each in near})


Roads: TypeAlias = SocketFolder | Loopback
"""The way in which the processes of a deployment reach each other."""


def roads_of(transport: Transport) -> Roads:
    """Give the way in which the processes of a deployment reach each other on this machine."""
    if transport not in get_args(Transport):
        known = ", ".join(map(repr, get_args(Transport)))
        raise DeployError(f"transport={transport!r} is not known; there are {known}")
    chosen = transport if transport != "auto" else "ipc" if _has_private_files() else "tcp"
    if chosen == "tcp" and not has_curve():
        raise DeployError("TCP between processes needs ZeroMQ with CURVE, which this pyzmq lacks: pip install -U pyzmq")
    return SocketFolder() if chosen == "ipc" else Loopback()


def _has_private_files() -> bool:
    return hasattr(os, "getuid") and has_ipc()


def _base() -> Path:
    """Give the runtime folder of the user, or a temporary one where that is missing or its path is too long."""
    shortest = "/tmp"  # noqa: S108 - mkdtemp makes a private folder in it
    for candidate in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), shortest):
        if candidate and len(os.fsencode(candidate)) < 60 and _may_hold(Path(candidate)):
            return Path(candidate)
    return Path(tempfile.gettempdir())


def _may_hold(folder: Path) -> bool:
    """Whether it is a folder in which nobody else can put something in the place of ours."""
    try:
        status = folder.stat()
    except OSError:
        return False
    kept = status.st_uid in (0, os.getuid()) and (not status.st_mode & 0o022 or bool(status.st_mode & stat.S_ISVTX))
    return kept and stat.S_ISDIR(status.st_mode) and os.access(folder, os.W_OK)


def _lock(fd: int) -> Literal["ours", "theirs", "nobody's"]:
    """Lock an open file; says whose the lock is then, nobody's where files cannot be locked."""
    import fcntl  # noqa: PLC0415 - Windows has none, and no `ipc` either

    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return "theirs"
    except OSError:
        return "nobody's"
    return "ours"


def _sweep(base: Path) -> None:
    """Remove the folders of kernels that were killed: those whose lock nobody holds."""
    for folder in base.glob(PREFIX + "*"):
        try:
            check_private(folder)
            fd = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
        except (OSError, DeployError):
            continue
        try:
            if _lock(fd) == "ours":
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(fd)
