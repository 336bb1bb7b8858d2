"""A town that publishes its deliberations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from app.models import Dataset, Establishment, SchemaVersion
from app.publications.public import beside
from schema_loader.compile import compile_schema
from tests.app.publications import made
from tests.factories import Make

CELLS = {
    "COLL_NOM": "Rezé",
    "COLL_SIRET": "21440143200015",
    "DELIB_ID": "2025-{n}",
    "DELIB_DATE": "2025-{month:02d}-12",
    "DELIB_MATIERE_CODE": "1.1",
    "DELIB_MATIERE_NOM": "Commande publique/Marchés publics",
    "DELIB_OBJET": "Travaux de l’école n° {n}",
    "VOTE_EFFECTIF": "35",
    "VOTE_REEL": "33",
}


@dataclass(slots=True)
class Town:
    """``publish(rows)`` adds a version of its dataset."""

    make: Make
    place: Establishment
    dataset: Dataset
    version: SchemaVersion
    path: str
    count: int = 0

    def publish(self, rows: list[dict[str, str]] | None = None, **facts: Any) -> Any:
        self.count += 1
        told = made.rows_of(self.version, *(rows if rows is not None else some(3)))
        return made.publish(
            self.make, self.place, self.dataset, self.version, told, **{"number": self.count, **facts}
        )

    def prepare(self, number: int = 1) -> None:
        """Write what lies beside the reference of a version."""
        stored = f"publication-{self.dataset.id}-{number}.csv"
        beside.prepare(self.place.id, stored, "csv", compile_schema(self.version.descriptor))


def some(count: int, **cells: str) -> list[dict[str, str]]:
    """Rows that differ by their number and their month."""
    return [
        {name: text.format(n=n, month=n % 12 + 1) for name, text in {**CELLS, **cells}.items()}
        for n in range(1, count + 1)
    ]


@pytest.fixture
def town(make: Make, data_dir: Any) -> Town:
    place = make.establishment(slug="reze", name="Commune de Rezé", siren="214401432", siret="21440143200015")
    version = make.schema()
    dataset = make.dataset(place, version, slug="deliberations", title="Délibérations")
    return Town(make, place, dataset, version, "/donnees/reze/deliberations")
