"""The same catalogue in JSON-LD, with its context inside: harvesters fetch no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import orjson

from app.publications.feeds.data import (
    LANGUAGE,
    PIECE,
    FeedCatalogue,
    FeedDataset,
    FeedDistribution,
    FeedPublisher,
)
from app.publications.feeds.turtle import iri
from app.publications.frequencies import frequency
from app.publications.licences import licence

MEDIA_TYPE = "application/ld+json; charset=utf-8"

_XSD = "http://www.w3.org/2001/XMLSchema#"
_LINKS = (
    "dcat:dataset", "dcat:distribution", "dcat:landingPage", "dcat:downloadURL", "dcat:accessURL", "dcat:contactPoint",
    "dct:publisher", "dct:license", "dct:accrualPeriodicity", "dct:temporal", "dct:spatial", "dct:conformsTo",
    "dct:language", "foaf:homepage", "spdx:checksum", "spdx:algorithm", "vcard:hasEmail",
)  # fmt: skip

CONTEXT: dict[str, Any] = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": _XSD,
    **{name: {"@type": "@id"} for name in _LINKS},
    "dct:issued": {"@type": "xsd:dateTime"},
    "dct:modified": {"@type": "xsd:dateTime"},
    "dcat:startDate": {"@type": "xsd:date"},
    "dcat:endDate": {"@type": "xsd:date"},
    "dcat:byteSize": {"@type": "xsd:nonNegativeInteger"},
}


def jsonld(catalogue: FeedCatalogue, datasets: Iterable[FeedDataset]) -> Iterator[bytes]:
    """The whole feed, in pieces of UTF-8. The datasets are read one by one."""
    held = bytearray(b'{"@context":' + orjson.dumps(CONTEXT) + b',\n"@graph":[\n')
    held += orjson.dumps(_catalogue(catalogue))
    known: set[str] = set()
    for publisher in _new(catalogue.publisher, known):
        held += b",\n" + orjson.dumps(publisher)
    for dataset in datasets:
        for publisher in _new(dataset.publisher, known):
            held += b",\n" + orjson.dumps(publisher)
        listed = {"@id": _id(catalogue.uri), "dcat:dataset": _id(dataset.page)}
        held += b",\n" + orjson.dumps(listed) + b",\n" + orjson.dumps(_dataset(dataset))
        if len(held) >= PIECE:
            yield bytes(held)
            held.clear()
    yield bytes(held + b"\n]}\n")


def _catalogue(catalogue: FeedCatalogue) -> dict[str, Any]:
    return {
        "@id": _id(catalogue.uri),
        "@type": "dcat:Catalog",
        "dct:title": catalogue.title,
        "dct:description": catalogue.description,
        "dct:publisher": _id(catalogue.publisher.uri),
        "dct:language": LANGUAGE,
        "dct:modified": _moment(catalogue.modified),
        "foaf:homepage": _id(catalogue.uri),
    }


def _new(publisher: FeedPublisher, known: set[str]) -> Iterator[dict[str, Any]]:
    if publisher.uri in known:
        return
    known.add(publisher.uri)
    told = {"@id": _id(publisher.uri), "@type": "foaf:Organization", "foaf:name": publisher.name}
    yield told | ({"dct:identifier": publisher.siret} if publisher.siret else {})


def _dataset(one: FeedDataset) -> dict[str, Any]:
    found = licence(one.licence)
    licence_uri = found.uri if found else ""
    told: dict[str, Any] = {
        "@id": _id(one.page),
        "@type": "dcat:Dataset",
        "dct:identifier": one.identifier,
        "dct:title": one.title,
        "dct:description": one.description,
        "dct:issued": _moment(one.issued),
        "dct:modified": _moment(one.modified),
        "dct:publisher": _id(one.publisher.uri),
        "dct:language": LANGUAGE,
        "dcat:landingPage": _id(one.page),
    }
    if one.keywords:
        told["dcat:keyword"] = one.keywords
    if licence_uri:
        told["dct:license"] = _id(licence_uri)
    if one.frequency != "unknown":
        told["dct:accrualPeriodicity"] = frequency(one.frequency).uri
    if one.coverage:
        told["dct:temporal"] = {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": one.coverage.start.isoformat(),
            "dcat:endDate": one.coverage.end.isoformat(),
        }
    if one.place or one.zones:
        place: dict[str, Any] = {"@type": "dct:Location"}
        place |= {"skos:prefLabel": one.place} if one.place else {}
        told["dct:spatial"] = place | ({"dct:identifier": one.zones} if one.zones else {})
    if one.schema.url:
        told["dct:conformsTo"] = _id(one.schema.url)
    if contact := one.contact or one.publisher.contact:
        told["dcat:contactPoint"] = {
            "@type": "vcard:Organization",
            "vcard:fn": contact.name or one.publisher.name,
            "vcard:hasEmail": _id(f"mailto:{quote(contact.email, safe='@.+-_')}"),
        }
    told["dcat:distribution"] = [_distribution(held, one, licence_uri) for held in one.distributions]
    return told


def _distribution(held: FeedDistribution, one: FeedDataset, licence_uri: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "@type": "dcat:Distribution",
        "dct:title": held.title,
        "dcat:downloadURL": _id(held.url),
        "dcat:accessURL": _id(one.page),
        "dct:format": held.format,
        "dcat:mediaType": held.media_type,
        "dcat:byteSize": str(held.size),
        "dct:modified": _moment(held.modified),
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": "spdx:checksumAlgorithm_sha256",
            "spdx:checksumValue": held.sha256,
        },
    }
    if held.description:
        told["dct:description"] = held.description
    if licence_uri:
        told["dct:license"] = _id(licence_uri)
    if one.schema.url:
        told["dct:conformsTo"] = _id(one.schema.url)
    return told


@lru_cache(maxsize=20_000)
def _id(address: str) -> str:
    return iri(address)[1:-1]


def _moment(when: datetime) -> str:
    return when.isoformat(timespec="seconds")
