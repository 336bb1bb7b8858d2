"""Errors and warnings in words: what is wrong, then how to mend it, in French and in English.

Forms, exports, the command line and the API all take their sentences here. A message id is the French sentence; the
English one is in ``locale/en/LC_MESSAGES``. Typography is settled in :mod:`schema_loader.messages.i18n`. People are
told « colonne », « ligne », « texte », « nombre »; never of regular expressions, nulls or constraints. Where a guess at
what was meant is shown, the field's own rule has accepted it.
"""

from __future__ import annotations

import json

from schema_loader.errors import CellError
from schema_loader.messages.case import Case
from schema_loader.messages.check_errors import check_error
from schema_loader.messages.constraint_errors import constraint_error
from schema_loader.messages.describe import describe_field, type_in_words
from schema_loader.messages.files import unreadable
from schema_loader.messages.i18n import LANGUAGES, Message, Words, after_colon, words
from schema_loader.messages.notes import note
from schema_loader.messages.patterns import pattern_in_words
from schema_loader.messages.repairs import RepairWords, proposal_words, repair_words
from schema_loader.messages.schemas import refusal, schema_warning
from schema_loader.messages.table_errors import table_error
from schema_loader.messages.type_errors import type_error

__all__ = [
    "LANGUAGES", "Message", "RepairWords", "cell_message", "describe_field", "note", "pattern_in_words", "proposal_words",
    "refusal", "repair_words", "schema_warning", "type_in_words", "unreadable",
]  # fmt: skip


def cell_message(error: CellError, lang: str = "fr", as_warning: bool = False) -> Message:
    """Words for an error of a cell, a row or a header (``as_warning``: for a header's warning).

    Under 600 characters whatever the cell holds. A code without words of its own gets a general sentence.
    """
    return _message(error, words(lang), as_warning)


def _message(error: CellError, t: Words, as_warning: bool = False) -> Message:
    field = error.field
    kind, _, detail = error.code.partition("/")
    if kind == "check-error":
        return schema_warning(error.params["warning"], t.lang)
    if kind in ("custom-check-error", "one-of-required"):
        return check_error(error, t)
    if field is not None and kind in ("type-error", "constraint-error"):
        if "item" in error.params:
            return _of_item(error, t)
        case = Case(field, error.cell, t, error.params)
        return type_error(case) if kind == "type-error" else constraint_error(case, detail)
    told = table_error(error, t, as_warning)
    if told is not None:
        return told
    problem = t.gettext("{text} ne suit pas une règle du schéma.", text=t.quote(error.cell))
    return Message(problem, t.gettext("Vérifiez cette valeur."))


def _of_item(error: CellError, t: Words) -> Message:
    """An error inside a list: the same words, said of its item."""
    item = getattr(error.field.type if error.field is not None else None, "item", None)
    params = {key: value for key, value in error.params.items() if key not in ("item", "item_text")}
    text = _text_of(str(error.params.get("item_text", "")))
    inner = _message(CellError(error.code, error.row_number, item, error.field_number, text, params), t)
    number = t.number(error.params["item"])
    problem = t.gettext(
        "Élément n° {number} de la liste : {problem}", number=number, problem=after_colon(inner.problem)
    )
    return Message(problem, inner.remedy)


def _text_of(item: str) -> str:
    """The text of an item that is written as JSON."""
    try:
        value = json.loads(item)
    except (ValueError, RecursionError):
        return item
    return value if isinstance(value, str) else "" if value is None else item
