"""One portal of each kind, as the tests of the sequence ask it: what to open, what to send, what must be there at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from app.publications.portals.base import Contact, Coverage, Metadata, Portal, PortalFile, SchemaRef
from app.publications.portals.ckan import Ckan
from app.publications.portals.datagouv import DataGouv
from app.publications.portals.http import Patience
from app.publications.portals.opendatasoft import Opendatasoft
from tests.app.publications.portals import ckan_site, opendatasoft_site
from tests.app.publications.portals.ckan_site import CkanSite
from tests.app.publications.portals.opendatasoft_site import OpendatasoftSite
from tests.app.publications.portals.site import Site
from tests.app.publications.portals.udata_site import KEY, ORG, UdataSite

QUICK = Patience(connect=2, read=1, write=2, answer=4)

METADATA = Metadata(
    identifier="21440143200015/deliberations",
    name="deliberations-reze",
    title="Délibérations du conseil municipal de Rezé",
    description="Les délibérations adoptées par le conseil municipal. " * 4,
    organisation=ORG,
    licence="lov2",
    frequency="quarterly",
    tags=("délibérations", "conseil municipal"),
    coverage=Coverage(date(2025, 1, 1), date(2025, 12, 31)),
    zones=("fr:commune:44143",),
    granularity="fr:commune",
    place="Rezé",
    schema=SchemaRef("scdl/deliberations", "2.1.5", "https://schema.example/deliberations/2.1.5/schema.json"),
    contact=Contact("Service des assemblées", "assemblees@mairie.example"),
    publisher="Commune de Rezé",
    landing_page="https://tabellion.example/donnees/reze/deliberations",
)


def a_file(folder: Path, rows: int = 3, name: str = "deliberations.csv") -> PortalFile:
    path = folder / f"{rows}-{name}"
    path.write_text("COLL_NOM,DELIB_ID\n" + "".join(f"Rezé,2025-{n:03}\n" for n in range(rows)), "utf-8")
    return PortalFile.of(path, name, "Délibérations (CSV)", description="Une ligne pour chaque délibération.")


@dataclass
class Held:
    """What a portal shows at the end, in the words of all."""

    datasets: int
    resources: int
    content: bytes
    title: str
    description: str
    file_title: str
    file_description: str
    tags: set[str]
    licence: str
    coverage: str
    schema: Any
    public: bool


@dataclass
class Case:
    """``held``: what people find at the portal; ``uploads``: how many times a file was taken in."""

    site: Site
    open: Callable[[], Portal]
    metadata: Metadata
    held: Callable[[], Held]
    uploads: Callable[[], int]
    edit: Callable[[], None]
    """Somebody changes the title at the portal."""
    erase: Callable[[], None]
    """Somebody deletes the dataset at the portal."""
    tags: frozenset[str] = frozenset({"délibérations", "conseil municipal"})
    """The key words as this portal keeps them."""
    names_files: bool = True
    """Whether readers see a title and a description of the file."""


def datagouv() -> Case:
    site = UdataSite()

    def held() -> Held:
        (dataset,) = site.live()
        (resource,) = dataset["resources"]
        coverage = dataset["temporal_coverage"] or {"start": "", "end": ""}
        return Held(
            len(site.live()),
            len(dataset["resources"]),
            site.stored[resource["url"]],
            dataset["title"],
            dataset["description"],
            resource["title"],
            resource["description"] or "",
            set(dataset["tags"]),
            dataset["license"],
            f"{coverage['start']}/{coverage['end']}",
            resource["schema"],
            not dataset["private"],
        )

    def edit() -> None:
        site.live()[0]["title"] = "Un autre titre"

    def erase() -> None:
        site.live()[0]["deleted"] = "2026-01-01"

    return Case(
        site,
        lambda: DataGouv(KEY, site=site.url, patience=QUICK, allow_private=True),
        METADATA,
        held,
        lambda: len(site.calls("POST", r"upload/$")),
        edit,
        erase,
        frozenset({"deliberations", "conseil-municipal"}),
    )


def ckan() -> Case:
    site = CkanSite()

    def held() -> Held:
        (package,) = site.live()
        (resource,) = package["resources"]
        extras = {one["key"]: one["value"] for one in package["extras"]}
        return Held(
            len(site.live()),
            len(package["resources"]),
            site.content[resource["id"]],
            package["title"],
            package["notes"],
            resource["name"],
            resource["description"],
            {one["name"] for one in package["tags"]},
            package["license_id"],
            f"{extras['temporal_start']}/{extras['temporal_end']}",
            resource["schema"],
            not package["private"],
        )

    def edit() -> None:
        site.live()[0]["title"] = "Un autre titre"

    def erase() -> None:
        site.live()[0]["state"] = "deleted"

    return Case(
        site,
        lambda: Ckan(ckan_site.TOKEN, site=site.url, patience=QUICK, allow_private=True),
        replace(METADATA, organisation=ckan_site.ORG),
        held,
        lambda: sum(bool(one.files) for one in site.asked),
        edit,
        erase,
    )


def opendatasoft() -> Case:
    site = OpendatasoftSite()

    def held() -> Held:
        (dataset,) = site.live()
        (resource,) = dataset["resources"]
        default, dcat = dataset["metadata"]["default"], dataset["metadata"].get("dcat", {})
        return Held(
            len(site.live()),
            len(dataset["resources"]),
            site.files[resource["datasource"]["file"]["uid"]][1],
            default["title"]["value"],
            default["description"]["value"],
            "",
            "",
            set(default["keyword"]["value"]),
            {"Licence Ouverte v2.0 (Etalab)": "lov2"}[default["license"]["value"]],
            dcat["temporal"]["value"],
            dcat.get("conforms_to", {"value": ""})["value"],
            dataset["is_published"] and not dataset["is_restricted"],
        )

    def edit() -> None:
        site.live()[0]["metadata"]["default"]["title"] = {"value": "Un autre titre"}

    def erase() -> None:
        site.datasets.clear()

    return Case(
        site,
        lambda: Opendatasoft(opendatasoft_site.KEY, site=site.url, patience=QUICK, allow_private=True),
        METADATA,
        held,
        lambda: sum(bool(one.files) for one in site.asked),
        edit,
        erase,
        names_files=False,
    )


CASES: dict[str, Callable[[], Case]] = {
    "datagouv": datagouv,
    "ckan": ckan,
    "opendatasoft": opendatasoft,
}


def changed(metadata: Metadata) -> Metadata:
    return replace(
        metadata, title=f"{metadata.title}, 2026", coverage=Coverage(date(2026, 1, 1), date(2026, 6, 30))
    )
