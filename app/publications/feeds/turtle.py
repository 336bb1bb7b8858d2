"""A DCAT catalogue in Turtle: written as text, one dataset after the other, for a graph would hold them all.

What each dataset says is what the harvesters of udata and of ckanext-dcat read: see docs/portals.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from urllib.parse import quote

from app.publications.feeds.data import (
    LANGUAGE,
    FeedCatalogue,
    FeedDataset,
    FeedDistribution,
    FeedPublisher,
    in_pieces,
)
from app.publications.frequencies import frequency
from app.publications.licences import licence
from app.publications.portals.base import Contact

MEDIA_TYPE = (
    "text/turtle; charset=utf-8"  # without the charset, the harvester of data.gouv.fr garbles accents
)

PREFIXES = """\
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix spdx: <http://spdx.org/rdf/terms#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

_ESCAPES = str.maketrans(
    {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    | {chr(n): f"\\u{n:04X}" for n in (*range(9), 11, 12, *range(14, 32), 127)}
)
_FORBIDDEN = re.compile(r'[\x00-\x20<>"{}|^`\\]')


def turtle(catalogue: FeedCatalogue, datasets: Iterable[FeedDataset]) -> Iterator[bytes]:
    """The whole feed, in pieces of UTF-8. The datasets are read one by one."""
    return in_pieces(_parts(catalogue, datasets))


def _parts(catalogue: FeedCatalogue, datasets: Iterable[FeedDataset]) -> Iterator[str]:
    uri = iri(catalogue.uri)
    yield PREFIXES
    yield (
        f"\n{uri} a dcat:Catalog ;\n"
        f"  dct:title {text(catalogue.title)} ;\n"
        f"  dct:description {text(catalogue.description)} ;\n"
        f"  dct:publisher {iri(catalogue.publisher.uri)} ;\n"
        f"  dct:language <{LANGUAGE}> ;\n"
        f"  dct:modified {moment(catalogue.modified)} ;\n"
        f"  foaf:homepage {uri} .\n"
    )
    known: set[str] = set()
    yield from _publisher(catalogue.publisher, known)
    for dataset in datasets:
        yield from _publisher(dataset.publisher, known)
        yield f"\n{uri} dcat:dataset {iri(dataset.page)} .\n"
        yield _dataset(dataset)


def _publisher(publisher: FeedPublisher, known: set[str]) -> Iterator[str]:
    if publisher.uri in known:
        return
    known.add(publisher.uri)
    number = f" ;\n  dct:identifier {text(publisher.siret)}" if publisher.siret else ""
    yield f"\n{iri(publisher.uri)} a foaf:Organization ;\n  foaf:name {text(publisher.name)}{number} .\n"


def _dataset(one: FeedDataset) -> str:
    page = iri(one.page)
    found = licence(one.licence)
    licence_uri = found.uri if found else ""
    head = (
        f"{page} a dcat:Dataset ;\n"
        f"  dct:identifier {text(one.identifier)} ;\n"
        f"  dct:title {text(one.title)} ;\n"
        f"  dct:description {text(one.description)} ;\n"
        f"  dct:issued {moment(one.issued)} ;\n"
        f"  dct:modified {moment(one.modified)} ;\n"
        f"  dct:publisher {iri(one.publisher.uri)} ;\n"
        f"  dct:language <{LANGUAGE}> ;\n"
        f"  dcat:landingPage {page}"
    )
    lines = [head]
    if one.keywords:
        lines.append(f"  dcat:keyword {', '.join(map(text, one.keywords))}")
    if licence_uri:
        lines.append(f"  dct:license {iri(licence_uri)}")
    if one.frequency != "unknown":
        lines.append(f"  dct:accrualPeriodicity <{frequency(one.frequency).uri}>")
    if one.coverage:
        start, end = one.coverage.start.isoformat(), one.coverage.end.isoformat()
        lines.append(
            f'  dct:temporal [ a dct:PeriodOfTime ; dcat:startDate "{start}"^^xsd:date ; dcat:endDate "{end}"^^xsd:date ]'
        )
    if one.place or one.zones:
        told = [f"skos:prefLabel {text(one.place)}"] if one.place else []
        told += [f"dct:identifier {text(zone)}" for zone in one.zones]
        lines.append(f"  dct:spatial [ a dct:Location ; {' ; '.join(told)} ]")
    if one.schema.url:
        lines.append(f"  dct:conformsTo {iri(one.schema.url)}")
    if contact := one.contact or one.publisher.contact:
        lines.append(f"  dcat:contactPoint {_contact(contact, one.publisher.name)}")
    lines += [f"  dcat:distribution {_distribution(held, one, licence_uri)}" for held in one.distributions]
    return " ;\n".join(lines) + " .\n"


@lru_cache(maxsize=1000)
def _contact(contact: Contact, name: str) -> str:
    mail = iri(f"mailto:{quote(contact.email, safe='@.+-_')}")
    return f"[ a vcard:Organization ; vcard:fn {text(contact.name or name)} ; vcard:hasEmail {mail} ]"


def _distribution(held: FeedDistribution, one: FeedDataset, licence_uri: str) -> str:
    checksum = (  # a plain text: udata refuses the whole dataset for one that is typed hexBinary
        f"[ a spdx:Checksum ; spdx:algorithm spdx:checksumAlgorithm_sha256 ; "
        f'spdx:checksumValue "{held.sha256}" ]'
    )
    lines = [
        f"[ a dcat:Distribution ;\n    dct:title {text(held.title)}",
        f"    dcat:downloadURL {iri(held.url)}",
        f"    dcat:accessURL {iri(one.page)}",
        f"    dct:format {text(held.format)}",
        f"    dcat:mediaType {text(held.media_type)}",
        f'    dcat:byteSize "{held.size}"^^xsd:nonNegativeInteger',
        f"    dct:modified {moment(held.modified)}",
        f"    spdx:checksum {checksum}",
    ]
    if held.description:
        lines.append(f"    dct:description {text(held.description)}")
    if licence_uri:
        lines.append(f"    dct:license {iri(licence_uri)}")
    if one.schema.url:
        lines.append(f"    dct:conformsTo {iri(one.schema.url)}")
    return " ;\n".join(lines) + " ]"


def text(words: str) -> str:
    """A literal."""
    return f'"{words.translate(_ESCAPES)}"'


@lru_cache(maxsize=20_000)
def iri(address: str) -> str:
    """An address as Turtle writes it; what may not stand there is percent-encoded."""
    return f"<{_FORBIDDEN.sub(lambda found: quote(found[0]), address)}>"


def moment(when: datetime) -> str:
    """A date and time with its zone."""
    return f'"{when.isoformat(timespec="seconds")}"^^xsd:dateTime'
