"""What the page « Publier » asks: metadata and answers, as they are typed, as they are kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.datasets.service import DatasetView
from app.formats import short_date
from app.i18n import N_, gettext
from app.models import Establishment, Publishing
from app.publications import queries
from app.publications.frequencies import FREQUENCIES
from app.publications.licences import LICENCES
from app.publications.personal import Said
from app.publications.portals.base import Coverage, Metadata
from app.publications.quality import FileFacts, Score, score
from schema_loader.messages import Message
from schema_loader.repair.days import day_meant

SUMMARY_LENGTH, FILE_LENGTH, TAGS_MOST, TAG_LENGTH, ZONES_MOST = 5_000, 500, 20, 60, 30
LEVELS: Mapping[str, tuple[str, str]] = {
    "fr:commune": (N_("Une commune"), r"\d[\dAB]\d{3}"),
    "fr:epci": (N_("Une intercommunalité"), r"\d{9}"),
    "fr:departement": (N_("Un département"), r"\d[\dAB]|97\d"),
    "fr:region": (N_("Une région"), r"\d{2}"),
    "country": (N_("Un pays entier"), r"[a-z]{2}"),
}
"""Kind of territory → its name, and the form of its codes (INSEE; SIREN of an EPCI; ISO 3166 of a country)."""
Errors = dict[str, list[Message]]
"""Name of a control → what is wrong with what was typed there."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything as it was typed; ``answers``: field name → what was said."""

    resume: str = ""
    fichier: str = ""
    licence: str = ""
    frequence: str = "unknown"
    echeance: str = ""
    mots: str = ""
    debut: str = ""
    fin: str = ""
    granularite: str = ""
    zones: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)


NAMES = tuple(name for name in Sheet.__slots__ if name != "answers")


def of(said: Publishing, place: Establishment) -> Sheet:
    """What is kept, as it is typed."""
    return Sheet(
        said.summary,
        said.file_description,
        said.licence or place.licence,
        said.frequency,
        short_date(said.due_on) if said.due_is_set else "",
        ", ".join(said.tags),
        short_date(said.covers_from),
        short_date(said.covers_to),
        said.granularity,
        ", ".join(zone.rpartition(":")[2] for zone in said.zones),
        {name: str(one.get("said", "")) for name, one in said.answers.items()},
    )


def read(sheet: Sheet) -> tuple[dict[str, Any], Errors]:
    """The columns of :class:`Publishing` (but for the answers), and what is wrong with what was typed."""
    errors: Errors = {}
    days = {name: _day(getattr(sheet, name), name, errors) for name in ("debut", "fin", "echeance")}
    if days["debut"] and days["fin"] and days["debut"] > days["fin"]:
        errors["fin"] = [
            Message(
                gettext("Le dernier jour est avant le premier."),
                gettext("Donnez d’abord le plus ancien : du 01/01/2025 au 31/12/2025."),
            )
        ]
    elif bool(sheet.debut) != bool(sheet.fin):
        lacking = "fin" if sheet.debut else "debut"
        errors.setdefault(lacking, []).append(
            Message(gettext("Il manque un des deux jours."), gettext("Donnez les deux, ou aucun."))
        )
    for name, length in (("resume", SUMMARY_LENGTH), ("fichier", FILE_LENGTH)):
        if len(getattr(sheet, name)) > length:
            errors[name] = [
                Message(
                    gettext("Ce texte dépasse {most} caractères.", most=length), gettext("Raccourcissez-le.")
                )
            ]
    tags = list(
        dict.fromkeys(word for typed in re.split(r"[,;\n]", sheet.mots) if (word := " ".join(typed.split())))
    )
    if len(tags) > TAGS_MOST or any(len(tag) > TAG_LENGTH for tag in tags):
        errors["mots"] = [
            Message(
                gettext("Ces mots-clés sont trop nombreux ou trop longs."),
                gettext(
                    "Gardez-en {most} au plus, séparés par des virgules : école, travaux.", most=TAGS_MOST
                ),
            )
        ]
    level = sheet.granularite if sheet.granularite in LEVELS else ""
    return {
        "summary": sheet.resume.strip(),
        "file_description": " ".join(sheet.fichier.split()),
        "licence": sheet.licence if sheet.licence in LICENCES else None,
        "frequency": sheet.frequence if sheet.frequence in FREQUENCIES else "unknown",
        "due_on": days["echeance"],
        "due_is_set": days["echeance"] is not None,
        "tags": tags,
        "covers_from": days["debut"],
        "covers_to": days["fin"],
        "zones": _zones(sheet.zones, level, errors),
        "granularity": level,
    }, errors


