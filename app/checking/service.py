"""A file judged by a model, for whoever asks: bounded in octets, in rows and in errors, and forgotten after a set time.

The file and what was asked of it lie in the file store under a name that nobody guesses; the report is made from them again when
it is looked at, so that it is in the reader's language, and no database row knows of it.
"""

from __future__ import annotations

import json
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from app import files
from app.catalog import queries as catalogue
from app.catalog.service import SchemaUnusable
from app.checked_file import CheckedFile
from app.checking import limiter
from app.errors import NotFound
from app.fetch import TooLong, fetch
from app.file_check import check_file, check_understood
from app.file_reading import Chosen, FileRefused, understand
from app.i18n import N_
from app.settings import get_settings
from app.tenancy import INSTANCE
from importers.detect import detect, refuse_other_name
from importers.limits import Limits
from schema_loader.compile import compile_schema
from schema_loader.descriptor import MAX_BYTES
from schema_loader.errors import SchemaRefused, TableUnreadable
from schema_loader.table_schema import TableSchema

PREFIX = "verif-"
GUEST_HOURS = 1
"""How long the report of somebody who is not signed in is kept."""
MOST_ERRORS = 20_000
REPORTS = 16  # kept in memory
LIMITS = Limits(cells=20_000_000, rows=1_000_000, sheets=200, unpacked_bytes=512 << 20)
"""Of a file that anybody may have judged."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a file is to be judged: its titles and columns found as an import finds them, or ``literal``: as they stand in its
    first row, as the commands and other validators do. Of what a person chose, a literal reading takes the sheet and the
    encoding."""

    literal: bool = False
    chosen: Chosen = field(default_factory=Chosen)

    def to_json(self) -> dict[str, Any]:
        return {"literal": self.literal, "chosen": self.chosen.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Way:
        return cls(data["literal"], Chosen(**data["chosen"]))


MATCHED = Way()


@dataclass(frozen=True, slots=True)
class Model:
    """What a file is judged by: its compiled schema, what it is called, its key in the catalogue (empty: by address)."""

    schema: TableSchema
    title: str
    key: str
    version: str
    descriptor: bytes


def model_of(session: Session, named: str, version: str = "") -> Model:
    """A model by its key in the catalogue, or by the address of its schema.

    Raises :class:`AppError` for one that is not there, :class:`SchemaUnusable`, :class:`~app.fetch.NotFetched`,
    :class:`~app.errors.TooMany`.
    """
    if named.startswith(("http://", "https://")):
        return _compiled(_fetched(named, MAX_BYTES), named, "", "")
    held = catalogue.by_key(session, named)
    known = catalogue.versions(session, held.id) if held is not None else []
    found = next((one for one in known if held is not None and one.version == (version or held.newest)), None)
    if held is None or found is None:
        raise NotFound(
            N_("Ce modèle n’est pas au catalogue. Choisissez-en un autre, ou donnez l’adresse d’un schéma.")
        )
    return _compiled(catalogue.descriptor(session, found.id), held.title, held.key, found.version)


def _fetched(url: str, most: int) -> bytes:
    with limiter.FETCHING.place():
        return fetch(url, max_bytes=most).data


def _compiled(descriptor: bytes, title: str, key: str, version: str) -> Model:
    try:
        schema = compile_schema(descriptor)
    except SchemaRefused as refused:
        raise SchemaUnusable(refused) from refused
    return Model(schema, schema.title or title, key, version or schema.version or "", descriptor)


def judge(path: Path, name: str, model: Model, way: Way = MATCHED) -> CheckedFile:
    """Judge a file, once there is a place. Raises :class:`~app.file_reading.FileRefused`, :class:`~app.errors.TooMany`."""
    limiter.wait_for_a_place()
    try:
        understood = None
        if way.literal:
            refuse_other_name(detect(path, limits=LIMITS, encoding=way.chosen.encoding), name)
            report = check_file(
                path, model.schema, limit=MOST_ERRORS, encoding=way.chosen.encoding, sheet=way.chosen.sheet
            )
        else:
            understood = understand(path, model.schema, way.chosen, name=name, limits=LIMITS)
            report = check_understood(understood, limit=MOST_ERRORS)
    except TableUnreadable as unreadable:
        raise FileRefused(unreadable) from unreadable
    finally:
        limiter.AT_ONCE.release()
    titled = " ".join(part for part in (model.title, model.version) if part)
    return CheckedFile(
        name, name, path, report, model.schema, titled, way.chosen.encoding, understood, on_page=True
    )


def receive(
    source: BinaryIO | None, url: str, name: str, model: Model, *, keep: bool, way: Way = MATCHED
) -> tuple[str, CheckedFile]:
    """Put a file aside, sent or at an address, and judge it. Gives the token of its report; nothing stays when it is not judged.

    ``keep``: for somebody signed in, for longer. Raises :class:`~app.file_reading.FileRefused`, :class:`~app.fetch.NotFetched`,
    :class:`~app.errors.TooMany`.
    """
    most = get_settings().max_check
    token = secrets.token_hex(16)
    stored = PREFIX + token
    try:
        if source is not None:
            files.write_stream(INSTANCE, stored, source, most)
        else:
            files.write(INSTANCE, stored, _fetched(url, most))
        checked = _judged(token, name, model, way, keep=keep)
    except (files.TooLarge, TooLong) as too_large:
        raise FileRefused(TableUnreadable("file-too-large", limit=max(1, most >> 20))) from too_large
    except BaseException:
        files.remove(INSTANCE, stored)
        raise
    return token, checked


def _judged(token: str, name: str, model: Model, way: Way, *, keep: bool) -> CheckedFile:
    stored = PREFIX + token
    checked = judge(files.path_of(INSTANCE, stored), name, model, way)
    asked = {"name": name, "title": model.title, "key": model.key, "version": model.version, "kept": keep,
             "at": time.time(), "descriptor": model.descriptor.decode("utf-8", "surrogateescape"), **way.to_json()}  # fmt: skip
    files.write(INSTANCE, f"{stored}.json", json.dumps(asked).encode())
    _remember(token, checked)
    return checked


def read_otherwise(kept: Kept, way: Way, *, keep: bool) -> str:
    """Judge a kept file anew, read as a person says: a report with an address of its own, beside the first.

    Raises :class:`~app.file_reading.FileRefused`, :class:`~app.errors.TooMany`; nothing is kept then.
    """
    token = secrets.token_hex(16)
    files.link(INSTANCE, PREFIX + kept.token, PREFIX + token)
    try:
        _judged(token, kept.checked.name, kept.model, way, keep=keep)
    except BaseException:
        files.remove(INSTANCE, PREFIX + token)
        raise
    return token


_reports: OrderedDict[str, CheckedFile] = OrderedDict()
_lock = Lock()


def _remember(token: str, checked: CheckedFile) -> None:
    with _lock:
        _reports[token] = checked
        _reports.move_to_end(token)
        while len(_reports) > REPORTS:
            _reports.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """A report that may be looked at: until when (seconds since 1970), for whom (``shared``: whoever has its address)."""

    token: str
    checked: CheckedFile
    model: Model
    until: float
    shared: bool
    way: Way


def find(token: str) -> Kept:
    """The report of an address. Raises :class:`NotFound` for one that is over."""
    asked = files.read(INSTANCE, f"{PREFIX}{token}.json") if token.isalnum() and token.isascii() else None
    over = NotFound(
        N_("Ce rapport n’est plus là : il n’est gardé qu’un temps. Vérifiez le fichier de nouveau.")
    )
    if asked is None:
        raise over
    told = json.loads(asked)
    until = told["at"] + 3600 * _hours(kept=told["kept"])
    path = files.path_of(INSTANCE, PREFIX + token)
    if until < time.time() or not path.is_file():
        raise over
    model = _compiled(
        told["descriptor"].encode("utf-8", "surrogateescape"), told["title"], told["key"], told["version"]
    )
    way = Way.from_json(told)
    with _lock:
        checked = _reports.get(token)
    if checked is None:
        checked = judge(path, told["name"], model, way)
        _remember(token, checked)
    return Kept(token, checked, model, until, told["kept"], way)


def _hours(*, kept: bool) -> int:
    return get_settings().check_hours if kept else GUEST_HOURS


def tidy(now: Callable[[], float] = time.time) -> None:
    """Forget the files whose time is over."""
    for name in list(files.names(INSTANCE, PREFIX)):
        if not name.endswith(".json"):
            continue
        told = json.loads(files.read(INSTANCE, name) or b'{"at": 0, "kept": false}')
        if told["at"] + 3600 * _hours(kept=told["kept"]) < now():
            files.remove(INSTANCE, name.removesuffix(".json"))
            files.remove(INSTANCE, name)
    files.remove_older(INSTANCE, PREFIX, 3600.0 * max(GUEST_HOURS, get_settings().check_hours))


def forget(token: str) -> None:
    """Keep nothing of a file: a program has had its answer."""
    with _lock:
        _reports.pop(token, None)
    for name in (PREFIX + token, f"{PREFIX}{token}.json"):
        files.remove(INSTANCE, name)
