"""What every portal can do, and the data it is asked with: knows no database, no page and no one portal.

The operations are small and idempotent: asked again after a cut connection, each finds what it already did and does not do it
twice. Their caller keeps the :class:`RemoteIds` that each gives before it calls the next; ``send`` does so.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, Self, runtime_checkable

from app.publications.portals.faults import Fault, PortalError

__all__ = [
    "Contact",
    "Coverage",
    "Fault",
    "Identity",
    "Metadata",
    "Organisation",
    "Portal",
    "PortalError",
    "PortalFile",
    "Presence",
    "RemoteIds",
    "RemoteState",
    "SchemaRef",
    "fingerprint",
]

MARK = "tabellion:id"
"""Where a portal lets us write one, the mark by which we find again what we created."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """``id``: what :attr:`Metadata.organisation` wants; ``may_publish``: whether this key may publish for it."""

    id: str
    name: str
    page: str = ""
    may_publish: bool = True


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose key it is, as the portal says, and for whom it publishes."""

    name: str
    email: str = ""
    organisations: tuple[Organisation, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """The days that the rows are about, both included."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class SchemaRef:
    """The schema of a file: its name in the national catalogue (``scdl/deliberations``) and version, and its address."""

    name: str = ""
    version: str = ""
    url: str = ""

    def __bool__(self) -> bool:
        return bool(self.name or self.url)


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom a reader may write to."""

    name: str = ""
    email: str = ""

    def __bool__(self) -> bool:
        return bool(self.email)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a portal says about a dataset.

    ``identifier``: ours, for good, the same whatever becomes of the title (``21440109300015/deliberations``); ``name``: a short
    name of ``[a-z0-9-]``, for the portals where it is the address; ``licence`` and ``frequency``: keys of
    :mod:`app.publications.licences` and :mod:`app.publications.frequencies`; ``zones``: as data.gouv.fr writes them
    (``fr:commune:44109``); ``granularity``: ``fr:commune``…; ``place``: the territory in words; ``landing_page``: our own
    public page of the dataset; ``organisation``: one of :attr:`Identity.organisations`; ``private``: keep it unlisted.
    """

    identifier: str
    name: str
    title: str
    description: str
    organisation: str = ""
    licence: str = ""
    frequency: str = "unknown"
    tags: tuple[str, ...] = ()
    coverage: Coverage | None = None
    zones: tuple[str, ...] = ()
    granularity: str = ""
    place: str = ""
    schema: SchemaRef = SchemaRef()
    contact: Contact = Contact()
    publisher: str = ""
    landing_page: str = ""
    private: bool = False


@dataclass(frozen=True, slots=True)
class PortalFile:
    """The file of a publication, on disk. ``name``: what it is called at the portal; ``sha256``: of its octets, in hexadecimal."""

    path: Path
    name: str
    title: str
    sha256: str
    size: int
    description: str = ""
    format: str = "csv"
    media_type: str = "text/csv"
    encoding: str = "utf-8"
    separator: str = ","

    @classmethod
    def of(cls, path: Path, name: str, title: str, **facts: Any) -> Self:
        """A file whose size and hash are measured now."""
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return cls(path, name, title, sha256=digest, size=path.stat().st_size, **facts)

    def open(self) -> io.BufferedReader:
        return self.path.open("rb")

    def sha1(self) -> str:
        """The hash that data.gouv.fr computes, read anew from the disk."""
        with self.open() as stream:
            return hashlib.file_digest(stream, "sha1").hexdigest()


@dataclass(frozen=True, slots=True)
class RemoteIds:
    """What the portal calls what it holds: empty until it does.

    ``page``: where people read about it; ``url``: the address of the file that stays the same from one publication to the
    next; ``file_id``: where the file has an id of its own (Opendatasoft).
    """

    dataset_id: str = ""
    resource_id: str = ""
    file_id: str = ""
    page: str = ""
    url: str = ""


class Presence(StrEnum):
    """Whether people find a dataset at the portal."""

    ABSENT = "absent"
    DELETED = "deleted"
    PRIVATE = "private"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class RemoteState:
    """What the portal holds at this moment. ``seen``: field (a key of ``faults.FIELDS``) → its value as a short text, only ever
    compared with what was seen before; ``has_file``: whether our file is there; ``notices``: keys of ``faults.NOTICES``."""

    presence: Presence
    has_file: bool = False
    seen: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()


@runtime_checkable
class Portal(Protocol):
    """A portal, opened with one key. Every method raises :class:`PortalError` and nothing else that is expected."""

    kind: str
    """``datagouv``, ``ckan``, ``opendatasoft`` or ``null``."""
    name: str
    """What people call it, for sentences."""
    notices: list[str]
    """Keys of ``faults.NOTICES``: what was done otherwise than asked since the portal was opened."""

    def identify(self) -> Identity:
        """Whose key it is, and for whom it may publish."""

    def state(self, ids: RemoteIds) -> RemoteState:
        """What is there now, to see what was changed at the portal."""

    def ensure_dataset(self, metadata: Metadata, ids: RemoteIds) -> RemoteIds:
        """The dataset exists, unlisted if it is new: the one of ``ids``, else one that bears our mark, else a new one."""

    def ensure_resource(self, metadata: Metadata, ids: RemoteIds, file: PortalFile) -> RemoteIds:
        """The dataset holds this very file, in place of the last one: nothing is sent when it holds it already."""

    def describe(self, metadata: Metadata, ids: RemoteIds, file: PortalFile) -> RemoteIds:
        """The file says its title, its description and its schema."""

    def publish(self, metadata: Metadata, ids: RemoteIds) -> RemoteIds:
        """The dataset says everything that ``metadata`` says, and is listed unless it is private."""

    def withdraw(self, ids: RemoteIds) -> RemoteIds:
        """People find it no more, and the file is erased; ``ensure_dataset`` brings it back where the portal can."""

    def tidy(self, metadata: Metadata, ids: RemoteIds, file: PortalFile) -> None:
        """Remove the doubles that an answer lost on its way may have left, and nothing that is not ours."""

    def close(self) -> None:
        """Let the connections go."""


def fingerprint(metadata: Metadata, file: PortalFile) -> str:
    """What tells one set of things to say from another: everything but the octets of the file and where it lies."""
    told = asdict(metadata) | {
        f"file_{key}": getattr(file, key) for key in ("name", "title", "description", "format", "media_type")
    }
    text = json.dumps(told, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
