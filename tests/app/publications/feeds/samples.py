"""Published datasets, as a feed tells them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from app.publications.feeds.data import FeedCatalogue, FeedDataset, FeedDistribution, FeedPublisher
from app.publications.portals.base import Contact, Coverage, SchemaRef

SITE = "https://tabellion.example/donnees"
MODIFIED = datetime(2026, 2, 3, 9, 30, tzinfo=UTC)
PUBLISHER = FeedPublisher(
    "Commune de Rezé",
    f"{SITE}/reze",
    "21440143200015",
    Contact("Service des assemblées", "assemblees@mairie.example"),
)
CATALOGUE = FeedCatalogue(
    f"{SITE}/reze", "Données de Rezé", "Ce que publie la commune de Rezé.", PUBLISHER, MODIFIED
)
SCHEMA = "https://schema.data.gouv.fr/schemas/scdl/deliberations/2.1.5/schema.json"


def a_dataset(n: int = 1, **changes: object) -> FeedDataset:
    page = f"{SITE}/reze/deliberations-{n}"
    facts: dict[str, object] = {
        "identifier": f"21440143200015/deliberations-{n}",
        "page": page,
        "title": f"Délibérations {n}",
        "description": 'Les délibérations « du conseil » :\n\tl\'objet, le vote, et le "texte" \\ PDF.',
        "publisher": PUBLISHER,
        "issued": datetime(2025, 1, 15, 8, tzinfo=UTC),
        "modified": MODIFIED,
        "distributions": (
            FeedDistribution(
                f"{page}/latest.csv",
                "Délibérations (CSV)",
                MODIFIED,
                12_345,
                "ab" * 32,
                "Une ligne pour chaque délibération.",
            ),
        ),
        "keywords": ("délibérations", "conseil municipal"),
        "licence": "lov2",
        "frequency": "quarterly",
        "coverage": Coverage(date(2025, 1, 1), date(2025, 12, 31)),
        "place": "Rezé",
        "zones": ("fr:commune:44143",),
        "granularity": "fr:commune",
        "schema": SchemaRef("scdl/deliberations", "2.1.5", SCHEMA),
    }
    return FeedDataset(**{**facts, **changes})  # type: ignore[arg-type]


def many(count: int) -> Iterator[FeedDataset]:
    return (a_dataset(n) for n in range(count))
