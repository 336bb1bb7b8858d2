"""Errors of the header, of whole rows, and of a value among the others of its column or key."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from schema_loader.errors import CellError
from schema_loader.messages.case import NAME_LENGTH, column, column_and_title
from schema_loader.messages.i18n import Message, Words

Maker = Callable[[CellError, Words, bool], Message]


def table_error(error: CellError, t: Words, as_warning: bool) -> Message | None:
    """Words for an error that is not about the rules of one cell; None for a code without words here."""
    make = _MAKERS.get(error.code) or _MAKERS.get(error.type)
    return make(error, t, as_warning) if make is not None else None


# -- header -------------------------------------------------------------------------------------------------------


def _extra_label(error: CellError, t: Words, as_warning: bool) -> Message:
    if not error.cell:
        number = t.number(error.field_number or 0)
        problem = t.gettext(
            "La colonne n° {number} n’a pas de nom et n’est pas prévue par le schéma.", number=number
        )
        return Message(
            problem, t.gettext("Supprimez-la, ou donnez-lui exactement le nom d’une colonne prévue.")
        )
    label = t.quote(error.cell, NAME_LENGTH)
    meant = error.params.get("meant")
    if isinstance(meant, str) and meant:
        problem = t.gettext("La colonne {label} n’est pas prévue par le schéma.", label=label)
        return Message(problem, t.gettext("Vouliez-vous dire {column} ?", column=t.quote(meant, NAME_LENGTH)))
    if as_warning:
        problem = t.gettext(
            "La colonne {label} n’est pas prévue par le schéma : elle sera laissée de côté.", label=label
        )
        return Message(
            problem,
            t.gettext("Si elle correspond à une colonne prévue, donnez-lui exactement le nom de celle-ci."),
        )
    problem = t.gettext("La colonne {label} n’est pas prévue par le schéma.", label=label)
    return Message(problem, t.gettext("Supprimez-la, ou donnez-lui exactement le nom d’une colonne prévue."))


def _missing_label(error: CellError, t: Words, as_warning: bool) -> Message:
    name = column_and_title(error.field, t) if error.field is not None else column(None, t, error.cell)
    if as_warning:
        problem = t.gettext("La colonne facultative {column} est absente.", column=name)
        return Message(
            problem, t.gettext("Ajoutez-la si vous avez ces informations ; sinon, vous n’avez rien à faire.")
        )
    if error.field is not None and not error.field.required:
        problem = t.gettext("La colonne {column} manque.", column=name)
    else:
        problem = t.gettext("La colonne obligatoire {column} manque.", column=name)
    remedy = t.gettext(
        "Ajoutez une colonne nommée exactement {name}.", name=column(error.field, t, error.cell)
    )
    return Message(problem, remedy)


def _blank_label(error: CellError, t: Words, as_warning: bool) -> Message:
    number = t.number(error.field_number or 0)
    problem = t.gettext("La colonne n° {number} n’a pas de nom.", number=number)
    if error.field is not None:
        name = column(error.field, t)
        return Message(problem, t.gettext("Écrivez {name} dans sa première ligne.", name=name))
    return Message(problem, t.gettext("Donnez-lui le nom d’une colonne prévue, ou supprimez-la."))


def _duplicate_label(error: CellError, t: Words, as_warning: bool) -> Message:
    label = t.quote(error.cell, NAME_LENGTH)
    first, second = error.params.get("first"), error.field_number
    if first and second:
        problem = t.gettext(
            "Les colonnes n° {first} et n° {second} portent le même nom, {label}.",
            first=t.number(first), second=t.number(second), label=label,
        )  # fmt: skip
    else:
        problem = t.gettext("Deux colonnes portent le même nom, {label}.", label=label)
    return Message(problem, t.gettext("Supprimez ou renommez l’une des deux."))


def _incorrect_label(error: CellError, t: Words, as_warning: bool) -> Message:
    number, label = t.number(error.field_number or 0), t.quote(error.cell, NAME_LENGTH)
    name = column(error.field, t)
    problem = t.gettext(
        "La colonne n° {number} s’appelle {label}, alors que {name} est attendu à cette place.",
        number=number, label=label, name=name,
    )  # fmt: skip
    return Message(
        problem, t.gettext("Renommez la colonne, ou remettez les colonnes dans l’ordre du schéma.")
    )


def _incorrect_order(error: CellError, t: Words, as_warning: bool) -> Message:
    problem = t.gettext("Les colonnes ne sont pas dans l’ordre du schéma.")
    return Message(problem, t.gettext("Elles sont reconnues par leur nom : vous n’avez rien à faire."))


def _unmatched_header(error: CellError, t: Words, as_warning: bool) -> Message:
    problem = t.gettext("Aucune colonne ne porte un nom prévu par le schéma.")
    return Message(
        problem,
        t.gettext(
            "Vérifiez que la première ligne contient les noms des colonnes, et que le schéma choisi est le bon."
        ),
    )


# -- rows ---------------------------------------------------------------------------------------------------------


def _blank_row(error: CellError, t: Words, as_warning: bool) -> Message:
    return Message(t.gettext("Cette ligne est vide."), t.gettext("Supprimez-la."))


def _extra_cell(error: CellError, t: Words, as_warning: bool) -> Message:
    if error.cell.strip():
        problem = t.gettext(
            "La ligne est plus longue que le tableau : {text} n’est sous aucune colonne.",
            text=t.quote(error.cell),
        )
    else:
        problem = t.gettext(
            "La ligne est plus longue que le tableau : elle finit par une cellule vide de trop."
        )
    remedy = t.gettext(
        "Supprimez cette cellule ; si une valeur de la ligne contient le séparateur, mettez-la entre guillemets droits."
    )
    return Message(problem, remedy)


def _missing_cell(error: CellError, t: Words, as_warning: bool) -> Message:
    label = error.field_name or str(error.params.get("label") or "")
    if label:
        problem = t.gettext(
            "La ligne s’arrête avant la colonne {column}.", column=t.quote(label, NAME_LENGTH)
        )
    else:
        problem = t.gettext("La ligne est plus courte que le tableau.")
    return Message(
        problem,
        t.gettext("Complétez la ligne ; une cellule peut rester vide, mais son séparateur doit être là."),
    )


# -- a value among others -----------------------------------------------------------------------------------------


def _unique(error: CellError, t: Words, as_warning: bool) -> Message:
    row = error.params.get("row")
    if row:
        problem = t.gettext(
            "La valeur {text} est déjà à la ligne {row}.", text=t.quote(error.cell), row=t.number(row)
        )
    else:
        problem = t.gettext("La valeur {text} est déjà prise.", text=t.quote(error.cell))
    remedy = t.gettext(
        "Chaque valeur de cette colonne doit être différente : corrigez-la, ou supprimez la ligne en double."
    )
    return Message(problem, remedy)


def _key_columns(error: CellError, t: Words) -> str:
    names = tuple(str(name) for name in error.params.get("names", ()))
    shown = [t.quote(name, 40) for name in names[:4]]
    return t.all_of(
        shown if len(names) <= 4 else [*shown, t.ngettext("{n} autre", "{n} autres", len(names) - 4)]
    )


def _key_twice(error: CellError, t: Words, as_warning: bool) -> Message:
    row = t.number(error.params.get("row") or 0)
    names = error.params.get("names", ())
    problem = t.ngettext(
        "Cette ligne a la même valeur que la ligne {row} dans la colonne {columns}.",
        "Cette ligne a les mêmes valeurs que la ligne {row} dans les colonnes {columns}.",
        len(names),
        row=row,
        columns=_key_columns(error, t),
    )
    return Message(
        problem,
        t.gettext(
            "Ces valeurs désignent une ligne et une seule : corrigez-les, ou supprimez la ligne en double."
        ),
    )


def _key_empty(error: CellError, t: Words, as_warning: bool) -> Message:
    names = error.params.get("names", ())
    problem = t.ngettext(
        "Rien ne désigne cette ligne : la colonne {columns} est vide.",
        "Rien ne désigne cette ligne : les colonnes {columns} sont vides.",
        len(names),
        columns=_key_columns(error, t),
    )
    return Message(problem, t.gettext("Saisissez de quoi reconnaître cette ligne parmi les autres."))


def _foreign_key(error: CellError, t: Words, as_warning: bool) -> Message:
    values, names = error.params.get("values", ()), error.params.get("names", ())
    table = error.params.get("resource") or ""
    shown = t.all_of([t.quote(value) for value in values])
    where = t.all_of([t.quote(name) for name in error.params.get("reference", ())])
    columns = t.all_of([t.quote(name) for name in names])
    if table:
        problem = t.gettext(
            "{columns} renvoie à la table {table}, où {values} ne se trouve pas dans {where}.",
            columns=t.ngettext("La colonne {columns}", "L’ensemble {columns}", len(names), columns=columns),
            table=t.quote(table),
            values=shown,
            where=where,
        )
        return Message(problem, t.gettext("Vérifiez cette valeur, ou ajoutez-la d’abord à l’autre table."))
    problem = t.gettext(
        "{columns} renvoie à une autre ligne de ce tableau, mais {values} ne se trouve pas dans {where}.",
        columns=t.ngettext("La colonne {columns}", "L’ensemble {columns}", len(names), columns=columns),
        values=shown,
        where=where,
    )
    return Message(problem, t.gettext("Vérifiez cette valeur, ou ajoutez la ligne qui la porte."))


_MAKERS: Mapping[str, Maker] = {
    "extra-label": _extra_label,
    "missing-label": _missing_label,
    "blank-label": _blank_label,
    "duplicate-label": _duplicate_label,
    "incorrect-label": _incorrect_label,
    "incorrect-order": _incorrect_order,
    "unmatched-header": _unmatched_header,
    "blank-row": _blank_row,
    "extra-cell": _extra_cell,
    "missing-cell": _missing_cell,
    "unique-error": _unique,
    "unique-error/key": _key_twice,
    "primary-key": _key_twice,
    "primary-key/empty": _key_empty,
    "foreign-key": _foreign_key,
}
