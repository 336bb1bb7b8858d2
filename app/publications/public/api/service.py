"""Published datasets in the words of the API."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from app.i18n import N_
from app.parameters import ParameterRefused, shown, whole_number
from app.publications.public.api.payloads import (
    DatasetOut,
    FileOut,
    LicenceOut,
    PeriodOut,
    ProducerOut,
    RowsOut,
    SchemaOut,
    VersionOut,
)
from app.publications.public.rows import address
from app.publications.public.rows import service as rows
from app.publications.public.rows.address import Pair, View
from app.publications.public.service import Published, Version
from exporters.json_values import json_value
from schema_loader.table_schema import TableSchema

SITE_PATH = "/api/v1"
MOST_ROWS, MOST_PAGES = 1000, 1_000_000_000


def dataset(found: Published, versions: Sequence[Version], count: int, site: str) -> DatasetOut:
    """``site``: where people reach the service."""
    version, said = found.version, found.version.description
    return DatasetOut(
        identifier=found.identifier,
        title=version.title,
        description=said.summary,
        page=site + found.path,
        producer=ProducerOut(
            name=found.publisher.name,
            siret=found.publisher.siret or None,
            siren=found.publisher.siren or None,
            page=site + found.publisher.path,
            email=found.publisher.email or None,
        ),
        licence=LicenceOut(key=said.licence.key, title=said.licence.text(), url=said.licence.uri)
        if said.licence
        else None,
        frequency=said.frequency.key,
        keywords=list(said.tags),
        coverage=PeriodOut(start=said.coverage.start, end=said.coverage.end) if said.coverage else None,
        place=said.place or None,
        zones=list(said.zones),
        table_schema=SchemaOut(
            key=version.schema_key,
            version=version.schema_version,
            title=version.schema_title,
            url=version.schema.url,
        ),
        first_published_at=found.first_at,
        next_due_on=found.due_on,
        latest={file.form.name: site + found.latest(file.form.name) for file in version.files},
        rows_url=f"{site}{SITE_PATH}{found.path}/lignes",
        version_count=count,
        versions=[_version(one, site) for one in versions],
    )


def _version(one: Version, site: str) -> VersionOut:
    return VersionOut(
        number=one.number,
        published_at=one.published_at,
        is_current=one.is_current,
        is_withdrawn=one.is_withdrawn,
        withdrawn_at=one.withdrawn_at,
        reason=one.reason or None if one.is_withdrawn else None,
        is_empty=one.is_empty,
        rows=one.rows,
        added=one.added,
        changed=one.changed,
        removed=one.removed,
        files=[
            FileOut(
                format=file.form.name,
                media_type=file.form.media_type.partition(";")[0],
                url=site + file.address,
                size=file.size,
                sha256=file.sha256,
            )
            for file in one.files
        ],
    )


def view_of(schema: TableSchema, pairs: Sequence[Pair]) -> View:
    """The view that a program asks for. What means nothing is refused, never passed over: a program reads no page that would
    tell it. Raises :class:`ParameterRefused`, which names the parameter."""
    size = _whole(pairs, address.SIZE, rows.PAGE_SIZE, MOST_ROWS)
    wanted = _whole(pairs, address.PAGE, 1, MOST_PAGES)
    view = address.read(schema, pairs, size)
    if view.unknown:
        raise ParameterRefused(
            N_("Le paramètre « {name} » n’est pas une colonne de ce jeu de données. Exemple : {example}."),
            name=shown(view.unknown[0]),
            example=f"{schema.field_names[0]}=…",
        )
    for given in _given(pairs, address.SORT):
        if given not in schema.by_name and given.removeprefix("-") not in schema.by_name:
            raise ParameterRefused(
                N_(
                    "Le paramètre « {name} » attend le nom d’une colonne de ce jeu de données, et non « {given} ». Exemple : {name}={example}."
                ),
                name=address.SORT,
                given=shown(given),
                example=schema.field_names[0],
            )
    return replace(view, asked=replace(view.asked, page=wanted))


def _given(pairs: Iterable[Pair], name: str) -> list[str]:
    """What is said for a parameter; an empty one asks for nothing."""
    return [text for key, given in pairs if key == name and (text := given.strip())]


def _whole(pairs: Iterable[Pair], name: str, usual: int, most: int) -> int:
    """A number from 1 to ``most``; of several, the last. Raises :class:`ParameterRefused`."""
    found = usual
    for given in _given(pairs, name):
        found = whole_number(name, given, 1, most, example=usual)
    return found


def page(found: Published, source: rows.Source, view: View, site: str) -> RowsOut:
    """The rows of a view, each an object keyed by the names of its columns."""
    asked = rows.look(source, view.asked, with_facets=False)
    fields = source.schema.fields
    base = f"{site}{SITE_PATH}{found.path}/lignes"

    def neighbour(number: int) -> str | None:
        more = {"taille": str(asked.page.size)} if asked.page.size != rows.PAGE_SIZE else {}
        inside = 1 <= number <= asked.page.pages
        return f"{base}{view.query(**more, page=str(number))}" if inside else None

    told: list[dict[str, Any]] = [
        {field.name: json_value(field, text) for field, text in zip(fields, cells, strict=True)}
        for cells in asked.rows
    ]
    return RowsOut(
        total=asked.page.total,
        page=asked.page.number,
        pages=asked.page.pages,
        size=asked.page.size,
        version=found.version.number,
        next=neighbour(asked.page.number + 1),
        previous=neighbour(min(asked.page.number - 1, asked.page.pages)),
        rows=told,
    )
