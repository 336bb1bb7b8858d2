"""A zip archive written while it is being sent: no file on disk, memory of a few chunks."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from typing import IO, cast

LARGEST_PLAIN = 2_000_000_000  # octets of a member of the plain format; beyond, Excel will not open it


class _Sink:
    """What ``zipfile`` writes to: it can neither seek nor tell, so members are closed by a descriptor."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._chunks.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing to do: chunks are taken as they come."""

    def take(self) -> bytes:
        data = b"".join(self._chunks)
        self._chunks.clear()
        return data


class ZipStream:
    """Members one after the other, then :meth:`end`; each call yields the octets of the archive so far."""

    def __init__(self, level: int = 6) -> None:
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(
            cast("IO[bytes]", self._sink), "w", zipfile.ZIP_DEFLATED, compresslevel=level
        )

    def member(self, name: str, chunks: Iterable[bytes], *, large: bool = False) -> Iterator[bytes]:
        """One member. ``large`` allows for more than 2 GB, in a form that some programs (Excel) do not read."""
        # a name alone gives a member of 1 January 1980, so that the same content makes the same octets
        with self._zip.open(name, "w", force_zip64=large) as member:
            for chunk in chunks:
                member.write(chunk)
                if data := self._sink.take():
                    yield data
        if data := self._sink.take():
            yield data

    def end(self) -> bytes:
        """The directory of the archive."""
        self._zip.close()
        return self._sink.take()
