"""What the pages of an import show: where it stands, its columns, its repairs, its errors, what it will do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.datasets.access import At
from app.file_reading import reason_words, samples_of
from app.formats import number
from app.i18n import gettext, language, ngettext
from app.models import JobProgress, Submission, SubmissionRow, SubmissionState
from app.records.entry.faults import Faults, in_words, is_across
from app.records.entry.values import Difference, differences
from app.submissions import queries, service
from forms.binding import Shown, show
from forms.control import Control, controls
from importers.matching import Matching
from importers.table import Table
from schema_loader.check import check_row
from schema_loader.errors import CellError, TableUnreadable
from schema_loader.messages import Message, repair_words
from schema_loader.messages.files import unreadable
from schema_loader.repair import ColumnProposal
from schema_loader.table_schema import TableSchema

STEPS = ("fichier", "feuille", "colonnes", "valeurs", "erreurs", "resume")
ROWS = 10
"""Faulty rows of a page: each is a small form."""


def steps(path: str, submission: Submission | None, current: str) -> list[tuple[str, str]]:
    """The six steps, each with its address where it may be gone to."""
    labels = {
        "fichier": gettext("Fichier"),
        "feuille": gettext("Feuille"),
        "colonnes": gettext("Colonnes"),
        "valeurs": gettext("Valeurs"),
        "erreurs": gettext("Erreurs"),
        "resume": gettext("Résumé"),
    }
    if submission is None:
        return [(labels[step], "") for step in STEPS]
    reached = furthest(submission)
    base = f"{path}/importer/{submission.id}"
    return [
        (labels[step], f"{base}/{step}" if step != "fichier" and STEPS.index(step) <= reached else "")
        for step in STEPS
    ]


def furthest(submission: Submission) -> int:
    """The last step that may be shown."""
    if submission.summary.get("counts"):
        return 5
    return 3 if submission.matching is not None else 2


def place_of(path: str, submission: Submission) -> str:
    """Where an import is gone on with."""
    base = f"{path}/importer/{submission.id}"
    if submission.state in (SubmissionState.accepted, SubmissionState.undone, SubmissionState.undoing):
        return f"{base}/fin"
    if submission.state in (SubmissionState.checking, SubmissionState.accepting):
        return f"{base}/attente"
    if submission.summary.get("counts"):
        return f"{base}/erreurs" if submission.summary.get("faulty") else f"{base}/resume"
    if submission.repairs:
        return f"{base}/valeurs"
    return f"{base}/colonnes" if submission.matching is not None else f"{base}/feuille"


def job_words(job: JobProgress | None) -> str:
    """Where a job is, in counts; or why it stopped."""
    if job is None or not job.message:
        return gettext("en attente de son tour")
    values = {**job.params, "done": number(job.done), "total": number(job.total or 0)}
    return gettext(job.message, **values)


def refusal_of(submission: Submission) -> Message | None:
    """What kept the file from being read to its end, when it was last tried."""
    told_ = submission.summary.get("unreadable")
    if not told_:
        return None
    return unreadable(TableUnreadable(told_["code"], **told_["params"]), language())


# --- columns --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """One column of the model: its control, the file's column that is proposed, samples, how sure that is."""

    control: Control
    column: int | None
    label: str
    samples: tuple[str, ...]
    is_sure: bool
    reason: str
    constant: str
    proposed: str

    @property
    def is_found(self) -> bool:
        return self.column is not None or bool(self.constant)


def column_lines(at: At, table: Table, matching: Matching) -> list[ColumnLine]:
    """One line for each column of the model."""
    constants = {filler.field: filler.value for filler in matching.constants}
    proposed = {filler.field: filler.value for filler in reversed(matching.proposed)}
    found = []
    for control, match in zip(controls(at.dataset.schema, language()), matching.matches, strict=True):
        name = control.field.name
        found.append(
            ColumnLine(
                control,
                match.column,
                match.label,
                samples_of(table, match.column),
                match.sure,
                reason_words(match.reason),
                constants.get(name, ""),
                proposed.get(name, ""),
            )
        )
    return found


