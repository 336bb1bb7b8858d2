"""What was understood of a file's form, in sentences for its owner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.i18n import AppWords
from schema_loader.field import Field
from schema_loader.messages.i18n import visible

if TYPE_CHECKING:
    from app.file_reading import Understood

NAMES_SHOWN = 12
LABEL_SHOWN = 80


def sentences(understood: Understood, t: AppWords) -> list[str]:
    """The sheet, the row of titles, the columns that are called otherwise, those ignored, those missing."""
    return [
        *_place(understood, t),
        *_read_as(understood, t),
        *_ignored(understood, t),
        *_missing(understood, t),
    ]


def _place(understood: Understood, t: AppWords) -> list[str]:
    table = understood.table
    said = []
    if len(table.detected.sheets) > 1:
        said.append(
            t.gettext(
                "La feuille {sheet} a été lue, l’une des {n} feuilles du classeur.",
                sheet=t.quote(table.detected.sheet),
                n=t.number(len(table.detected.sheets)),
            )
        )
    if table.header_row is None:
        said.append(
            t.gettext(
                "Aucune ligne de titres de colonnes n’a été trouvée : les colonnes portent leur lettre."
            )
        )
    elif table.header_row > 1:
        said.append(
            t.gettext(
                "Les titres de colonnes sont à la ligne {row} : ce qui est au-dessus n’est pas jugé.",
                row=t.number(table.header_row),
            )
        )
    if understood.first_column:
        said.append(t.gettext("Le tableau commence à la colonne {letter}.", letter=table.columns[0].letter))
    return said


def title_of(field: Field) -> str:
    """What a person calls a field."""
    return field.title or field.name


def _read_as(understood: Understood, t: AppWords) -> list[str]:
    columns = understood.table.columns
    said = [
        t.gettext(
            "La colonne {label} a été lue comme {title}.",
            label=t.quote(visible(columns[n].name, LABEL_SHOWN)),
            title=t.quote(title_of(field)),
        )
        for n, field in enumerate(understood.fields)
        if field is not None and columns[n].label not in (field.name, field.title)
    ]
    same = sum(
        field is not None and columns[n].label in (field.name, field.title)
        for n, field in enumerate(understood.fields)
    )
    if not said and not same:
        return [
            t.gettext(
                "Aucune colonne de ce fichier ne ressemble à celles du modèle. Est-ce bien le modèle qu’il doit suivre ?"
            )
        ]
    if same and said:
        said.append(
            t.ngettext(
                "{n} autre colonne porte le nom du modèle.",
                "{n} autres colonnes portent le nom du modèle.",
                same,
            )
        )
    return said


def _ignored(understood: Understood, t: AppWords) -> list[str]:
    labels = [
        visible(label, LABEL_SHOWN)
        for label in map(understood.matching.labels.__getitem__, understood.ignored)
    ]
    if not labels:
        return []
    return [
        t.ngettext(
            "{n} colonne n’est aucune de celles du modèle, et n’est pas jugée : {names}.",
            "{n} colonnes ne sont aucune de celles du modèle, et ne sont pas jugées : {names}.",
            len(labels),
            names=_listed(labels, t),
        )
    ]


def _missing(understood: Understood, t: AppWords) -> list[str]:
    schema = understood.schema
    names = [
        title_of(schema.by_name[name])
        for name in understood.matching.missing
        if name not in schema.must_have  # which are errors
    ]
    if not names:
        return []
    return [
        t.ngettext(
            "{n} colonne facultative du modèle n’est pas dans le fichier : {names}.",
            "{n} colonnes facultatives du modèle ne sont pas dans le fichier : {names}.",
            len(names),
            names=_listed(names, t),
        )
    ]


def _listed(names: Sequence[str], t: AppWords) -> str:
    shown = ", ".join(t.quote(name) for name in names[:NAMES_SHOWN])
    more = len(names) - NAMES_SHOWN
    return f"{shown}, " + t.ngettext("et {n} autre", "et {n} autres", more) if more > 0 else shown
