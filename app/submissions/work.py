"""What jobs do for imports: read the values, check the rows, keep them, take them back. Each may be begun again at any moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import pyarrow as pa
from procrastinate.exceptions import JobAborted
from sqlalchemy.orm import Session

from app.datasets import service as datasets
from app.datasets.service import DatasetView
from app.errors import NotFound
from app.i18n import N_
from app.jobs import Job, task
from app.models import Mode, Submission, SubmissionState
from app.records import service as records
from app.records.judge import stored_faults
from app.submissions import accept, check, decided, intake, kinds, numbered, queries, returned, service, undo
from app.submissions.accept import Wanted
from app.submissions.check import Checked
from importers.table import Table
from schema_loader.errors import CellError, TableUnreadable
from schema_loader.repair import ColumnProposal, Swapper, axes_of, propose_column, second_look

DISTINCT_MOST = 100_000
"""Distinct texts of a column that repairs are proposed for."""
DIFFS = 2_000


def found(session: Session, job: Job, submission: int) -> tuple[DatasetView, Submission]:
    """The import of a job, held until its transaction ends, and its dataset."""
    held = queries.locked(session, job.establishment, submission)
    if held is None:
        raise NotFound
    return datasets.find_by_id(session, job.establishment, held.dataset_id), held


@contextmanager
def held_by(job: Job, submission: int, state: SubmissionState, otherwise: SubmissionState) -> Iterator[None]:
    """While a job works: should it fail, the import goes back to where a person may act. A job that is put off keeps it."""
    try:
        yield
    except JobAborted:
        raise  # the service stops: the job begins again later
    except (service.FileRefused, TableUnreadable) as refused:
        unreadable = refused.unreadable if isinstance(refused, service.FileRefused) else refused
        told = {"unreadable": {"code": unreadable.code, "params": dict(unreadable.params)}}
        _give_back(job, submission, state, otherwise, summary=told)
        raise
    except Exception:
        _give_back(job, submission, state, otherwise)
        raise


def _give_back(job: Job, submission: int, was: SubmissionState, now: SubmissionState, **values: Any) -> None:
    with job.transaction() as session:
        held = queries.locked(session, job.establishment, submission)
        if held is not None and held.state == was:
            queries.note(session, job.establishment, submission, state=now, **values)


def begun(job: Job, message: str) -> None:
    """Say at once what a job does: whoever waits for it sees that it has its turn."""
    job.progress(0, 0, message)


@task("submissions.survey", lane="default")
def survey(job: Job, submission: int) -> None:
    """Read every value of the file and propose repairs; then check the rows, if there is nothing to ask."""
    with held_by(job, submission, SubmissionState.checking, SubmissionState.open):
        begun(job, N_("lecture du fichier"))
        with job.transaction(read_only=True) as session:
            dataset, held = _read(session, job, submission)
            table = service.table_of(session, dataset, held)
            session.expunge(held)
        repairs = proposals(dataset, table, held, job)
        with job.transaction() as session:
            dataset, held = found(session, job, submission)
            if held.state != SubmissionState.checking:
                return
            values: dict[str, Any] = {"repairs": repairs}
            if any(not repair["said"] for repair in repairs):
                values["state"] = SubmissionState.open
            queries.note(session, job.establishment, submission, **values)
        if all(repair["said"] for repair in repairs):
            _check(job, submission)


def _read(session: Session, job: Job, submission: int) -> tuple[DatasetView, Submission]:
    held = session.get(Submission, (job.establishment, submission))
    if held is None:
        raise NotFound
    return datasets.find_by_id(session, job.establishment, held.dataset_id), held


def proposals(
    dataset: DatasetView, table: Table, held: Submission, job: Job | None = None
) -> list[dict[str, Any]]:
    """Repairs for the columns of a file, by column and by kind, as JSON; safe ones first."""
    plan = decided.plan_of(dataset, held)
    swappers = [Swapper(axes) for axes in axes_of(dataset.schema) if plan.columns.keys() >= set(axes)]
    counts = distinct_texts(dataset, table, plan, job, swappers)
    answers = service.answers_of(held)
    said = {(one["field"], one["kind"], one["status"]): one.get("said", "") for one in held.repairs}
    groups: list[ColumnProposal] = []
    for field in dataset.schema.fields:
        own = counts.get(field.name)
        if own:
            groups += propose_column(field, own, dataset.schema, **answers.get(field.name, {}))
            groups += second_look(field, own, dataset.schema, **answers.get(field.name, {}))
    groups += [found for swapper in swappers if (found := swapper.proposal()) is not None]
    order = {"safe": 0, "ask": 1, "near": 2, "beyond": 3}
    groups.sort(key=lambda group: order[group.status])
    return [
        {
            **group.to_json(),
            "answers": answers.get(group.field, {}),
            "said": _said(group, said, answers),
        }
        for group in groups
    ]


def _said(
    group: ColumnProposal,
    said: Mapping[tuple[str, str, str], str],
    answers: Mapping[str, Mapping[str, str]],
) -> str:
    """What the person has said of a proposal already; that which an answer of theirs has just given is accepted by it."""
    before = said.get((group.field, group.kind, group.status))
    if before is not None:
        return before if group.question is None else ""
    decided = set(group.decisions.items()) & set(answers.get(group.field, {}).items())
    return "accept" if decided and group.status in ("safe", "near") else ""


def distinct_texts(
    dataset: DatasetView,
    table: Table,
    plan: intake.Plan,
    job: Job | None = None,
    swappers: Sequence[Swapper] = (),
) -> dict[str, Counter[str]]:
    """Field → how many cells hold each text, for the columns of the file; a column of too many texts keeps the first.

    ``swappers`` count their rows on the way.
    """
    bare = intake.Plan(columns=plan.columns, left_out=plan.left_out)
    return _counted(dataset, intake.read(dataset.schema, table, bare), bare, job, swappers)


def _counted(
    dataset: DatasetView,
    batches: Any,
    plan: intake.Plan,
    job: Job | None,
    swappers: Sequence[Swapper] = (),
) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {name: Counter() for name in plan.columns}
    names = dataset.schema.field_names
    read = 0
    for taken in batches:
        for swapper in swappers:
            swapper.count(*(taken.columns[names.index(name)].to_pylist() for name in swapper.axes))
        for field, column in zip(dataset.schema.fields, taken.columns, strict=True):
            own = counts.get(field.name)
            if own is None or len(own) >= DISTINCT_MOST:
                continue
            pairs: pa.StructArray = column.value_counts()
            own.update(
                dict(zip(pairs.field("values").to_pylist(), pairs.field("counts").to_pylist(), strict=True))
            )
        read += len(taken.rows)
        if job is not None:
            job.progress(read, None, N_("{done} lignes lues"))
    return counts


@task("submissions.check", lane="default")
def check_rows(job: Job, submission: int) -> None:
    """Check every row with what was decided, keep those to look at, and count what acceptance would do."""
    with held_by(job, submission, SubmissionState.checking, SubmissionState.open):
        begun(job, N_("lecture du fichier"))
        _check(job, submission)


def _check(job: Job, submission: int) -> None:
    with job.transaction(read_only=True) as session:
        dataset, held = _read(session, job, submission)
        checked = _checked(session, dataset, held, job)
    with job.transaction() as session:
        dataset, held = found(session, job, submission)
        if held.state != SubmissionState.checking:
            return
        wanted = wanted_of(held)
        counts, diffs = accept.foresee(
            session,
            dataset,
            checked,
            wanted,
            diffs=DIFFS,
            on_progress=lambda rows: _compared(job, rows, checked.rows),
        )
        keep_rows(session, dataset, held, checked, diffs)
        summary: dict[str, Any] = {
            **summary_of(checked),
            "counts": asdict(counts),
            "kinds": kinds.gathered(checked, service.ROWS_SHOWN),
            "revision": dataset.revision,
        }
        if counts.both:
            summary["both"] = numbered.both_changed(session)
        if counts.emptied:
            summary["emptied"] = numbered.emptied(session)
        queries.note(session, job.establishment, submission, summary=summary, state=SubmissionState.open)


def _compared(job: Job, rows: int, total: int) -> None:
    if rows < total:
        job.progress(rows, total, N_("{done} lignes sur {total} comparées à celles du jeu de données"))
    else:
        job.progress(rows, rows, N_("toutes les lignes sont comparées, reste à compter ce qui change"))


def _checked(session: Session, dataset: DatasetView, held: Submission, job: Job) -> Checked:
    table = service.table_of(session, dataset, held)
    return check.check(
        dataset.schema,
        table,
        decided.plan_of(dataset, held),
        references=records.references(session, dataset),
        on_progress=lambda rows: job.progress(rows, None, N_("{done} lignes vérifiées")),
    )


def wanted_of(held: Submission) -> Wanted:
    """What the person asked for."""
    return Wanted(
        Mode(held.mode),
        tuple(held.key),
        held.keep_faulty,
        returned.of(held),
        decided.columns_of(held),
        not held.detected.get(service.ADD_TWINS, False),
    )


def summary_of(checked: Checked) -> dict[str, int]:
    """Rows, cells and faults of a check."""
    blank = sum(errors[0].code == "blank-row" for errors in checked.errors.values())
    return {
        "rows": checked.rows - blank,
        "faulty": len(checked.errors) - blank,
        "cells": checked.cells,
        "faulty_cells": checked.faulty_cells,
        "errors": sum(map(len, checked.errors.values())),
    }


def keep_rows(
    session: Session,
    dataset: DatasetView,
    held: Submission,
    checked: Checked,
    diffs: list[accept.Diff],
) -> None:
    """Keep the first faulty rows, and the first that change a record, for a person to look at."""
    place = {"establishment_id": held.establishment_id, "submission_id": held.id}
    for kind in ("fault", "diff"):
        queries.clear_rows(session, held.establishment_id, held.id, kind)
    wanted = {
        number: errors
        for number, errors in checked.errors.items()
        if errors and errors[0].code != "blank-row"
    }
    numbers = set(sorted(wanted)[: service.ROWS_SHOWN])
    if numbers:
        for taken in checked.batches():
            places = [n for n, number in enumerate(taken.rows.tolist()) if number in numbers]
            if not places:
                continue
            texts = [column.take(pa.array(places)).to_pylist() for column in taken.columns]
            queries.add_rows(
                session,
                [
                    {
                        **place,
                        "kind": "fault",
                        "row_number": int(taken.rows[at]),
                        "cells": _cells(dataset, [column[n] for column in texts]),
                        "faults": _faults(wanted[int(taken.rows[at])]),
                    }
                    for n, at in enumerate(places)
                ],
            )
    queries.add_rows(
        session,
        [
            {
                **place,
                "kind": "diff",
                "row_number": row_number,
                "number": number,
                "before": dict(before),
                "cells": dict(after),
            }
            for row_number, number, before, after in diffs
        ],
    )


def _cells(dataset: DatasetView, texts: list[str]) -> dict[str, str]:
    return {
        field.name: text.replace("\0", "\ufffd")
        for field, text in zip(dataset.schema.fields, texts, strict=True)
        if text
    }


def _faults(errors: list[CellError]) -> list[dict[str, Any]]:
    return [
        {**fault, "params": {"row": fault["params"]["row"]} if "row" in fault["params"] else {}}
        for fault in stored_faults(errors) or ()
    ]


@task("submissions.accept", lane="default")
def accept_rows(job: Job, submission: int) -> None:
    """Keep the rows, all of them or none; killed at any moment and begun again, it does so once."""
    with held_by(job, submission, SubmissionState.accepting, SubmissionState.open):
        begun(job, N_("lecture du fichier, avant d’enregistrer ses lignes"))
        with job.transaction(read_only=True) as session:
            dataset, held = _read(session, job, submission)
            if held.state != SubmissionState.accepting:
                return
            checked = _checked(session, dataset, held, job)
        with job.transaction() as session:
            dataset, held = found(session, job, submission)
            if held.state != SubmissionState.accepting:
                return
            wanted = wanted_of(held)
            total = checked.rows
            counts = accept.accept(
                session,
                dataset,
                checked,
                wanted,
                submission=submission,
                account=job.account,
                on_progress=lambda rows: job.progress(
                    rows, max(rows, total), N_("{done} lignes enregistrées sur {total}")
                ),
            )
            for kind in ("fault", "diff"):
                queries.clear_rows(session, job.establishment, submission, kind)
            queries.note(
                session,
                job.establishment,
                submission,
                state=SubmissionState.accepted,
                accepted_at=service.now(),
                accepted_by=job.account,
                summary={**held.summary, **summary_of(checked), "counts": asdict(counts)},
            )
            service.noted(
                session,
                dataset,
                held,
                "submission.accepted",
                job.account,
                added=counts.added,
                changed=counts.changed,
                trashed=counts.trashed,
            )


@task("submissions.undo", lane="default")
def undo_rows(job: Job, submission: int) -> None:
    """Take an import back, but for the records that were changed since."""
    with (
        held_by(job, submission, SubmissionState.undoing, SubmissionState.accepted),
        job.transaction() as session,
    ):
        begun(job, N_("recherche des lignes que cet import a changées"))
        dataset, held = found(session, job, submission)
        if held.state != SubmissionState.undoing:
            return
        undone = undo.undo(session, dataset, submission=submission, account=job.account)
        queries.note(
            session,
            job.establishment,
            submission,
            state=SubmissionState.undone,
            undone_at=service.now(),
            summary={**held.summary, "undone": {**asdict(undone), "conflicts": list(undone.conflicts)}},
        )
        service.noted(session, dataset, held, "submission.undone", job.account, removed=undone.removed)
