"""``tabellion export``: the normalised file of a dataset, written by whoever runs the service."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.cli_service import NOT_DONE, DataDir, establishment_at, settings_of

REFUSED = 1


class ExportFormat(StrEnum):
    """Forms of the file."""

    csv = "csv"
    xlsx = "xlsx"


def export(
    dataset: Annotated[
        str,
        typer.Argument(metavar="ÉTABLISSEMENT/JEU", help="Comme dans l’adresse : valbrune/deliberations."),
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FICHIER", help="Le fichier à écrire ; - : sortie standard."),
    ],
    form: Annotated[ExportFormat, typer.Option("--format", help="Forme du fichier.")] = ExportFormat.csv,
    data_dir: DataDir = None,
) -> None:
    """Écrire les lignes valides d’un jeu de données. Code de sortie : 0 écrit, 1 inconnu, 2 impossible à écrire."""
    with settings_of(data_dir=data_dir) as settings:
        from app import db
        from app.datasets import service as datasets
        from app.errors import NotFound
        from app.i18n import gettext as _
        from app.i18n import ngettext
        from app.records.export import service
        from app.tenancy import Role, Scope
        from exporters.about import About

        place, _slash, slug = dataset.strip("/").partition("/")
        try:
            with establishment_at(settings, place) as (establishment, _url):
                scope = Scope.of(establishment, Role.reader, account=None)
                with db.in_transaction(scope, read_only=True) as session:
                    view = datasets.find(session, establishment, slug)
                    outcome = service.outcome(session, view)
                    chunks = (
                        service.csv_chunks(session, view)
                        if form is ExportFormat.csv
                        else service.xlsx_chunks(session, view, About(title=view.title, lang=settings.lang))
                    )
                    service.write(output, chunks)
        except NotFound as missing:
            print(
                _("Aucun jeu de données à l’adresse {address}.", address=f"/e/{place}/{slug}/"),
                file=sys.stderr,
            )
            raise typer.Exit(REFUSED) from missing
        except OSError as error:
            words = _("Le fichier {file} ne s’écrit pas : {why}", file=str(output), why=error.strerror or "")
            print(words, file=sys.stderr)
            raise typer.Exit(NOT_DONE) from error
        print(ngettext("{n} ligne écrite.", "{n} lignes écrites.", outcome.exported), file=sys.stderr)
        if outcome.left_out:
            left = ngettext(
                "{n} ligne à corriger n’y est pas.", "{n} lignes à corriger n’y sont pas.", outcome.left_out
            )
            print(left, file=sys.stderr)