# --- values ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RepairCard:
    """One proposal: what it says, its samples, what was said of it. ``place``: in the list."""

    place: int
    group: ColumnProposal
    words: Any
    column: str
    said: str


def repair_cards(at: At, submission: Submission) -> list[RepairCard]:
    """The proposals of an import, in words."""
    labels = {control.field.name: control.label for control in controls(at.dataset.schema, language())}
    cards = []
    for place, data in enumerate(submission.repairs):
        group = ColumnProposal.from_json(data)
        cards.append(
            RepairCard(
                place,
                group,
                repair_words(group, language()),
                " · ".join(labels.get(name, name) for name in (group.field, group.partner) if name),
                data.get("said", ""),
            )
        )
    return cards


# --- errors ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FaultyRow:
    """A faulty row: the controls of the columns to mend with what they show, the errors, the other cells in words."""

    number: int
    fields: tuple[tuple[Control, Shown, str, int | None], ...]
    """Control, what it shows, its stored text, and how many other rows have that text there; None where that is not known."""
    faults: Faults
    others: tuple[tuple[str, str], ...]


def errors_of(schema: TableSchema, row: SubmissionRow) -> list[CellError]:
    """What is wrong with a faulty row now; its faults among other rows (a key that comes twice) as they were noted."""
    errors: list[CellError] = list(check_row(schema, row.cells))
    known = {error.code for error in errors}
    for fault in row.faults or ():
        if fault["code"] not in known and fault["code"].partition("/")[0] in (
            "unique-error",
            "primary-key",
            "foreign-key",
        ):
            field = schema.by_name.get(fault["field"] or "")
            params = {"row": fault["params"].get("row"), "names": schema.primary_key}
            errors.append(
                CellError(
                    fault["code"], None, field, None, row.cells.get(field.name, "") if field else "", params
                )
            )
    return errors


def faulty_rows(
    session: Session, at: At, submission: Submission, rows: Sequence[SubmissionRow]
) -> list[FaultyRow]:
    """What is shown of faulty rows."""
    schema = at.dataset.schema
    errors = [errors_of(schema, row) for row in rows]
    told = [in_words(schema, found) for found in errors]
    pairs = {
        (name, row.cells[name])
        for row, faults in zip(rows, told, strict=True)
        for name in faults.fields
        if row.cells.get(name)
    }
    # wrong by themselves: a text that is right may stand in rows that have no error, which are not kept
    wrong = {
        (error.field.name, row.cells.get(error.field.name))
        for row, found in zip(rows, errors, strict=True)
        for error in found
        if error.field is not None and not is_across(error)
    }
    held = queries.alike(
        session,
        submission.establishment_id,
        submission.id,
        sorted({name for name, _ in pairs}),
        sorted({text for _, text in pairs}),
    )
    is_capped = submission.summary["faulty"] > service.ROWS_SHOWN
    others = {pair: held.get(pair, 1) - 1 if pair in wrong and not is_capped else None for pair in pairs}
    return [_faulty_row(at, row, faults, others) for row, faults in zip(rows, told, strict=True)]


def _faulty_row(
    at: At, row: SubmissionRow, faults: Faults, others_alike: Mapping[tuple[str, str], int | None]
) -> FaultyRow:
    shown, others = [], []
    for control in controls(at.dataset.schema, language()):
        text = row.cells.get(control.field.name, "")
        if control.field.name in faults.fields:
            alike = others_alike[control.field.name, text] if text else 0
            shown.append((control, show(control, text), text, alike))
        elif text:
            others.append((control.label, text[:200]))
    return FaultyRow(row.row_number, tuple(shown), faults, tuple(others))


def page_of_faulty(
    session: Session, at: At, submission: Submission, kind: Mapping[str, Any] | None, offset: int
) -> list[FaultyRow]:
    """The faulty rows of a page."""
    rows = queries.rows(
        session, at.dataset.establishment, submission.id, "fault", fault=kind, limit=ROWS, offset=offset
    )
    return faulty_rows(session, at, submission, rows)


