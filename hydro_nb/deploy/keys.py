"""The private place where a deployment's sockets live, and the token that its processes know each other by."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import tempfile
from pathlib import Path

from hydro_nb.errors import DeployError

PATH_LIMIT = 107
"""Bytes of a unix socket's address on Linux, less the closing zero."""
PREFIX = "hydro_nb-"
_LOCK = "lock"


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

    def __init__(self) -> None:
        if not hasattr(os, "getuid"):
            raise DeployError(
                "the local backend connects its processes by private unix sockets, which this system does not have; "
                "use backend='inprocess'"
            )
        base = _base()
        _sweep(base)
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
        self._lock = os.open(self.path / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        _try_lock(self._lock)
        check_private(self.path)

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


def _base() -> Path:
    """Give the runtime folder of the user, or a temporary one where that is missing or its path is too long."""
    shortest = "/tmp"  # noqa: S108 - mkdtemp makes a private folder in it
    for candidate in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), shortest):
        if candidate and len(os.fsencode(candidate)) < 60 and _may_hold(Path(candidate)):
            return Path(candidate)
    return Path(tempfile.gettempdir())


def _may_hold(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK)


def _try_lock(fd: int) -> bool:
    import fcntl  # noqa: PLC0415 - Windows has none, and no `ipc` either

    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _sweep(base: Path) -> None:
    """Remove the folders of kernels that were killed: those whose lock nobody holds."""
    for folder in base.glob(PREFIX + "*"):
        try:
            fd = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            if _try_lock(fd):
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(fd)
