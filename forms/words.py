"""An error in the words of the form where it is read: the core's own sentence, its advice in the way one types here.

The core speaks of what a file must hold (2024-03-12, 1234.5, a list between brackets); a form takes 12/03/2024 and boxes.
What is wrong stays as the core says it; no sentence is written here, all are the core's.
"""

from __future__ import annotations

from collections.abc import Mapping

from forms.binding import EMPTY, Shown
from forms.codes import grouped
from forms.control import CHOICES, Control
from forms.typed import shown as typed_form
from schema_loader.errors import CellError
from schema_loader.messages import Message, cell_message
from schema_loader.messages.case import Case, shown_example
from schema_loader.messages.i18n import N_, Words, words
from schema_loader.messages.type_errors import how_to_write

PARTS: Mapping[str, str] = {"date": "%d%m%Y", "datetime": "%d%m%Y%H%M", "time": "%H%M", "month": "%m%Y"}
"""The parts of a moment in the order in which a French reader types them."""
CHOOSE = N_("Choisissez une valeur")
ORDERS: Mapping[str, str] = {
    "number": N_("Écrivez un nombre"),
    "duration": N_("Écrivez comme dans l’exemple"),
    "checkboxes": CHOOSE,
    "yes_no": CHOOSE,
    "geopoint": N_("Écrivez la longitude (lon) et la latitude (lat) en degrés"),
}
"""Message ids of the core's catalogue: its test of translations watches them there."""


def error_words(control: Control, error: CellError, shown: Shown = EMPTY) -> Message:
    """What is wrong with a control's value, then how to mend it in this form.

    ``shown``: what the control shows; where it offers to store another text (``meant``), the advice is the core's.
    """
    message = cell_message(error, control.lang)
    field = control.field
    if error.field is not field or shown.meant or control.kind in ("text", "textarea", "json", "geojson"):
        return message
    t = words(control.lang)
    if error.code == "constraint-error/required" and (
        control.kind in CHOICES or control.kind == "checkboxes"
    ):
        return Message(message.problem, t.gettext("{how}.", how=t.gettext(CHOOSE)))
    if error.code.startswith("type-error"):
        order = _order(control, t)
        if order:
            return Message(message.problem, _with_example(order, control, t))
    remedy = message.remedy
    for stored in (shown_example(field), Case(field, error.cell, t, error.params).guess):
        if stored is not None:
            typed = _typed(control, stored)
            if typed != stored:
                remedy = remedy.replace(f"{t.literal(stored)}.", f"{t.literal(typed)}.")
    return Message(message.problem, remedy)


def _order(control: Control, t: Words) -> str:
    if control.kind in PARTS and control.lang == "fr":
        return how_to_write(PARTS[control.kind], "", t)
    if control.kind == "number" and control.field.type.name == "integer":
        return ""  # the core's own words hold here too
    return t.gettext(ORDERS[control.kind]) if control.kind in ORDERS else ""


def _with_example(order: str, control: Control, t: Words) -> str:
    if not control.example:
        return t.gettext("{how}.", how=order)
    return t.gettext("{how}. Exemple : {example}.", how=order, example=t.literal(control.example))


def _typed(control: Control, stored: str) -> str:
    if control.code is not None:
        return grouped(stored, control.code)
    if control.list_form is not None or control.options or control.kind == "geopoint":
        return stored
    return typed_form(control.field, stored, control.lang)