# --- summary --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DiffRow:
    """A record that a row changes, column by column in words."""

    row_number: int
    number: int | None
    columns: Sequence[Difference]


def diff_rows(session: Session, at: At, submission: Submission, limit: int, offset: int) -> list[DiffRow]:
    """The first records that the import changes."""
    rows = queries.rows(
        session, at.dataset.establishment, submission.id, "diff", fault=None, limit=limit, offset=offset
    )
    return [
        DiffRow(row.row_number, row.number, differences(at.dataset.schema, row.before or {}, row.cells))
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class RowOfRecord:
    """A row, its record, and the columns that something is said of."""

    row: int
    number: int
    columns: str


def rows_of_records(at: At, submission: Submission, what: str) -> list[RowOfRecord]:
    """The first rows whose record was changed here too since the file was made (``both``), or with cells that were ``emptied``."""
    labels = {control.field.name: control.label for control in controls(at.dataset.schema, language())}
    return [
        RowOfRecord(one["row"], one["number"], ", ".join(labels.get(name, name) for name in one["fields"]))
        for one in submission.summary.get(what, ())
    ]


def sentences(counts: Mapping[str, int]) -> list[str]:
    """What acceptance would do, or did, line by line."""
    found = [
        ngettext("{n} ligne ajoutée", "{n} lignes ajoutées", counts["added"]) if counts["added"] else "",
        ngettext("{n} ligne modifiée", "{n} lignes modifiées", counts["changed"])
        if counts["changed"]
        else "",
        ngettext("{n} ligne inchangée", "{n} lignes inchangées", counts["unchanged"])
        if counts["unchanged"]
        else "",
        ngettext("{n} ligne mise à la corbeille", "{n} lignes mises à la corbeille", counts["trashed"])
        if counts["trashed"]
        else "",
        ngettext("dont {n} « à corriger »", "dont {n} « à corriger »", counts["to_fix"])
        if counts["to_fix"]
        else "",
        ngettext(
            "{n} ligne laissée de côté pour ses erreurs",
            "{n} lignes laissées de côté pour leurs erreurs",
            counts["left_out"],
        )
        if counts["left_out"]
        else "",
        ngettext(
            "{n} ligne laissée de côté : son identifiant vient plusieurs fois, dans le fichier ou dans le jeu de données",
            "{n} lignes laissées de côté : leur identifiant vient plusieurs fois, dans le fichier ou dans le jeu de données",
            counts["clashing"],
        )
        if counts["clashing"]
        else "",
        ngettext(
            "{n} ligne laissée de côté : son N° interne n’est celui d’aucune ligne du jeu de données",
            "{n} lignes laissées de côté : leur N° interne n’est celui d’aucune ligne du jeu de données",
            unknown,
        )
        if (unknown := counts.get("unknown", 0))
        else "",
        ngettext(
            "{n} ligne laissée de côté : elle a changé ici aussi depuis que le fichier a été fait",
            "{n} lignes laissées de côté : elles ont changé ici aussi depuis que le fichier a été fait",
            both,
        )
        if (both := counts.get("both", 0))
        else "",
    ]
    found += _twins(counts)
    return [sentence for sentence in found if sentence] or [gettext("Rien ne change.")]


def _twins(counts: Mapping[str, int]) -> list[str]:
    """What is said of rows that are there already."""
    twins, differing = counts.get("twins", 0), counts.get("differing", 0)
    if not twins:
        return []
    found = [
        ngettext(
            "{n} ligne est déjà là : elle s’ajoute une seconde fois",
            "{n} lignes sont déjà là : elles s’ajoutent une seconde fois",
            twins,
        )
        if counts.get("twins_added")
        else ngettext(
            "{n} ligne est déjà là : elle est laissée de côté",
            "{n} lignes sont déjà là : elles sont laissées de côté",
            twins,
        )
    ]
    if differing:
        found.append(
            ngettext(
                "dont {n} avec d’autres valeurs, sous la même clé",
                "dont {n} avec d’autres valeurs, sous la même clé",
                differing,
            )
        )
    return found
