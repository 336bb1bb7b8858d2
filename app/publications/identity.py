"""What a published dataset is called for good, here, at the portals and in the feeds: the same everywhere."""

from __future__ import annotations

from app.publications.portals.base import SchemaRef
from app.settings import get_settings

NATIONAL = "https://schema.data.gouv.fr/"
SCDL = "scdl/"
"""The schemas of the Socle commun that come with the service: the national catalogue has them under the same names."""


def identifier(number: str, slug: str) -> str:
    """``21440143200015/deliberations``: the SIRET of who publishes, else its SIREN or its address, and the dataset's address, which
    never changes."""
    return f"{number}/{slug}"


def place_path(place: str) -> str:
    """The path of an establishment's public page, without a slash at the end."""
    return f"/donnees/{place}"


def dataset_path(place: str, slug: str) -> str:
    """The path of a dataset's public page, without a slash at the end."""
    return f"/donnees/{place}/{slug}"


def latest_path(place: str, slug: str, form: str = "csv") -> str:
    """The path of the current file in a format, for good."""
    return f"{dataset_path(place, slug)}/latest.{form}"


def version_path(place: str, slug: str, number: int, form: str = "csv") -> str:
    """The path of the file of one version in a format, for good."""
    return f"{dataset_path(place, slug)}/versions/{number}.{form}"


def schema_ref(key: str, version: str, source: str) -> SchemaRef:
    """How others know a schema of the catalogue: by its address in the national one where it comes from there, else by its
    address here. ``source``: where the catalogue read it."""
    if source.startswith(NATIONAL) or key.startswith(SCDL):
        return SchemaRef(key, version, f"{NATIONAL}schemas/{key}/{version}/schema.json")
    return SchemaRef("", "", f"{get_settings().public_url}/modeles/{key}/schema.json?version={version}")