def _day(typed: str, name: str, errors: Errors) -> date | None:
    if not typed:
        return None
    day = day_meant(typed)
    if day is None:
        errors[name] = [
            Message(
                gettext("« {typed} » n’est pas un jour.", typed=typed[:40]),
                gettext("Écrivez le jour, le mois et l’année, par exemple 12/03/2025."),
            )
        ]
    return day


def _zones(typed: str, level: str, errors: Errors) -> list[str]:
    codes = [code for code in re.split(r"[\s,;]+", typed) if code][: ZONES_MOST + 1]
    if not codes:
        return []
    if not level:
        errors["granularite"] = [
            Message(
                gettext("Ce code n’a pas de sorte de territoire."),
                gettext("Dites si c’est celui d’une commune, d’un département ou d’un autre territoire."),
            )
        ]
        return []
    wrong = [code for code in codes if not re.fullmatch(LEVELS[level][1], code)]
    if wrong or len(codes) > ZONES_MOST:
        errors["zones"] = [
            Message(
                gettext("« {code} » n’est pas le code d’un tel territoire.", code=(wrong or codes)[0][:40]),
                gettext("Exemples : 44109 pour une commune, 44 pour un département, fr pour la France."),
            )
        ]
    return [f"{level}:{code}" for code in codes]


def keep(
    session: Session, dataset: DatasetView, sheet: Sheet, found: Mapping[str, Any], *, account: int | None
) -> Errors:
    """Keep what is right of it, answers included; nothing where something is wrong. ``found``: what was detected."""
    values, errors = read(sheet)
    if errors:
        return errors
    held = queries.publishing(session, dataset.establishment, dataset.id)
    if values["due_on"] is None:  # the day that was counted from the last publication stays
        values["due_on"] = held.due_on if held is not None and not held.due_is_set else None
    before = dict(held.answers) if held is not None else {}
    queries.say(
        session,
        dataset.establishment,
        dataset.id,
        **values,
        answers=_answers(before, sheet, found, account),
        updated_by=account,
    )
    return {}


def _answers(
    before: dict[str, Any], sheet: Sheet, found: Mapping[str, Any], account: int | None
) -> dict[str, Any]:
    """An answer is kept with who gave it and when; one that says the same of the same stays as it was."""
    kept = dict(before)
    for name, held in found.items():
        said, kind = sheet.answers.get(name, ""), " ".join(held["kinds"])
        known = before.get(name, {})
        if said in tuple(Said) and (known.get("said"), known.get("kind")) != (said, kind):
            kept[name] = {"kind": kind, "said": said, "by": account, "on": date.today().isoformat()}  # noqa: DTZ011 (a day to be read)
    return kept


def quality(metadata: Metadata, sheet: Sheet, *, has_rows: bool, today: date) -> Score:
    """What the portal would say of a publication made today with what is typed."""
    values, _ = read(sheet)
    covers = (values["covers_from"], values["covers_to"])
    told = replace(
        metadata,
        description=values["summary"],
        licence=values["licence"] or "",
        frequency=values["frequency"],
        coverage=Coverage(*covers) if covers[0] and covers[1] and covers[0] <= covers[1] else None,
        zones=tuple(values["zones"]),
        granularity=values["granularity"],
    )
    file = FileFacts("csv", values["file_description"]) if has_rows else None
    return score(told, file, updated=today, today=today)


def with_coverage(session: Session, dataset: DatasetView, sheet: Sheet) -> Sheet:
    """The same with the first and the last day of the rows, where the schema has a date that sorts them."""
    for one in dataset.schema.fields:
        column = dataset.column_of(one.name)
        if one.type.name in ("date", "datetime") and column is not None and dataset.is_indexed:
            first, last = queries.key_range(session, dataset.establishment, dataset.id, column)
            if first is None or last is None:
                continue
            try:
                days = date.fromisoformat(first[:10]), date.fromisoformat(last[:10])
            except ValueError:
                continue
            return replace(sheet, debut=short_date(days[0]), fin=short_date(days[1]))
    return sheet
