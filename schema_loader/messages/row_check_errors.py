"""Errors of the French checks that read several columns of a row, or ask for several columns in a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from schema_loader.errors import CellError
from schema_loader.messages.describe import DAYS, MOMENTS
from schema_loader.messages.i18n import N_, Message, Words, visible

SHOWN_NAME = 40
SHOWN_NAMES = 4
SHOWN_VALUE = 40
SHOWN_AS_WRITTEN = (*DAYS, *MOMENTS, "number", "integer")

# Of numbers and texts, of moments.
OPERATORS: Mapping[str, tuple[str, str]] = {
    ">": (N_("supérieure à"), N_("postérieure à")),
    ">=": (N_("supérieure ou égale à"), N_("postérieure ou égale à")),
    "==": (N_("égale à"), N_("égale à")),
    "<": (N_("inférieure à"), N_("antérieure à")),
    "<=": (N_("inférieure ou égale à"), N_("antérieure ou égale à")),
}


def row_check_error(name: str, error: CellError, t: Words) -> Message | None:
    """Words for a check across columns; None for any other check."""
    make = _MAKERS.get(name)
    return make(error, t) if make is not None else None


def _columns(error: CellError, t: Words, *keys: str) -> list[str]:
    """Columns named by the parameters, quoted; how many more where they are many."""
    found: dict[str, None] = {}
    for key in keys:
        value = error.params.get(key) or ()
        found.update(dict.fromkeys(map(str, value if isinstance(value, (list, tuple)) else [value])))
    shown = [t.quote(name, SHOWN_NAME) for name in found]
    if len(shown) <= SHOWN_NAMES + 1:  # « 1 autre » takes the room of its name
        return shown
    return [*shown[:SHOWN_NAMES], t.ngettext("{n} autre", "{n} autres", len(shown) - SHOWN_NAMES)]


def _value(error: CellError, t: Words, key: str) -> str:
    """A value that is compared, as people write it where it is a day, a moment or a number of the column's own type."""
    text = str(error.params.get(key) or "")
    kind: Any = error.field.type if error.field is not None else None
    if kind is not None and kind.name in SHOWN_AS_WRITTEN:
        value = kind.parse(text)
        if value is not None:
            return visible(kind.display(value, t.lang), SHOWN_VALUE)
    return t.literal(visible(text, SHOWN_VALUE))


def _number(error: CellError, t: Words, key: str) -> str:
    return visible(t.number(str(error.params.get(key) or "")), SHOWN_VALUE)


def _sum(error: CellError, t: Words) -> Message:
    parts = t.all_of(_columns(error, t, "columns"))
    if error.params.get("reason") == "not-a-number":
        problem = t.gettext(
            "La somme des colonnes {columns} ne peut pas être vérifiée : {value} n’est pas un nombre.",
            columns=parts,
            value=t.quote(str(error.params.get("value") or "")),
        )
        return Message(
            problem, t.gettext("Corrigez la colonne {column}.", column=t.all_of(_columns(error, t, "at")))
        )
    problem = t.gettext(
        "{column} vaut {value}, alors que la somme des colonnes {columns} est {sum}.",
        column=t.all_of(_columns(error, t, "column")), value=_number(error, t, "value"), columns=parts,
        sum=_number(error, t, "sum"),
    )  # fmt: skip
    return Message(problem, t.gettext("Corrigez ce total, ou l’une des valeurs additionnées."))


def _compare(error: CellError, t: Words) -> Message:
    both = {
        "column": t.all_of(_columns(error, t, "column")), "value": _value(error, t, "value"),
        "column2": t.all_of(_columns(error, t, "column2")), "value2": _value(error, t, "value2"),
    }  # fmt: skip
    operators = OPERATORS.get(str(error.params.get("op")))
    if error.params.get("reason") == "not-comparable" or operators is None:
        problem = t.gettext(
            "La valeur de {column}, {value}, ne peut pas être comparée à celle de {column2}, {value2}.",
            **both,
        )
        return Message(problem, t.gettext("Écrivez les deux valeurs de la même façon."))
    of_moments = error.field is not None and error.field.type.name in (*DAYS, *MOMENTS)
    problem = t.gettext(
        "La valeur de {column}, {value}, doit être {operator} celle de {column2}, {value2}.",
        operator=t.gettext(operators[of_moments]),
        **both,
    )
    if error.params.get("op") == "==":
        return Message(problem, t.gettext("Corrigez l’une des deux valeurs."))
    return Message(problem, t.gettext("Vérifiez les deux valeurs ; elles ont peut-être été inversées."))


def _cohesive(error: CellError, t: Words) -> Message:
    columns = t.all_of(_columns(error, t, "column", "othercolumns"))
    missing, empty = (error.params.get(key) or () for key in ("missing", "empty"))
    if missing:
        problem = t.ngettext(
            "Les colonnes {columns} vont ensemble, et {missing} manque.",
            "Les colonnes {columns} vont ensemble, et {missing} manquent.",
            len(missing),
            columns=columns,
            missing=t.all_of(_columns(error, t, "missing")),
        )
        return Message(problem, t.gettext("Ajoutez ce qui manque, ou retirez toutes ces colonnes."))
    problem = t.ngettext(
        "Les colonnes {columns} vont ensemble, et {empty} est vide.",
        "Les colonnes {columns} vont ensemble, et {empty} sont vides.",
        len(empty),
        columns=columns,
        empty=t.all_of(_columns(error, t, "empty")),
    )
    return Message(problem, t.gettext("Remplissez-les toutes, ou laissez-les toutes vides."))


def _one_of(error: CellError, t: Words) -> Message:
    columns = t.all_of(_columns(error, t, "column1", "column2"))
    if error.params.get("missing"):
        problem = t.gettext(
            "Il manque les colonnes {columns}, dont l’une au moins est nécessaire.", columns=columns
        )
        return Message(problem, t.gettext("Ajoutez l’une des deux."))
    problem = t.gettext("Aucune des colonnes {columns} n’est remplie.", columns=columns)
    return Message(problem, t.gettext("Remplissez au moins l’une des deux."))


_MAKERS: Mapping[str, Callable[[CellError, Words], Message]] = {
    "sum-columns-value": _sum,
    "compare-columns-value": _compare,
    "cohesive-columns-value": _cohesive,
    "one-of-required": _one_of,
}
