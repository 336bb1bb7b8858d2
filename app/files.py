"""The file store: what people sent and what the service made, beside the database, one folder for each establishment.

``<data>/files/<establishment id>/<name>``; the id 0 is the instance's. A file is written whole or not at all, readable by
the service alone; its name is ours, never one that a person chose.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from app.settings import get_settings

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,119}")


class TooLarge(Exception):
    """A stream holds more than it may."""


def path_of(establishment: int, name: str) -> Path:
    """Where a file lies. Raises ValueError for a name that is not ours."""
    if not NAME.fullmatch(name):
        raise ValueError(f"not a name of the file store: {name!r}")
    return get_settings().files_dir / str(int(establishment)) / name


class Draft:
    """A file being written, which nobody sees before it is whole."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.octets = 0

    def write(self, data: bytes) -> None:
        """Add octets."""
        self._digest.update(data)
        self.octets += len(data)
        self._file.write(data)

    @property
    def sha256(self) -> str:
        """Of what was written so far, in hexadecimal."""
        return self._digest.hexdigest()


@contextlib.contextmanager
def writing(establishment: int, name: str) -> Iterator[Draft]:
    """Write a file some octets at a time, in place of one of the same name: it is there, and on the disk, once the block ends.

    Nothing is kept when the block raises.
    """
    target = path_of(establishment, name)
    get_settings().ensure_data_dir()
    for folder in (target.parent.parent, target.parent):
        folder.mkdir(mode=0o700, exist_ok=True)
    draft = target.with_name(f".{name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            yield Draft(file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def write(establishment: int, name: str, data: bytes) -> Path:
    """Keep a file, in place of one of the same name."""
    with writing(establishment, name) as draft:
        draft.write(data)
    return path_of(establishment, name)


def read(establishment: int, name: str) -> bytes | None:
    """The content of a file; None when it is not there."""
    try:
        return path_of(establishment, name).read_bytes()
    except (FileNotFoundError, ValueError):
        return None


def link(establishment: int, name: str, other: str) -> None:
    """Keep a file under another name too: each goes without the other. Raises ``FileNotFoundError``."""
    os.link(path_of(establishment, name), path_of(establishment, other))


def remove(establishment: int, name: str) -> None:
    """Forget a file; one that is not there is no error."""
    path_of(establishment, name).unlink(missing_ok=True)


def names(establishment: int, prefix: str) -> Iterator[str]:
    """The files of an establishment whose names begin so."""
    folder = get_settings().files_dir / str(int(establishment))
    with contextlib.suppress(FileNotFoundError):
        for entry in sorted(folder.iterdir()):
            if entry.name.startswith(prefix) and NAME.fullmatch(entry.name):
                yield entry.name


def remove_older(establishment: int, prefix: str, seconds: float) -> None:
    """Forget the files of a prefix that nobody came back for."""
    limit = time.time() - seconds
    for name in list(names(establishment, prefix)):
        path = path_of(establishment, name)
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < limit:
                path.unlink()


def write_stream(establishment: int, name: str, source: BinaryIO, limit: int) -> tuple[int, str]:
    """Keep what a stream holds, ``limit`` octets at most, some at a time. Gives how many, and their SHA-256 in hex.

    Raises :class:`TooLarge`: nothing is kept then.
    """
    with writing(establishment, name) as draft:
        while chunk := source.read(1 << 20):
            if draft.octets + len(chunk) > limit:
                raise TooLarge
            draft.write(chunk)
    return draft.octets, draft.sha256


def remove_drafts(establishment: int, prefix: str) -> None:
    """Forget what a process that died left half written, of the files whose names begin so. Nobody else may be writing them."""
    folder = get_settings().files_dir / str(int(establishment))
    for entry in list(folder.glob(f".{glob.escape(prefix)}*")):
        entry.unlink(missing_ok=True)
