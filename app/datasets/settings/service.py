"""What may be changed of a dataset once it is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app import journal
from app.datasets import queries
from app.datasets.service import TITLE_LENGTH, DatasetView
from app.errors import Conflict, NotFound
from app.i18n import N_, gettext, language
from forms.codes import compact
from forms.control import Control, controls
from forms.typed import shown, understood
from schema_loader.errors import CellError
from schema_loader.folding import fold
from schema_loader.messages import Message, cell_message

Errors = dict[str, list[Message]]
"""Name of a control of the page → what is wrong with what was typed there."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Settings as they were typed: ``constants``: pairs (name of a column, typed value)."""

    title: str
    constants: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings as they are kept: ``constants``: field name → stored text."""

    title: str
    constants: dict[str, str]


def read(dataset: DatasetView, wanted: Wanted) -> tuple[Settings, Errors]:
    """The settings that were typed, and what is wrong with them. A constant follows the rule of its column, but may be missing."""
    errors: Errors = {}
    if told := _title_faults(wanted.title):
        errors["titre"] = told
    made = {control.field.name: control for control in controls(dataset.schema, language())}
    kept: dict[str, str] = {}
    for at, (name, typed) in enumerate(wanted.constants):
        key = f"constante-{at}"
        if not name and typed:
            errors[key] = [
                Message(
                    gettext("Cette valeur n’a pas de colonne."),
                    gettext("Choisissez la colonne où elle est proposée."),
                )
            ]
        elif name in kept and typed:
            errors[key] = [
                Message(
                    gettext("La colonne « {column} » est là deux fois.", column=made[name].label),
                    gettext("Gardez une seule valeur."),
                )
            ]
        elif name in made and typed:
            text = _meant(made[name], typed)
            if told := _cell_faults(made[name], text):
                errors[key] = told
            kept[name] = text
    return Settings(wanted.title, kept), errors


def as_typed(dataset: DatasetView) -> list[tuple[str, str]]:
    """The constants that are kept, as they are typed."""
    lang = language()
    names = dataset.schema.by_name
    return [
        (name, shown(names[name], text, lang)) for name, text in dataset.constants.items() if name in names
    ]


def change(session: Session, dataset: DatasetView, settings: Settings) -> None:
    """Keep settings that :func:`read` found right. The address stays, for others may have noted it. Flushes."""
    held = queries.get(session, dataset.establishment, dataset.id)
    if held is None:
        raise NotFound
    held.title = settings.title
    held.constants = settings.constants
    session.flush()


def remove(session: Session, dataset: DatasetView, *, account: int | None) -> None:
    """Erase a dataset that holds no record, not even in its trash. Raises :class:`Conflict` otherwise."""
    if queries.has_records(session, dataset.establishment, dataset.id):
        raise Conflict(
            N_(
                "Ce jeu de données contient des lignes, ou sa corbeille : il ne peut pas être supprimé. Rangez-le s’il ne sert plus : ses lignes restent lisibles."
            )
        )
    if queries.has_versions(session, dataset.establishment, dataset.id):
        raise Conflict(
            N_(
                "Ce jeu de données a été publié : il ne peut pas être supprimé, son adresse reste. Retirez ses versions, puis rangez-le."
            )
        )
    queries.remove(session, dataset.establishment, dataset.id)
    journal.note(
        session,
        act="dataset.removed",
        account=account,
        establishment=dataset.establishment,
        subject=f"dataset:{dataset.slug}",
        schema=f"{dataset.schema_key}@{dataset.version}",
    )


def _title_faults(title: str) -> list[Message]:
    if not title:
        return [
            Message(
                gettext("Donnez un titre au jeu de données."), gettext("Par exemple : « Subventions 2026 ».")
            )
        ]
    if len(title) > TITLE_LENGTH:
        problem = gettext(
            "Ce titre compte {n} caractères ; il en faut {most} au plus.", n=len(title), most=TITLE_LENGTH
        )
        return [Message(problem, gettext("Raccourcissez-le."))]
    return []


def _meant(control: Control, typed: str) -> str:
    """The stored text of a typed value: a choice by its words, a code without its spaces."""
    for value, label in control.options:
        if fold(typed) in (fold(value), fold(label)):
            return value
    if control.code is not None:
        bare = compact(typed)
        if not control.field.read(bare)[1]:
            return control.field.normalise(bare)
    return understood(control.field, typed, language())


def _cell_faults(control: Control, text: str) -> list[Message]:
    field = control.field
    faults = field.read(text)[1]
    return [
        cell_message(CellError(fault.code, None, field, field.position, text, fault.params), language())
        for fault in faults
    ]
