"""What enters the catalogue: a descriptor that compiles, under a version that never changes afterwards."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from app import i18n, journal
from app.catalog import queries
from app.errors import AppError, Conflict, NotFound
from app.folding import fold
from app.i18n import N_
from app.models import CatalogueSchema, SchemaVersion
from schema_loader import messages, starter
from schema_loader.catalogue import TABLE, Catalogue, CatalogueEntry, CatalogueVersion, strip_v
from schema_loader.compile import compile_schema
from schema_loader.errors import SchemaRefused, SchemaWarning
from schema_loader.messages import Message
from schema_loader.table_schema import TableSchema

log = logging.getLogger(__name__)

KEY = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")
KEY_LENGTH, VERSION_LENGTH, KEYWORDS = 200, 80, 60
STARTER_PREFIX = "scdl/"  # the name that the national catalogue gives them


class SchemaUnusable(AppError):
    """The file is no schema that can be served: the words are the core's."""

    status = 422

    def __init__(self, refused: SchemaRefused) -> None:
        super().__init__("")
        self.refused = refused

    def told(self) -> Message:
        """What is wrong, and how to mend it, in the current language."""
        return messages.refusal(self.refused, i18n.language())

    def text(self, lang: str | None = None) -> str:
        return str(messages.refusal(self.refused, lang or i18n.language()))


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a descriptor. ``is_new``: false when the catalogue held it already; ``first``: the schema is new too."""

    schema: CatalogueSchema
    version: str
    is_new: bool
    first: bool
    warnings: tuple[SchemaWarning, ...]


def add_schema(
    session: Session,
    data: bytes,
    *,
    source: str,
    key: str | None = None,
    version: str | None = None,
    title: str = "",
    account: int | None = None,
) -> Added:
    """Put a descriptor into the catalogue, as a new schema or a new version of one. Flushes.

    ``key``: where it lives, by default after the descriptor's name; ``version``: by default the descriptor's, else today's
    date; ``source``: address or name it was read from. Raises :class:`SchemaUnusable`, :class:`AppError` for a key or a
    version that cannot be, :class:`Conflict` when this version is there with another content.
    """
    try:
        table = compile_schema(data)
    except SchemaRefused as refused:
        raise SchemaUnusable(refused) from refused
    queries.lock(session)
    schema = _schema_of(session, table, key)
    known = {held.version: held for held in queries.versions(session, schema.id)} if schema.id else {}
    same = next((held for held in known.values() if held.content_hash == table.content_hash), None)
    if same is not None and version in (None, same.version):
        return Added(schema, same.version, False, False, table.warnings)
    number = _version_of(table, version)
    if number in known:
        raise Conflict(
            N_(
                "La version {version} de « {title} » est déjà là, avec un autre contenu. Une version publiée ne change plus : "
                "donnez un autre numéro à ce schéma."
            ),
            version=number,
            title=schema.title,
        )
    first = schema.id is None
    if schema.newest is None or version_order(number) >= version_order(schema.newest):
        _describe(schema, table, source, title)
        schema.newest = number
    session.add(schema)
    session.flush()
    session.add(
        SchemaVersion(
            schema_id=schema.id,
            version=number,
            descriptor=data,
            content_hash=table.content_hash,
            warnings=[
                storable({"code": warning.code, "place": warning.place, "params": dict(warning.params)})
                for warning in table.warnings
            ],
        )
    )
    journal.note(session, act="schema.added", account=account, subject=f"schema:{schema.key}@{number}")
    session.flush()
    return Added(schema, number, True, first, table.warnings)


def _schema_of(session: Session, table: TableSchema, key: str | None) -> CatalogueSchema:
    """The schema that a descriptor is a version of, or a new one."""
    wanted = key.strip() if key else _key_of(table)
    if not KEY.fullmatch(wanted) or len(wanted) > KEY_LENGTH:
        raise AppError(
            N_(
                "L’identifiant « {key} » ne convient pas : des lettres sans accent, des chiffres, des points et des tirets, "
                "comme scdl/deliberations."
            ),
            status=422,
            key=wanted,
        )
    found = queries.by_key(session, wanted)
    if found is None and key is None and table.homepage:
        found = queries.by_last_part(session, wanted, table.homepage)
    if found is not None and found.kind != TABLE:
        found.kind, found.tool = TABLE, None
    return found or CatalogueSchema(key=wanted, title=wanted, keywords=[], newest=None, kind=TABLE)


def _key_of(table: TableSchema) -> str:
    name = re.sub(r"[^a-z0-9._/-]+", "-", fold(table.name or table.title))
    name = re.sub(r"/+", "/", name).strip("-/.")
    return name[:KEY_LENGTH] or f"schema-{table.content_hash[:8]}"


def _version_of(table: TableSchema, version: str | None) -> str:
    number = strip_v(version or table.version or datetime.now(UTC).date().isoformat())
    if not number.isprintable() or len(number) > VERSION_LENGTH:
        raise AppError(
            N_("Le numéro de version « {version} » ne convient pas. Écrivez un numéro court, comme 1.2.0."),
            status=422,
            version=number[:VERSION_LENGTH],
        )
    return number


def _describe(schema: CatalogueSchema, table: TableSchema, source: str, title: str) -> None:
    """What people read of a schema is what its newest version says."""
    schema.title = storable(table.title or title or table.name or schema.key)
    schema.description = storable(table.description)
    keywords = table.descriptor.get("keywords")
    if isinstance(keywords, list) and keywords:
        schema.keywords = [storable(word.strip()) for word in keywords if isinstance(word, str)][:KEYWORDS]
    schema.source = source
    schema.homepage = web_address(table.homepage)
    schema.updated_at = datetime.now(UTC)


def storable(value: Any) -> Any:
    """A value of JSON with what PostgreSQL cannot keep of its texts (NUL, lone surrogates) replaced by « � »."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    return value


