"""The publication of the demonstration: what its people would say of a dataset, then a version, its files left to the worker."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from app.datasets.service import DatasetView
from app.publications import preview, service
from app.publications.personal import Said
from app.publications.sheet import Sheet, keep, with_coverage

SAID = Sheet(
    resume=(
        "Les délibérations du conseil municipal de Valbrune, une commune inventée : objet, date, matière et votes. "
        "Chaque ligne est une délibération rendue exécutoire."
    ),
    fichier="Une ligne pour chaque délibération",
    licence="lov2",
    frequence="quarterly",
    mots="délibérations, conseil municipal",
    granularite="fr:commune",
)


def publish(session: Session, dataset: DatasetView, *, account: int | None) -> None:
    """Say what there is to say, answer what is asked, and publish."""
    seen = preview.make(session, dataset)
    answers = dict.fromkeys(seen.personal, str(Said.ALLOWED))
    typed = with_coverage(session, dataset, replace(SAID, answers=answers))
    keep(session, dataset, typed, seen.personal, account=account)
    service.publish_now(session, dataset, account=account)
