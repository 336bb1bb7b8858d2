"""Decisions about documents: taken in when they are PDFs, named by an address that stays, forgotten when nobody came back for them."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app import files
from app.datasets.service import DatasetView, refuse_if_closed
from app.errors import AppError
from app.folding import fold
from app.formats import size_limit
from app.i18n import N_
from app.models import Attachment
from app.records.attachments import queries
from app.records.attachments.pdf import is_pdf
from app.settings import get_settings

PATH = "/pieces/"
TOKEN = re.compile(r"([1-9]\d{0,18})-[0-9a-f]{32}")
IN_TEXT = re.compile(r"/pieces/([1-9]\d{0,18}-[0-9a-f]{32})/")
PREFIX, NAME = "piece-", 80
KEPT = timedelta(days=2)
"""How long a document waits for the line that holds its address."""


class Refused(AppError):
    """A file that is not taken in, with what to do."""

    status = 422


@dataclass(frozen=True, slots=True)
class Taken:
    """A document that was taken in. ``url``: its address for good, absolute."""

    url: str
    file_name: str
    size: int


@dataclass(frozen=True, slots=True)
class Served:
    """A document to be read. ``is_public``: by everybody."""

    path: Path
    file_name: str
    sha256: str
    is_public: bool


def take(
    session: Session, dataset: DatasetView, field: str, data: bytes, name: str, *, account: int | None
) -> Taken:
    """Keep a document for a column. ``name``: what it was called on the person's computer. Flushes.

    Raises :class:`Refused` for what is no PDF or too large, :class:`Conflict` where nothing more may be entered.
    """
    refuse_if_closed(dataset)
    limit = get_settings().max_attachment
    if len(data) > limit:
        raise Refused(
            N_(
                "Le fichier « {name} » pèse plus de {limit}. Allégez-le, par exemple en l’enregistrant à nouveau en PDF de taille "
                "réduite, ou séparez ses annexes."
            ),
            name=name[:100],
            limit=size_limit(limit),
        )
    if not is_pdf(data):
        raise Refused(
            N_(
                "Le fichier « {name} » n’est pas un PDF, ou il est abîmé. Ouvrez-le, enregistrez-le ou exportez-le à nouveau en PDF, puis "
                "choisissez ce nouveau fichier."
            ),
            name=name[:100],
        )
    token = f"{dataset.establishment}-{secrets.token_hex(16)}"
    stored, file_name = f"{PREFIX}{token}.pdf", plain_name(name)
    files.write(dataset.establishment, stored, data)
    session.add(
        Attachment(
            establishment_id=dataset.establishment,
            dataset_id=dataset.id,
            field=field,
            token=token,
            sha256=hashlib.sha256(data).hexdigest(),
            stored_name=stored,
            file_name=file_name,
            size=len(data),
            created_by=account,
        )
    )
    session.flush()
    return Taken(f"{get_settings().public_url}{PATH}{token}/{file_name}", file_name, len(data))


def plain_name(name: str) -> str:
    """``Délibération n° 12.PDF`` → ``deliberation-n-12.pdf``."""
    stem = name.replace("\\", "/").rpartition("/")[2]
    stem = stem[:-4] if stem.lower().endswith(".pdf") else stem
    return (re.sub(r"[^a-z0-9]+", "-", fold(stem)).strip("-")[:NAME].strip("-") or "document") + ".pdf"


def tokens_in(texts: Iterable[str]) -> set[str]:
    """The documents that texts name by their addresses."""
    return {token for text in texts if PATH in text for token in IN_TEXT.findall(text)}


def note_saved(session: Session, dataset: DatasetView, number: int, cells: Mapping[str, str]) -> None:
    """A record was kept: the documents that it names are no longer ones that nobody came back for."""
    if tokens := tokens_in(cells.values()):
        queries.saved(session, dataset.establishment, dataset.id, tokens, number)


def establishment_of(token: str) -> int | None:
    """The establishment that an address names; None for what is no address of ours."""
    found = TOKEN.fullmatch(token)
    place = int(found[1]) if found is not None else 0
    return place if 0 < place < 2**63 else None


def served(row: Any) -> Served | None:
    """What a query found; None where its file is no more."""
    path = files.path_of(row.establishment_id, row.stored_name)
    return Served(path, row.file_name, row.sha256, row.is_public) if path.is_file() else None


def forget_unsaved(session: Session, establishment: int, now: datetime | None = None) -> list[str]:
    """Forget the documents that no record, no draft and no history holds two days after they came. Gives the names of their
    files, to be erased once the transaction is kept. Those that are held are not looked for again."""
    before = (now or datetime.now(UTC)) - KEPT
    waiting = queries.unsaved(session, establishment, before)
    gone: list[Attachment] = []
    for dataset in dict.fromkeys(one.dataset_id for one in waiting):
        held: set[str] = set()
        if queries.is_there(session, establishment, dataset):
            held = tokens_in(queries.texts_with(session, establishment, dataset, PATH))
        for one in waiting:
            if one.dataset_id != dataset:
                continue
            if one.token in held:
                one.saved_at = now or datetime.now(UTC)
            else:
                gone.append(one)
    if gone:
        queries.remove(session, establishment, [one.id for one in gone])
    session.flush()
    return [one.stored_name for one in gone]
