"""Errors of a row in the words of its form: each at the controls it concerns, all of them in one summary.

The sentences are those of :mod:`schema_loader.messages`, which name columns as files do; a form's reader knows them by their
labels, so the names are put in its words first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from app.i18n import gettext, language
from app.records.entry import values
from forms.binding import show
from forms.control import ONE_LINE, Control, controls
from forms.words import error_words
from schema_loader.errors import CellError
from schema_loader.field import Field
from schema_loader.messages import cell_message
from schema_loader.repair import propose_cell
from schema_loader.table_schema import TableSchema

NAMING = ("column", "columns", "column1", "column2", "othercolumns", "filled", "empty", "names", "at")
"""Parameters of an error that hold names of this table's columns."""
FORMS = ("constraint-error/pattern", "constraint-error/minLength", "constraint-error/maxLength")
PROPOSED, MENDED = 3, 300
"""Proposals beside one error; characters of a text that is worth one."""


WRITTEN = ("number", "date", "datetime", "time", "month", "duration")
"""Controls that are typed otherwise than a file is written."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value that was probably meant. ``stored``: its text; ``words``: the same as it is read; ``typed``: what stands in
    the control once it is put in."""

    stored: str
    words: str
    typed: str
    fills: bool
    """Whether a script may write ``typed`` into the control."""


@dataclass(frozen=True, slots=True)
class Told:
    """One error in words: what is wrong, how to mend it, values that would do; ``fields``: the columns it concerns."""

    problem: str
    remedy: str
    proposals: tuple[Proposal, ...] = ()
    controls: tuple[Control, ...] = ()


@dataclass(frozen=True, slots=True)
class Faults:
    """All that is wrong with a row: ``all`` in the order of the form, ``by_field`` at each control that is concerned."""

    all: tuple[Told, ...] = ()
    by_field: Mapping[str, tuple[Told, ...]] | None = None

    def of(self, name: str) -> tuple[Told, ...]:
        """What is said at the control of a field."""
        return self.by_field.get(name, ()) if self.by_field else ()

    @property
    def fields(self) -> Collection[str]:
        """Names of the fields with something to mend."""
        return self.by_field.keys() if self.by_field else ()


NONE = Faults()


def in_words(schema: TableSchema, errors: Iterable[CellError]) -> Faults:
    """The errors of a row as its form says them, in the current language."""
    lang = language()
    by_name = {control.field.name: control for control in controls(schema, lang)}
    found: list[Told] = []
    by_field: dict[str, list[Told]] = {}
    for error in _without_echoes(errors):
        named = concerned(schema, error)
        shown = tuple(by_name[field.name] for field in named)
        one = _told(schema, error, shown, by_name, lang)
        if any(other.problem == one.problem and other.controls == one.controls for other in found):
            continue  # two rules that say the same: a form says it once
        if any(other.proposals for field in named for other in by_field.get(field.name, ())):
            one = replace(one, proposals=())  # offered beside another error of the same value
        found.append(one)
        for field in named:
            by_field.setdefault(field.name, []).append(one)
    found.sort(key=lambda one: one.controls[0].field.position if one.controls else 0)
    return Faults(tuple(found), {name: tuple(said) for name, said in by_field.items()})


def _without_echoes(errors: Iterable[CellError]) -> list[CellError]:
    """The errors that say something the others do not: one cell is mended once, and what is wrong is not called empty."""
    told = list(errors)
    own = {error.field.name: error.cell for error in told if error.field is not None and not is_across(error)}
    checked = {
        error.field.name
        for error in told
        if error.field is not None and error.code.startswith("custom-check-error") and not is_across(error)
    }
    found = []
    for error in told:
        if error.code == "primary-key/empty" and own.keys() >= set(error.params.get("names", ())):
            continue  # each is said to be required
        if error.code in FORMS and error.field is not None and error.field.name in checked:
            continue  # the check says the same, knowing what the text should be
        if error.code.endswith("/cohesive-columns-value") and error.params.get("empty"):
            empty = tuple(name for name in error.params["empty"] if not own.get(name))
            if not empty:
                continue  # they are filled, with something that is to be mended
            error = error._replace(params={**error.params, "empty": empty})
        found.append(error)
    return found


def concerned(schema: TableSchema, error: CellError) -> tuple[Field, ...]:
    """The fields that an error names, its own first; none for one of the whole row."""
    found: dict[str, None] = {} if error.field is None else {error.field.name: None}
    for key in NAMING:
        value = error.params.get(key) or ()
        found.update(dict.fromkeys(value if isinstance(value, (list, tuple)) else (value,)))
    return tuple(schema.by_name[name] for name in found if name in schema.by_name)


def is_across(error: CellError) -> bool:
    """Whether an error comes from several columns together."""
    return any(key in error.params for key in NAMING)


def _told(
    schema: TableSchema,
    error: CellError,
    shown: tuple[Control, ...],
    by_name: Mapping[str, Control],
    lang: str,
) -> Told:
    if error.code == "blank-row":
        return Told(
            gettext("Cette ligne est vide."),
            gettext("Remplissez d’abord les colonnes obligatoires, ou au moins l’une des colonnes."),
        )
    if is_across(error) or not shown:
        message = cell_message(error._replace(params=_labelled(error, by_name)), lang)
    else:
        message = error_words(shown[0], error, show(shown[0], error.cell))
    proposals = _proposals(schema, error, shown)
    return Told(message.problem, _remedy(message.remedy, error, shown, proposals), proposals, shown)


def _remedy(
    remedy: str, error: CellError, shown: tuple[Control, ...], proposals: tuple[Proposal, ...]
) -> str:
    """The advice of the core is how a file is written: where the form writes it (24 500,00 for 24500.00), its button is advised."""
    if is_across(error) or not shown or shown[0].kind not in WRITTEN:
        return remedy
    meant = show(shown[0], error.cell).meant
    found = next((one for one in proposals if one.stored == meant), None) if meant else None
    if found is None or found.typed == found.stored:
        return remedy
    return gettext("Dans le formulaire, choisissez « Écrire {value} ».", value=found.words)


def _labelled(error: CellError, by_name: Mapping[str, Control]) -> Mapping[str, object]:
    """The parameters with the labels of columns in place of their names."""
    if not is_across(error):
        return error.params

    def label(value: object) -> object:
        if isinstance(value, (list, tuple)):
            return tuple(label(one) for one in value)
        control = by_name.get(value) if isinstance(value, str) else None
        return control.label if control is not None else value

    return {key: label(value) if key in NAMING else value for key, value in error.params.items()}


def _proposals(schema: TableSchema, error: CellError, shown: tuple[Control, ...]) -> tuple[Proposal, ...]:
    """What was probably meant, in a few readings, as the core repairs cells."""
    if error.field is None or is_across(error) or not error.cell.strip() or not shown:
        return ()
    control = shown[0]
    found = propose_cell(error.field, error.cell, schema) if len(error.cell) <= MENDED else None
    texts = (found.after, *found.others) if found is not None else ()
    return tuple(
        Proposal(
            text,
            values.in_words(control, text),
            show(control, text).value,
            control.kind in ONE_LINE or control.kind in ("textarea", "select", "combobox"),
        )
        for text in [one for one in dict.fromkeys(texts) if one and one != error.cell][:PROPOSED]
    )
