"""The synchronisation of the catalogue as a job: a file is fetched for each schema, which takes minutes."""

from __future__ import annotations

from app import db, jobs
from app.catalog import service
from app.catalog.service import SyncReport
from app.errors import AppError
from app.fetch import fetch
from app.i18n import N_
from app.tenancy import Scope
from schema_loader.catalogue import Catalogue, read_catalogue
from schema_loader.errors import SchemaRefused

NATIONAL = "https://schema.data.gouv.fr/schemas/schemas.json"
FAULTS_KEPT = 50


def open_catalogue(source: str) -> Catalogue:
    """The entries of the ``schemas.json`` of an address. Raises :class:`app.errors.AppError` with what to do."""
    try:
        return read_catalogue(fetch(source).data)
    except SchemaRefused as refused:
        raise AppError(
            N_(
                "Ce que donne {address} n’est pas un catalogue de schémas. Donnez l’adresse d’un fichier schemas.json, comme celui "
                "de schema.data.gouv.fr."
            ),
            status=422,
            address=source,
        ) from refused


@jobs.task("catalogue.synchronise", lane="default")
def synchronise_catalogue(job: jobs.Job, source: str, every_version: bool = False) -> None:
    """Take in what a catalogue lists. Begun again, it goes on with what is missing."""
    report = service.synchronise(
        open_catalogue(source),
        source,
        transaction=lambda: db.in_transaction(Scope.job()),
        fetch=lambda url: fetch(url).data,
        every_version=every_version,
        account=job.account,
        progress=lambda done, total: job.progress(done, total, N_("{done} schémas lus sur {total}")),
    )
    job.leave(**summary(report))


def summary(report: SyncReport) -> dict[str, object]:
    """What is left for the page: counts, and the first of what could not be taken."""
    return {
        "added": len(report.added),
        "known": report.known,
        "others": report.others,
        "faults": report.faults[:FAULTS_KEPT],
        "fault_count": len(report.faults),
    }
