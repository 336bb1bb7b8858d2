"""Connecting an establishment to a portal: asking it whose the key is, keeping it sealed, choosing who publishes.

What asks the portal (:func:`ask`) touches no database, so that no transaction waits for another site; what keeps its answer
comes after.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from app import journal
from app.errors import Conflict, NotFound
from app.i18n import N_, gettext
from app.models import Connection, PortalKind
from app.publications import secrets
from app.publications.connections import queries
from app.publications.connections.kinds import HASTE, Kind, default_address, open_portal, place_of
from app.publications.portals.base import Identity, Organisation, Portal
from app.publications.portals.faults import PortalError
from app.publications.portals.http import Patience
from schema_loader.messages import Message

Errors = dict[str, list[Message]]
NAME, ADDRESS, KEY = 80, 200, 4000  # characters


@dataclass(frozen=True, slots=True)
class Wanted:
    """A connection as it was typed."""

    kind: Kind
    address: str = ""
    name: str = ""
    key: str = field(default="", repr=False)

    @property
    def base_url(self) -> str:
        """Where the portal is: https unless said otherwise, without a slash at the end."""
        typed = self.address.strip().rstrip("/") or default_address(self.kind.code)
        return typed if not typed or "://" in typed else f"https://{typed}"

    @property
    def said_name(self) -> str:
        """What people call it."""
        if self.name or self.kind.code in (PortalKind.datagouv, PortalKind.null):
            return self.name or self.kind.name
        return urlsplit(self.base_url).hostname or self.kind.name


def faults_of(wanted: Wanted) -> Errors:
    """What is wrong with what was typed, before the portal is asked."""
    errors: Errors = {}
    if wanted.kind.asks_address and not wanted.address:
        errors["adresse"] = [
            Message(
                gettext("Donnez l’adresse du portail."),
                gettext("Par exemple : {url}", url=wanted.kind.example),
            )
        ]
    elif (len(wanted.address) > ADDRESS or not _is_address(wanted.base_url)) and wanted.kind.asks_key:
        errors["adresse"] = [
            Message(
                gettext("« {url} » n’est pas l’adresse d’un site.", url=wanted.address[:80]),
                gettext("Écrivez-la en entier, par exemple {url}", url=wanted.kind.example),
            )
        ]
    if len(wanted.name) > NAME:
        errors["nom"] = [Message(gettext("Ce nom est trop long."), gettext("Raccourcissez-le."))]
    if wanted.kind.asks_key:
        errors |= key_faults(wanted.key)
    return errors


def key_faults(key: str) -> Errors:
    """What is wrong with a key, before the portal is asked."""
    if not key:
        return {"cle_secrete": [Message(gettext("Collez la clé."), gettext("Elle se copie sur le portail."))]}
    if len(key) > KEY or any(character.isspace() for character in key) or not key.isascii():
        return {
            "cle_secrete": [
                Message(
                    gettext("Ceci n’est pas une clé : elle contient des espaces ou des accents."),
                    gettext("Copiez sur le portail la clé seule, sans les mots qui l’entourent."),
                )
            ]
        }
    return {}


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query and "@" not in url
        )
    except ValueError:
        return False


def ask(wanted: Wanted, *, bearer: bool = False) -> Identity:
    """Whose key it is, as the portal says. Raises :class:`PortalError`."""
    return identity_of(
        open_portal(
            wanted.kind.code, wanted.base_url, wanted.said_name, wanted.key, bearer=bearer, patience=HASTE
        )
    )


def identity_of(portal: Portal) -> Identity:
    """The same of an open portal, which is closed."""
    try:
        return portal.identify()
    finally:
        portal.close()


def find(session: Session, establishment: int, number: int) -> Connection:
    """A connection. Raises :class:`NotFound`."""
    found = queries.get(session, establishment, number)
    if found is None:
        raise NotFound
    return found


def key_of(connection: Connection) -> str:
    """Its key in clear, for the time of opening the portal. Raises :class:`app.publications.secrets.Unreadable`."""
    if not connection.sealed_key:
        return ""
    return secrets.sealer().open(connection.sealed_key, place_of(connection))


def opened(connection: Connection, *, patience: Patience | None = None) -> Portal:
    """The portal of a connection. Raises :class:`PortalError`, :class:`app.publications.secrets.Unreadable`."""
    return open_portal(
        connection.kind,
        connection.base_url,
        connection.name,
        key_of(connection),
        bearer=connection.by_oauth,
        patience=patience,
    )


def connect(
    session: Session,
    establishment: int,
    wanted: Wanted,
    identity: Identity,
    *,
    account: int | None,
    expires: datetime | None = None,
) -> Connection:
    """Keep a connection whose key the portal knows; of one organisation alone, that one publishes. Flushes.

    ``expires``: of a token of OAuth.
    """
    made = Connection(
        establishment_id=establishment,
        kind=wanted.kind.code,
        base_url=wanted.base_url,
        name=wanted.said_name,
        by_oauth=expires is not None,
        created_by=account,
    )
    session.add(made)
    session.flush()  # its number is part of what the key is bound to
    keep_key(session, made, wanted.key, identity, account=account, expires=expires, act="portal.connected")
    may = [one for one in organisations(made) if one.may_publish]
    if len(may) == 1:
        _choose(made, may[0])
    session.flush()
    return made


def keep_key(
    session: Session,
    connection: Connection,
    key: str,
    identity: Identity,
    *,
    account: int | None,
    expires: datetime | None = None,
    act: str = "portal.key-replaced",
) -> None:
    """Keep a key in place of the last; the organisation stays where the new key may publish for it too. Flushes."""
    if connection.kind != PortalKind.null:
        connection.sealed_key = secrets.sealer().seal(key, place_of(connection))
        connection.key_hint = "" if expires is not None else secrets.hint(key)
    connection.by_oauth, connection.expires_at = expires is not None, expires
    _know(connection, identity)
    journal.note(
        session,
        act=act,
        account=account,
        establishment=connection.establishment_id,
        subject=f"portal:{connection.id}",
        kind=connection.kind,
    )


def check(
    session: Session, connection: Connection, identity: Identity | None, fault: PortalError | None
) -> None:
    """Keep what the portal just said of a key: whose it is, or why it is refused. Flushes."""
    if identity is not None:
        _know(connection, identity)
    elif fault is not None:
        connection.fault = fault.to_dict()
    session.flush()


def choose(
    session: Session, connection: Connection, organisation: str, *, account: int | None
) -> Organisation:
    """Say for which organisation it publishes. Raises :class:`NotFound` for one that this key may not publish for."""
    for one in organisations(connection):
        if one.id == organisation and one.may_publish:
            _choose(connection, one)
            journal.note(
                session,
                act="portal.organisation-chosen",
                account=account,
                establishment=connection.establishment_id,
                subject=f"portal:{connection.id}",
            )
            return one
    raise NotFound


def remove(session: Session, connection: Connection, *, account: int | None) -> None:
    """Forget a connection and its key. Raises :class:`Conflict` while a dataset is published there."""
    if queries.datasets_at(session, connection.establishment_id, connection.id):
        raise Conflict(
            N_(
                "Des jeux de données sont publiés sur ce portail. Arrêtez d’abord de les y publier, puis retirez-le."
            )
        )
    subject, place = f"portal:{connection.id}", connection.establishment_id
    session.delete(connection)
    journal.note(session, act="portal.removed", account=account, establishment=place, subject=subject)


def organisations(connection: Connection) -> list[Organisation]:
    """Those of the key, as the portal said last."""
    told: Iterable[dict[str, object]] = connection.identity.get("organisations") or ()
    return [
        Organisation(
            str(one.get("id", "")),
            str(one.get("name", "")),
            str(one.get("page") or ""),
            bool(one.get("may_publish")),
        )
        for one in told
    ]


def is_ready(connection: Connection) -> bool:
    """Whether datasets may go there: who publishes is known. An organisation may have no id (Opendatasoft), never no name."""
    return bool(connection.organisation_name)


def _know(connection: Connection, identity: Identity) -> None:
    connection.identity = asdict(identity)
    connection.checked_at, connection.fault = datetime.now(UTC), None
    chosen = next((one for one in identity.organisations if one.id == connection.organisation), None)
    if chosen is None or not chosen.may_publish:
        connection.organisation, connection.organisation_name = "", ""
    else:
        connection.organisation_name = chosen.name


def _choose(connection: Connection, organisation: Organisation) -> None:
    connection.organisation, connection.organisation_name = organisation.id, organisation.name
