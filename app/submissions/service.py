"""The steps of an import: each decision of a person, kept as it is made, so that it may be gone on with on another machine."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from app import files, jobs, journal
from app.datasets import service as datasets
from app.datasets.service import DatasetView
from app.errors import AppError, Conflict, NotFound
from app.file_reading import Chosen, FileRefused, look
from app.i18n import N_
from app.models import Mode, Submission, SubmissionState
from app.settings import get_settings
from app.submissions import queries, returned
from app.submissions.decided import LABEL_MOST
from app.submissions.reading import limits
from importers.detect import Detected
from importers.matching import Matching, match_table
from importers.table import Table, read_table
from schema_loader.errors import TableUnreadable

ADD_TWINS = "add_twins"
"""Where :attr:`Submission.detected` keeps that rows which are there already are added all the same."""
CORRECTED = "corrected"
"""Where :attr:`Submission.summary` keeps that rows were corrected after its counts were made; the next check clears it."""
ROWS_SHOWN = 20_000
"""Faulty rows of one import that a person can look at."""


def receive(
    session: Session, dataset: DatasetView, file_name: str, source: BinaryIO, *, account: int | None
) -> Submission:
    """Keep a file that was sent and find out what it is. Flushes. Raises :class:`FileRefused`, nothing being kept then."""
    datasets.refuse_if_closed(dataset)
    stored = f"import-{secrets.token_hex(12)}"
    try:
        octets, file_hash = files.write_stream(
            dataset.establishment, stored, source, get_settings().max_upload
        )
    except files.TooLarge as too_large:
        raise FileRefused(
            TableUnreadable("file-too-large", limit=get_settings().max_upload >> 20)
        ) from too_large
    try:
        path = files.path_of(dataset.establishment, stored)
        known = queries.memory(session, dataset.establishment, dataset.version_id)
        detected = _found(path, dataset, Chosen(), tuple(known), file_name)
        own = returned.look(session, dataset, path, detected, limits())
        made = Submission(
            establishment_id=dataset.establishment,
            dataset_id=dataset.id,
            account_id=account,
            file_name=_plain_name(file_name),
            stored_name=stored,
            file_hash=file_hash,
            octets=octets,
            detected=_described(detected, None, own),
            mode=Mode.update if dataset.schema.primary_key or (own and own.by_number) else Mode.add,
            key=list(dataset.schema.primary_key),
        )
        session.add(made)
        session.flush()
    except BaseException:
        files.remove(dataset.establishment, stored)
        raise
    return made


def _described(detected: Detected, header_row: int | None, own: returned.Returned | None) -> dict[str, Any]:
    described = {**detected.to_json(), "header_row": header_row}
    if own is not None:
        described[returned.KEY] = own.to_json()
    return described


def _plain_name(name: str) -> str:
    kept = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable())
    return kept[:200] or "fichier"


def _found(
    path: Path, dataset: DatasetView, chosen: Chosen, labels: Sequence[str], name: str = ""
) -> Detected:
    try:
        return look(path, dataset.schema, chosen, name=name, labels=tuple(labels), limits=limits())
    except TableUnreadable as unreadable:
        raise FileRefused(unreadable) from unreadable


def find(session: Session, dataset: DatasetView, submission: int) -> Submission:
    """An import of the dataset. Raises :class:`NotFound`."""
    found = queries.get(session, dataset.establishment, dataset.id, submission)
    if found is None or found.state == SubmissionState.dropped:
        raise NotFound
    return found


def path_of(submission: Submission) -> Path:
    """Where the file lies."""
    return files.path_of(submission.establishment_id, submission.stored_name)


def detected_of(submission: Submission) -> Detected:
    """How the file is read."""
    ours = ("header_row", returned.KEY, ADD_TWINS)
    return Detected.from_json(
        {name: value for name, value in submission.detected.items() if name not in ours}
    )


def table_of(session: Session, dataset: DatasetView, submission: Submission) -> Table:
    """The file as a table, its beginning read. Raises :class:`FileRefused`."""
    known = queries.memory(session, dataset.establishment, dataset.version_id)
    try:
        return read_table(
            path_of(submission),
            detected_of(submission),
            dataset.schema,
            labels=tuple(known),
            header_row=submission.detected.get("header_row"),
            limits=limits(),
        )
    except TableUnreadable as unreadable:
        raise FileRefused(unreadable) from unreadable
    except FileNotFoundError as gone:
        raise AppError(
            N_(
                "Le fichier de cet import n’est plus là : il n’est gardé qu’un temps. Recommencez l’import avec votre fichier."
            )
        ) from gone


def choose_reading(session: Session, dataset: DatasetView, submission: Submission, chosen: Chosen) -> None:
    """Read the file in another way; what was decided of its columns is forgotten. Raises :class:`FileRefused`."""
    refuse_unless_open(submission)
    known = queries.memory(session, dataset.establishment, dataset.version_id)
    detected = _found(path_of(submission), dataset, chosen, tuple(known))
    own = returned.look(session, dataset, path_of(submission), detected, limits())
    if own is not None:
        before = returned.of(submission)
        own = own.decided(file_wins=before.file_wins, erase=before.erase)
    described = _described(detected, chosen.header_row, own)
    if ADD_TWINS in submission.detected:
        described[ADD_TWINS] = submission.detected[ADD_TWINS]
    if described != submission.detected:
        queries.note(
            session,
            submission.establishment_id,
            submission.id,
            detected=described,
            matching=None,
            repairs=[],
            replacements={},
            fixes={},
            summary={},
        )
        session.refresh(submission)


def matching_of(session: Session, dataset: DatasetView, submission: Submission, table: Table) -> Matching:
    """The columns as confirmed, else as proposed."""
    if submission.matching is not None:
        return Matching.from_json(submission.matching)
    known = queries.memory(session, dataset.establishment, dataset.version_id)
    return match_table(dataset.schema, table, known)


def confirm_columns(
    session: Session, dataset: DatasetView, submission: Submission, matching: Matching, *, account: int | None
) -> None:
    """Keep which column is which, remember it for the next file, and have the values read by a job."""
    refuse_unless_open(submission)
    memory = {label[:LABEL_MOST]: field for label, field in matching.memory().items() if label}
    queries.remember(session, dataset.establishment, dataset.version_id, memory)
    queries.note(
        session,
        submission.establishment_id,
        submission.id,
        matching=matching.to_json(),
        repairs=[],
        replacements={},
        fixes={},
        summary={},
    )
    _work(session, submission, "survey", account)


def decide_repairs(
    session: Session,
    dataset: DatasetView,
    submission: Submission,
    decisions: Mapping[str, str],
    *,
    account: int | None,
) -> None:
    """Keep what was said of each proposal: its place in the list → ``accept``, ``refuse``, or an answer to its question.

    An answer makes the values be read again, for the proposal that it gives; else all rows are checked.
    """
    refuse_unless_open(submission)
    kept, asked = [], False
    for place, repair in enumerate(submission.repairs):
        said = decisions.get(str(place), repair.get("said", ""))
        question = repair.get("question")
        if question and said in {choice["answer"] for choice in question["choices"]}:
            asked = True
        kept.append({**repair, "said": said})
    queries.note(session, submission.establishment_id, submission.id, repairs=kept)
    _work(session, submission, "survey" if asked else "check", account)


def answers_of(submission: Submission) -> dict[str, dict[str, str]]:
    """Field → question → answer, of the proposals that were answered; those that an earlier answer gave keep theirs."""
    found: dict[str, dict[str, str]] = {}
    for repair in submission.repairs:
        question, said = repair.get("question"), repair.get("said", "")
        own = found.setdefault(repair["field"], {})
        own.update(repair.get("answers", {}))
        if question and said in {choice["answer"] for choice in question["choices"]}:
            own[question["name"]] = said
    return {field: answers for field, answers in found.items() if answers}


def check_again(session: Session, submission: Submission, *, account: int | None) -> None:
    """Have all rows checked, with what has been corrected."""
    refuse_unless_open(submission)
    _work(session, submission, "check", account)


def is_count_current(dataset: DatasetView, submission: Submission) -> bool:
    """Whether what an import would do is still as it was counted: nothing was corrected since, and no record has changed."""
    summary = submission.summary
    return not summary.get(CORRECTED) and summary.get("revision", dataset.revision) == dataset.revision


def still_faulty(session: Session, submission: Submission) -> int:
    """How many rows have errors now: those that were found, but for the ones that a person has corrected since."""
    found: int = submission.summary["faulty"]
    left = queries.row_count(session, submission.establishment_id, submission.id, "fault")
    return found - min(found, ROWS_SHOWN) + left


def _work(session: Session, submission: Submission, what: str, account: int | None) -> None:
    from app.submissions import work  # which imports this module

    task: Any = {
        "survey": work.survey,
        "check": work.check_rows,
        "accept": work.accept_rows,
        "undo": work.undo_rows,
    }[what]
    state = {"accept": SubmissionState.accepting, "undo": SubmissionState.undoing}.get(
        what, SubmissionState.checking
    )
    job = jobs.enqueue(
        session,
        task,
        establishment=submission.establishment_id,
        account=account,
        lock=f"submission:{submission.establishment_id}:{submission.id}",
        submission=submission.id,
    )
    queries.note(session, submission.establishment_id, submission.id, state=state, job_id=job)
    session.expire(submission)


# --- acceptance -----------------------------------------------------------------------------------------------------


def choose_mode(
    session: Session,
    dataset: DatasetView,
    submission: Submission,
    *,
    mode: Mode,
    key: Sequence[str],
    keep_faulty: bool,
    account: int | None,
    file_wins: bool = False,
    erase: bool = False,
    add_twins: bool = False,
) -> None:
    """Keep how the rows meet the records that are there; what it would do is counted again."""
    refuse_unless_open(submission)
    names = [name for name in key if name in dataset.schema.by_name]
    own = returned.of(submission)
    if mode == Mode.update and not names and not own.by_number:
        raise AppError(
            N_(
                "Pour mettre à jour, il faut une ou plusieurs colonnes qui distinguent chaque ligne, comme un numéro."
            )
        )
    detected = {**submission.detected, ADD_TWINS: add_twins}
    if own.by_number:
        detected[returned.KEY] = own.decided(file_wins=file_wins, erase=erase).to_json()
    queries.note(
        session,
        dataset.establishment,
        submission.id,
        mode=mode,
        key=names,
        keep_faulty=keep_faulty,
        detected=detected,
    )
    session.refresh(submission)
    _work(session, submission, "check", account)


def decide_emptied(
    session: Session, dataset: DatasetView, submission: Submission, *, erase: bool, account: int | None
) -> None:
    """Keep whether cells emptied in a file of ours erase those of their records; what it would do is counted again."""
    refuse_unless_open(submission)
    own = returned.of(submission)
    if not own.by_number:
        raise NotFound
    decided = own.decided(file_wins=own.file_wins, erase=erase).to_json()
    queries.note(
        session,
        dataset.establishment,
        submission.id,
        detected={**submission.detected, returned.KEY: decided},
    )
    session.refresh(submission)
    _work(session, submission, "check", account)


def ask_acceptance(
    session: Session, dataset: DatasetView, submission: Submission, *, sure: bool, account: int | None
) -> None:
    """Have the rows kept by a job. Raises :class:`Conflict` when a replacement empties more than half and nobody said « sure »."""
    datasets.refuse_if_closed(dataset)
    held = queries.locked(session, dataset.establishment, submission.id)
    if held is None:
        raise NotFound
    refuse_unless_open(held)
    if not held.summary.get("counts"):
        raise Conflict(N_("Les lignes n’ont pas encore été vérifiées."))
    counts = held.summary["counts"]
    if halves(counts) and not sure:
        raise Conflict(
            N_(
                "Cet import retirerait plus de la moitié des lignes du jeu de données. Confirmez que c’est bien voulu."
            )
        )
    _work(session, held, "accept", account)
    session.refresh(submission)


def halves(counts: Mapping[str, int]) -> bool:
    """Whether a replacement takes away more than half of what is there."""
    return counts.get("trashed", 0) * 2 > counts.get("records", 0) > 0


def ask_undo(session: Session, dataset: DatasetView, submission: Submission, *, account: int | None) -> None:
    """Have an accepted import taken back by a job. Raises :class:`Conflict` for one that is not accepted."""
    datasets.refuse_if_closed(dataset)
    held = queries.locked(session, dataset.establishment, submission.id)
    if held is None:
        raise NotFound
    if held.state != SubmissionState.accepted:
        raise Conflict(N_("Cet import n’est pas, ou n’est plus, dans le jeu de données."))
    _work(session, held, "undo", account)
    session.refresh(submission)


def drop(session: Session, submission: Submission) -> None:
    """Give an import up before anything was kept of it; the file goes."""
    refuse_unless_open(submission)
    for kind in ("fault", "diff"):
        queries.clear_rows(session, submission.establishment_id, submission.id, kind)
    queries.note(session, submission.establishment_id, submission.id, state=SubmissionState.dropped)
    files.remove(submission.establishment_id, submission.stored_name)


def refuse_unless_open(submission: Submission) -> None:
    """Raises :class:`Conflict` while a job works on the import, and once it is over."""
    if submission.state == SubmissionState.open:
        return
    if submission.state in (SubmissionState.checking, SubmissionState.accepting, SubmissionState.undoing):
        raise Conflict(N_("Un traitement est en cours sur cet import. Attendez qu’il se termine."))
    raise Conflict(N_("Cet import est terminé : il ne se change plus."))


def noted(
    session: Session,
    dataset: DatasetView,
    submission: Submission,
    act: str,
    account: int | None,
    **details: int,
) -> None:
    """An entry of the journal."""
    journal.note(
        session,
        act=act,
        account=account,
        establishment=dataset.establishment,
        subject=f"submission:{dataset.slug}/{submission.id}",
        **details,
    )


def now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)