def web_address(text: str | None) -> str | None:
    """An address that a link may lead to: http or https, nothing else."""
    try:
        known = urlsplit(text or "").scheme in {"http", "https"}
    except ValueError:
        known = False
    return text if known else None


def version_order(version: str) -> tuple[tuple[int, ...], str]:
    """A key by which versions sort: 0.9 before 0.10, and what is no number before what is."""
    numbers = re.findall(r"\d+", version)
    return tuple(map(int, numbers[:6])), version


def set_offered(session: Session, key: str, offered: bool, *, account: int | None) -> CatalogueSchema:
    """Offer a schema to those who begin a dataset, or no longer. What was entered with it stays. Raises NotFound."""
    schema = queries.by_key(session, key)
    if schema is None or schema.kind != TABLE:
        raise NotFound
    if schema.is_offered != offered:
        queries.set_offered(session, schema.id, offered)
        act = "schema.offered" if offered else "schema.withdrawn"
        journal.note(session, act=act, account=account, subject=f"schema:{key}")
    return schema


def install_starter(session: Session) -> int:
    """Put in the schemas that come with Tabellion, those that are missing; gives how many versions were added."""
    wanted = [
        (starter.entry(name, version), name) for name in starter.names() for version in starter.versions(name)
    ]
    keys = {name: _starter_key(name) for _, name in wanted}
    held = queries.held(session, keys.values())
    added = 0
    for entry, name in wanted:
        if entry.version not in held.get(keys[name], {}):
            data = starter.read(name, entry.version)
            added += add_schema(session, data, source=entry.path, key=keys[name]).is_new
    return added


def _starter_key(name: str) -> str:
    """The published name, which may be longer than ours."""
    path = urlsplit(starter.entry(name).homepage).path
    return STARTER_PREFIX + path.rstrip("/").rpartition("/")[2]


# --- a catalogue of others -------------------------------------------------------------------------------------------


@dataclass(slots=True)
class SyncReport:
    """What a synchronisation did: versions added, versions that were there, entries of other kinds; ``faults`` in words."""

    added: list[str] = field(default_factory=list)
    known: int = 0
    others: int = 0
    faults: list[tuple[str, str]] = field(default_factory=list)


Transaction = Callable[[], AbstractContextManager[Session]]


def synchronise(
    catalogue: Catalogue,
    source: str,
    *,
    transaction: Transaction,
    fetch: Callable[[str], bytes],
    every_version: bool = False,
    account: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> SyncReport:
    """Take in what a catalogue lists: the newest version of each Table Schema, or every one; other kinds by name alone.

    ``transaction`` opens one transaction for each schema, so that one that is refused keeps nothing of the others back;
    ``fetch`` gives the file of an address or raises :class:`AppError`. A version that is here stays as it is.
    """
    report = SyncReport(faults=[(fault, "") for fault in catalogue.faults])
    with transaction() as session:
        held = queries.held(session, (entry.name for entry in catalogue.entries))
        for entry in catalogue.others:
            report.others += _list_other(session, entry, source, set(held))
    wanted = [
        (entry, version)
        for entry in catalogue.tables
        for version in (entry.versions if every_version else entry.versions[-1:])
    ]
    for done, (entry, version) in enumerate(wanted, start=1):
        if version.version in held.get(entry.name, {}):
            report.known += 1
        else:
            _take(report, entry, version, transaction, fetch, account)
        progress(done, len(wanted))
    with transaction() as session:
        journal.note(
            session,
            act="catalogue.synchronised",
            account=account,
            added=len(report.added),
            known=report.known,
            others=report.others,
            faults=len(report.faults),
        )
    return report


def _take(
    report: SyncReport,
    entry: CatalogueEntry,
    version: CatalogueVersion,
    transaction: Transaction,
    fetch: Callable[[str], bytes],
    account: int | None,
) -> None:
    name = f"{entry.name}@{version.version}"
    try:
        data = fetch(version.url)
        with transaction() as session:
            added = add_schema(
                session,
                data,
                source=version.url,
                key=entry.name,
                version=version.version,
                title=entry.title,
                account=account,
            )
    except AppError as refused:
        report.faults.append((name, refused.text()))
        return
    if added.is_new:
        report.added.append(name)
    else:
        report.known += 1


def _list_other(session: Session, entry: CatalogueEntry, source: str, held: set[str]) -> bool:
    """Name a schema of another kind with the tool that serves it; false when its name cannot be an address."""
    if not KEY.fullmatch(entry.name) or len(entry.name) > KEY_LENGTH:
        return False
    schema = queries.by_key(session, entry.name) if entry.name in held else None
    schema = schema or CatalogueSchema(key=entry.name, keywords=[])
    if schema.newest is not None:  # it was a Table Schema, with its versions: it stays one
        return False
    schema.title, schema.description = storable(entry.title), storable(entry.description)
    schema.kind = entry.kind if entry.kind in {"datapackage", "jsonschema"} else "other"
    schema.tool = web_address(entry.tool)
    schema.homepage = web_address(entry.homepage) or web_address(entry.documentation)
    schema.source = source
    session.add(schema)
    session.flush()
    return True
