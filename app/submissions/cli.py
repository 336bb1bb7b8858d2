"""``tabellion import``: a file brought into a dataset by whoever runs the service, through the same steps as in the pages."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli_service import NOT_DONE, DataDir, establishment_at, settings_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.datasets.service import DatasetView

REFUSED = 1


class ImportMode(StrEnum):
    """What becomes of the lines that are there."""

    add = "add"
    update = "update"
    replace = "replace"


class AnswerFormat(StrEnum):
    """Forms of the answer."""

    text = "text"
    json = "json"


def import_file(
    file: Annotated[
        Path, typer.Argument(metavar="FICHIER", help="Texte (CSV) ou classeur (XLSX, XLS, ODS).")
    ],
    to: Annotated[
        str,
        typer.Option(
            "--to", metavar="ÉTABLISSEMENT/JEU", help="Comme dans l’adresse : valbrune/subventions."
        ),
    ],
    sheet: Annotated[
        str | None, typer.Option("--sheet", metavar="NOM|NUMÉRO", help="Feuille du classeur.")
    ] = None,
    maps: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="COLONNE=CHAMP", help="Colonne du fichier qui va dans un champ ; à répéter."
        ),
    ] = None,
    keys: Annotated[
        list[str] | None,
        typer.Option("--key", metavar="CHAMP", help="Champ qui désigne une ligne déjà là ; à répéter."),
    ] = None,
    mode: Annotated[
        ImportMode | None, typer.Option("--mode", help="Ajouter, mettre à jour ou remplacer.")
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Accepter les écritures sûres (dates, montants, codes).")
    ] = False,
    leave_faulty: Annotated[
        bool,
        typer.Option(
            "--leave-faulty", help="Laisser de côté les lignes fautives, au lieu de les garder à corriger."
        ),
    ] = False,
    add_twins: Annotated[
        bool,
        typer.Option(
            "--add-twins", help="Ajouter aussi les lignes qui sont déjà là, au lieu de les laisser de côté."
        ),
    ] = False,
    sure: Annotated[
        bool, typer.Option("--yes", help="Confirmer un remplacement qui retire plus de la moitié des lignes.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Compter seulement, sans rien garder.")] = False,
    form: Annotated[AnswerFormat, typer.Option("--format", help="Forme de la réponse.")] = AnswerFormat.text,
    data_dir: DataDir = None,
) -> None:
    """Importer un fichier dans un jeu de données. Code de sortie : 0 importé, 1 refusé, 2 fichier ou jeu introuvable."""
    with settings_of(data_dir=data_dir) as settings:
        from app.errors import AppError, CannotStart, NotFound
        from app.i18n import gettext as _

        place, _slash, slug = to.strip("/").partition("/")
        if not file.is_file():
            _stop(_("Le fichier {file} n’est pas là.", file=str(file)), NOT_DONE)
        try:
            with establishment_at(settings, place, connections=2) as (establishment, _url):
                wanted = _Wanted(
                    file,
                    sheet,
                    tuple(maps or ()),
                    tuple(keys or ()),
                    mode,
                    repair,
                    not leave_faulty,
                    sure,
                    dry_run,
                    add_twins,
                )
                answer = _run(establishment, slug, wanted)
        except NotFound:
            _stop(_("Aucun jeu de données à l’adresse {address}.", address=f"/e/{place}/{slug}/"), NOT_DONE)
        except CannotStart:
            raise  # nothing was done, and nothing refused
        except AppError as refused:
            _stop(refused.text(), REFUSED)
        if form is AnswerFormat.json:
            print(json.dumps(answer, ensure_ascii=False))
        else:
            for line in _sentences(answer):
                print(line)


class _Wanted:
    """What the command was asked."""

    def __init__(
        self,
        file: Path,
        sheet: str | None,
        maps: tuple[str, ...],
        keys: tuple[str, ...],
        mode: ImportMode | None,
        repair: bool,
        keep_faulty: bool,
        sure: bool,
        dry_run: bool,
        add_twins: bool,
    ) -> None:
        self.file, self.sheet, self.maps, self.keys, self.mode = file, sheet, maps, keys, mode
        self.repair, self.keep_faulty, self.sure, self.dry_run = repair, keep_faulty, sure, dry_run
        self.add_twins = add_twins


def _run(establishment: int, slug: str, wanted: _Wanted) -> dict[str, Any]:
    from app import db, files
    from app.datasets import service as datasets
    from app.tenancy import Scope

    with db.in_transaction(Scope.job(establishment)) as session:
        dataset = datasets.find(session, establishment, slug)
        answer, stored = _import(session, dataset, wanted)
        if wanted.dry_run:
            session.rollback()
            files.remove(establishment, stored)
    return answer


def _import(session: Session, dataset: DatasetView, wanted: _Wanted) -> tuple[dict[str, Any], str]:
    from dataclasses import asdict

    from app.errors import AppError
    from app.file_reading import Chosen, with_pairs
    from app.i18n import N_
    from app.models import Mode, SubmissionState
    from app.records import service as records
    from app.submissions import accept, check, decided, kinds, queries, returned, service, work
    from app.submissions.accept import Wanted
    from importers.matching import Matching

    with wanted.file.open("rb") as source:
        held = service.receive(session, dataset, wanted.file.name, source, account=None)
    if wanted.sheet is not None:
        service.choose_reading(session, dataset, held, Chosen(sheet=wanted.sheet))
    table = service.table_of(session, dataset, held)
    matching: Matching = service.matching_of(session, dataset, held, table)
    matching = with_pairs(dataset.schema, matching, wanted.maps)
    for name in wanted.keys:
        if name not in dataset.schema.by_name:
            raise AppError(N_("Le modèle n’a pas de champ « {name} »."), name=name)
    key = list(wanted.keys) or list(dataset.schema.primary_key)
    own = returned.of(held)
    mode = Mode(wanted.mode) if wanted.mode is not None else Mode.update if key or own.by_number else Mode.add
    if mode == Mode.update and not (key or own.by_number):
        raise AppError(N_("Pour mettre à jour, dites avec --key ce qui désigne une ligne."))
    queries.note(
        session,
        dataset.establishment,
        held.id,
        matching=matching.to_json(),
        mode=mode,
        key=key,
        keep_faulty=wanted.keep_faulty,
    )
    session.refresh(held)
    repairs = work.proposals(dataset, table, held)
    for one in repairs:
        one["said"] = "accept" if wanted.repair and one["status"] == "safe" else "refuse"
    queries.note(session, dataset.establishment, held.id, repairs=repairs)
    session.refresh(held)
    checked = check.check(
        dataset.schema, table, decided.plan_of(dataset, held), references=records.references(session, dataset)
    )
    asked = Wanted(mode, tuple(key), wanted.keep_faulty, own, decided.columns_of(held), not wanted.add_twins)
    accept.lock(session, dataset)
    counts, _diffs = accept.foresee(session, dataset, checked, asked)
    if service.halves(asdict(counts)) and not (wanted.sure or wanted.dry_run):
        raise AppError(
            N_(
                "Cet import retirerait plus de la moitié des lignes du jeu de données. Ajoutez --yes si c’est bien voulu."
            )
        )
    if not wanted.dry_run:
        counts = accept.accept(session, dataset, checked, asked, submission=held.id, account=None)
    summary = {
        **work.summary_of(checked),
        "counts": asdict(counts),
        "kinds": kinds.gathered(checked, service.ROWS_SHOWN),
    }
    if not wanted.dry_run:
        queries.note(
            session,
            dataset.establishment,
            held.id,
            state=SubmissionState.accepted,
            accepted_at=service.now(),
            summary=summary,
        )
        service.noted(session, dataset, held, "submission.accepted", None, added=counts.added)
    answer = {
        "file": wanted.file.name,
        "dryRun": wanted.dry_run,
        "mode": str(mode),
        "key": key,
        "columns": {match.field: match.label for match in matching.matches if match.column is not None},
        "ignored": list(matching.ignored_labels),
        "missing": list(matching.missing),
        "repairs": [
            {name: one[name] for name in ("field", "kind", "status", "cells")}
            | {"accepted": one["said"] == "accept"}
            for one in repairs
        ],
        **summary,
    }
    return answer, held.stored_name


def _sentences(answer: dict[str, Any]) -> list[str]:
    from app.i18n import gettext as _
    from app.i18n import ngettext
    from app.submissions.pages import sentences

    lines = [
        ngettext("{n} ligne lue.", "{n} lignes lues.", answer["rows"]),
        *sentences(answer["counts"]),
    ]
    if answer["ignored"]:
        lines.append(_("Colonnes gardées à côté : {names}", names=", ".join(answer["ignored"])))
    proposed = sum(
        one["cells"] for one in answer["repairs"] if not one["accepted"] and one["status"] == "safe"
    )
    if proposed:
        lines.append(
            ngettext(
                "{n} valeur pourrait être écrite comme le modèle le demande : ajoutez --repair.",
                "{n} valeurs pourraient être écrites comme le modèle le demande : ajoutez --repair.",
                proposed,
            )
        )
    if answer["dryRun"]:
        lines.append(_("Rien n’a été gardé : c’était un essai."))
    return lines


def _stop(words: str, code: int) -> None:
    print(words, file=sys.stderr)
    raise typer.Exit(code)
