"""A view of rows as a page shows it: cells and filters in words, and a chart of what is in view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from app.formats import number
from app.i18n import gettext
from app.publications.public.rows import service as rows
from app.publications.public.rows.address import View
from app.publications.public.rows.service import FacetCounts, Found
from app.records.listing.columns import Column, columns, readers, usual
from schema_loader.table_schema import TableSchema

FEW_COLUMNS = 8
"""Columns that are all shown; of more, the most telling ones, until a person asks for all."""
SHOWN_VALUES = 8
CHART_BARS = 15


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a filter. ``address``: the end of that of the view with it, or without it where it is chosen."""

    value: str
    label: Markup | str
    count: int
    is_chosen: bool
    address: str


@dataclass(frozen=True, slots=True)
class Group:
    """A filter: the values to show at once, the others below."""

    name: str
    title: str
    first: tuple[Option, ...]
    others: tuple[Option, ...]
    is_used: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """Something that is asked for, and the view without it."""

    title: str
    words: Markup | str
    address: str


@dataclass(frozen=True, slots=True)
class Bar:
    """``share``: of the longest, 0 to 100."""

    label: Markup | str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Chart:
    """How many rows of the view there are for each value of a column."""

    title: str
    column: str
    bars: tuple[Bar, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Table:
    """All that the part of the page shows that changes with the view."""

    view: View
    columns: tuple[Column, ...]
    column_count: int
    lines: tuple[tuple[Markup | str, ...], ...]
    groups: tuple[Group, ...]
    chosen: tuple[Chosen, ...]
    chart: Chart | None
    found: Found
    words: str
    is_open: bool


def table(schema: TableSchema, view: View, found: Found) -> Table:
    """In the current language."""
    known = columns(schema)
    every = schema.field_names
    names = every if view.all_columns or len(every) <= FEW_COLUMNS else usual(schema)
    read = readers(schema)
    places = [every.index(name) for name in names]
    lines = tuple(
        tuple(
            read[name](cells[place]) if cells[place] else ""
            for name, place in zip(names, places, strict=True)
        )
        for cells in found.rows
    )
    groups = tuple(_group(view, facet, known, read) for facet in found.facets if facet.counts)
    return Table(
        view,
        tuple(known[name] for name in names),
        len(every),
        lines,
        groups,
        tuple(_chosen(view, known, read)),
        _chart(found, known, read),
        found,
        _words(found),
        view.asked.is_filtered,
    )


def _words(found: Found) -> str:
    page = found.page
    if not page.total:
        return ""
    last = min(page.total, page.offset + page.size)
    return gettext(
        "Lignes {first} à {last} sur {total}",
        first=number(page.offset + 1),
        last=number(last),
        total=number(page.total),
    )


def _group(view: View, counted: FacetCounts, known: Mapping[str, Column], read: Mapping[str, Any]) -> Group:
    name = counted.facet.name
    chosen = view.asked.equals.get(name, ())
    label = (lambda text: text) if counted.facet.by_year else read[name]
    options = [
        Option(text, label(text), count, text in chosen, view.toggled(name, text))
        for text, count in counted.counts
    ]
    seen = {option.value for option in options}
    options += [
        Option(text, label(text), 0, True, view.toggled(name, text)) for text in chosen if text not in seen
    ]
    first = [option for at, option in enumerate(options) if at < SHOWN_VALUES or option.is_chosen]
    others = [option for option in options if option not in first]
    return Group(name, known[name].label, tuple(first), tuple(others), bool(chosen))


def _chosen(view: View, known: Mapping[str, Column], read: Mapping[str, Any]) -> list[Chosen]:
    found = []
    if view.asked.sought:
        words = gettext("« {words} »", words=view.asked.sought)
        found.append(Chosen(gettext("Recherche"), words, view.query(("q",))))
    for name, texts in view.asked.equals.items():
        label = known[name].label
        found += [Chosen(label, read[name](text), view.toggled(name, text)) for text in texts]
    for name, (low, high) in view.asked.ranges.items():
        words = " – ".join(str(read[name](text)) if text else "…" for text in (low, high))
        found.append(Chosen(known[name].label, words, view.cleared(name)))
    return found


def _chart(found: Found, known: Mapping[str, Column], read: Mapping[str, Any]) -> Chart | None:
    """By year where there is a column of dates, else by the first column of few values."""
    ranked = sorted(found.facets, key=lambda one: (not one.facet.by_year, len(one.counts) > CHART_BARS))
    for counted in ranked:
        if len(counted.counts) < 2:
            continue
        name, by_year = counted.facet.name, counted.facet.by_year
        shown = counted.counts[:CHART_BARS]
        if by_year:
            shown = tuple(reversed(shown))
        most = max(count for _, count in shown)
        label = (lambda text: text) if by_year else read[name]
        bars = tuple(Bar(label(text), count, round(100 * count / most, 2)) for text, count in shown)
        title = gettext("Nombre de lignes par année") if by_year else gettext("Nombre de lignes par valeur")
        return Chart(title, known[name].label, bars, sum(count for _, count in counted.counts[CHART_BARS:]))
    return None


def look(source: rows.Source, view: View) -> Table:
    """The rows of a view, as a page shows them."""
    return table(source.schema, view, rows.look(source, view.asked))
