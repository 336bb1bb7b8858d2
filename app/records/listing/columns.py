"""The columns of a list: which there are, which are shown unless a person chooses others, and how a cell of each is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from app.i18n import N_, gettext, language
from app.records.listing.address import META_COLUMNS, NUMBER
from forms.control import Control, controls
from forms.labels import words_of
from schema_loader.folding import fold
from schema_loader.table_schema import TableSchema

USUAL = 6
"""Columns shown where a person has not chosen."""
CELL_LENGTH = 140
"""Characters of a cell that a list shows; the line itself shows all."""
QUOTAS: Mapping[str, int] = {"date": 2, "number": 2, "choice": 2, "text": 4}
CODED = re.compile(r"\b(?:codes?|uid|uuid|cle|lat|latitude|lon|long|longitude|x|y|insee)\b")

META_LABELS: Mapping[str, str] = {
    NUMBER: N_("N° interne"),
    ".date": N_("Modifiée"),
    ".utilisateur": N_("Par"),
    ".import": N_("Import"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list. ``name``: as the address says it; ``kind``: ``text``, ``number``, ``date``, ``code``, ``choice`` or
    ``meta``; ``order``: what the address sorts by, empty where the list cannot be sorted by it."""

    name: str
    label: str
    kind: str
    order: str

    @property
    def is_number(self) -> bool:
        return self.kind == "number"


def columns(schema: TableSchema) -> dict[str, Column]:
    """Every column that may be shown, those of the schema first, in the current language."""
    return _columns(schema, language())


@lru_cache(maxsize=256)
def _columns(schema: TableSchema, lang: str) -> dict[str, Column]:
    found = {
        control.field.name: Column(control.field.name, control.label, _kind(control), control.field.name)
        for control in controls(schema, lang)
    }
    for name in META_COLUMNS:
        if name not in found:
            found[name] = Column(name, gettext(META_LABELS[name]), "meta", NUMBER if name == NUMBER else "")
    return found


def _kind(control: Control) -> str:
    if control.kind in ("radios", "select", "combobox", "yes_no"):
        return "choice"
    if control.kind == "number":
        return "number"
    if control.kind in ("date", "datetime", "time", "month", "year"):
        return "date"
    return "code" if control.kind == "code" else "text"


def chosen(schema: TableSchema, names: Sequence[str], constants: Iterable[str]) -> tuple[Column, ...]:
    """The columns to show: those of the address, else the most telling ones. ``constants``: fields that hold the same everywhere."""
    known = columns(schema)
    shown = [name for name in names if name in known] or usual(schema, tuple(sorted(constants)))
    return tuple(known[name] for name in shown)


@lru_cache(maxsize=256)
def usual(schema: TableSchema, constants: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The columns that tell lines apart best, in schema order: keys, a date, texts and amounts that are asked for, choices."""
    made = controls(schema)
    same = {*constants, *_producer(made)}
    keys = {name for key in (schema.primary_key, *schema.unique_keys) for name in key}
    seen: dict[str, int] = {}
    ranked = []
    for control in made:
        kind = _kind(control)
        score = _score(control, kind, control.field.name in keys, seen)
        if control.field.name in same:
            score = 9.0
        else:
            seen[kind] = seen.get(kind, 0) + 1
        ranked.append((score, control.field.position, control.field.name, kind))
    ranked.sort()
    taken: list[tuple[int, str]] = []
    used: dict[str, int] = {}
    late = []
    for score, position, name, kind in ranked:
        if score < 9 and used.get(kind, 0) < QUOTAS.get(kind, 1):
            used[kind] = used.get(kind, 0) + 1
            taken.append((position, name))
        else:
            late.append((position, name))
    return tuple(name for _, name in sorted((taken + late)[:USUAL]))


def _score(control: Control, kind: str, is_key: bool, seen: Mapping[str, int]) -> float:
    """How little a column tells: 0 most. ``seen``: how many of each kind came before."""
    field = control.field
    if control.kind in ("checkboxes", "lines", "json", "geojson", "geopoint"):
        return 8.0
    if CODED.search(" ".join(words_of(fold(field.name)))):
        return 6.0
    if (field.unique or is_key) and kind != "code":
        return 0.0
    score = {"date": 1.0, "text": 2.0, "number": 2.0, "choice": 3.0, "code": 6.0}[kind]
    if control.kind in ("url", "email"):
        return 7.0
    if control.kind == "textarea":
        score += 1.0
    if kind in ("date", "number") and not seen.get(kind):
        return score
    if kind in ("date", "number"):
        score += 2.0
    return score if field.required else score + 2.0


def _producer(made: Sequence[Control]) -> set[str]:
    """The columns that say whose data these are, the same on each line: the first SIRET that is asked for, and the name beside it."""
    for at, control in enumerate(made):
        if control.code is not None and control.code.kind == "siret" and control.required:
            beside = [
                one for one in (*made[max(0, at - 1) : at], *made[at + 1 : at + 2]) if one.kind == "text"
            ]
            return {one.field.name for one in (control, *beside[:1])}
    return set()


# --- cells ----------------------------------------------------------------------------------------------------------


def readers(schema: TableSchema) -> Mapping[str, Callable[[str], Markup | str]]:
    """Field name → what a list shows of its stored text, in the current language."""
    return _readers(schema, language())


@lru_cache(maxsize=256)
def _readers(schema: TableSchema, lang: str) -> Mapping[str, Callable[[str], Markup | str]]:
    return {control.field.name: _reader(control, lang) for control in controls(schema, lang)}


def _reader(control: Control, lang: str) -> Callable[[str], Markup | str]:
    kind: Any = control.field.type
    missing = frozenset(control.field.missing_values)
    if control.kind == "yes_no":
        words = {kind.format(True): gettext("Oui"), kind.format(False): gettext("Non")}
        named = {value: label for value, label in control.options if label}
        return lambda text: named.get(text) or words.get(text, shorten(text))
    if control.code is not None and control.code.groups:
        groups, length = control.code.groups, control.code.length
        return lambda text: grouped(text, groups) if len(text) == length and text.isalnum() else shorten(text)
    if control.list_form is not None:
        form = control.list_form
        return lambda text: shorten(", ".join(form.split(text) or (text,)))
    if control.options:
        labels = dict(control.options)
        return lambda text: shorten(labels.get(text, text))
    if control.kind in ("number", "date", "datetime", "time", "month", "year", "duration", "geopoint"):
        unit = f" {control.unit}" if control.unit else ""

        def show(text: str) -> str:
            value = kind.parse(text) if text not in missing else None
            return shorten(text) if value is None else f"{kind.display(value, lang)}{unit}"

        return show
    return shorten


def grouped(text: str, groups: Sequence[int]) -> Markup:
    """A code in groups for the eye alone: what is copied has no spaces."""
    pieces, at = [], 0
    for size in groups:
        pieces.append(text[at : at + size])
        at += size
    return Markup('<span class="code groups">{}</span>').format(
        Markup("").join(Markup("<span>{}</span>").format(piece) for piece in pieces)
    )


def shorten(text: str, most: int = CELL_LENGTH) -> str:
    """The beginning of a text, cut between two words."""
    if len(text) <= most:
        return text
    return re.sub(r"\s+\S*$", "", text[:most]) + "…"
