"""What a template says of a field: heading, what is expected, the message beside the cell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from exporters.plain_text import plain_text, shortened
from exporters.template_rules import choices_of, is_native
from exporters.words import FileWords
from schema_loader.field import Field
from schema_loader.messages import describe_field
from schema_loader.messages.i18n import NARROW
from schema_loader.types import NumberType

LONGEST_TITLE, LONGEST_MESSAGE = 32, 255  # of a message beside a cell, as Excel has it
NAMED_CHOICES = 6
SEMICOLON = {"fr": f"{NARROW}; ", "en": "; "}


def label(field: Field) -> str:
    """The title, else the name made readable."""
    return field.title or field.name.replace("_", " ")


def heading(field: Field, t: FileWords) -> str:
    """The label, and whether the column must be filled in, in words."""
    if field.required:
        return t.gettext("{label} (obligatoire)", label=label(field))
    return t.gettext("{label} (facultatif)", label=label(field))


def example_value(field: Field) -> Any:
    """The example as a cell holds it; None without one."""
    example = field.example
    if example is None:
        return None
    return field.type.to_spreadsheet(field.read(example)[0])


def shown(value: Any) -> str:
    """The text that a reader of workbooks finds in a cell of this value."""
    if value is None:
        return ""
    if isinstance(value, float):
        text = f"{Decimal(repr(value)):f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return "0" if text == "-0" else text
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def example_in_words(field: Field, t: FileWords) -> str:
    """The example as one types it in a sheet: a day as its reader writes it, else the text of the schema."""
    if field.example is None:
        return ""
    value = field.read(field.example)[0]
    if is_native(field) and t.lang == "fr":
        return f"{value:%d/%m/%Y %H:%M:%S}" if isinstance(value, datetime) else f"{value:%d/%m/%Y}"
    if isinstance(field.type, NumberType) and t.lang == "fr" and field.type.decimal_char == ".":
        return field.example.replace(".", ",")
    return field.example


def expected(field: Field, t: FileWords) -> list[str]:
    """The rules in words: the type as one types it in a sheet, then the others. What is listed, and what is due, is told apart."""
    if choices_of(field):
        rules = {name: rule for name, rule in field.constraints.items() if name != "enum"}
        field = replace(field, constraints=rules, suggestions=())
    kind, _, *others = describe_field(field, t.lang, NAMED_CHOICES)
    if is_native(field):
        kind = t.gettext("date et heure") if field.type.name == "datetime" else t.gettext("date")
    return [kind, *others]


def message(field: Field, t: FileWords) -> tuple[str, str]:
    """Title and text of the message that stands beside a chosen cell, within the lengths of Excel."""
    due = t.gettext("Obligatoire") if field.required else t.gettext("Facultatif")
    if choices_of(field):
        parts = [t.gettext("{due} : choisissez dans la liste.", due=due)]
    else:
        parts = [t.gettext("{due} : {rules}.", due=due, rules=SEMICOLON[t.lang].join(expected(field, t)))]
    example = example_in_words(field, t)
    if example and len(example) <= 60:
        parts.append(t.gettext("Exemple : {example}.", example=example))
    if field.description:
        parts.append(plain_text(field.description))
    return shortened(label(field), LONGEST_TITLE), shortened(" ".join(parts), LONGEST_MESSAGE)


def refusal(field: Field, t: FileWords) -> tuple[str, str]:
    """Title and text shown when a sheet does not take what was typed."""
    rules = SEMICOLON[t.lang].join(expected(field, t))
    if choices_of(field):
        told = t.gettext(
            "Cette valeur n’est pas dans la liste de la colonne. Choisissez-la dans la liste déroulante."
        )
    else:
        told = t.gettext("Cette valeur ne convient pas à la colonne. Il faut : {rules}.", rules=rules)
    return t.gettext("Valeur à vérifier"), shortened(told, LONGEST_MESSAGE)
