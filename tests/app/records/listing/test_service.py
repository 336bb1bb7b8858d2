"""The list against a plain filter and sort in Python: any rows, anything asked, page by page both ways."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.datasets import service as datasets
from app.datasets.service import DatasetView
from app.models import RecordState
from app.records import bulk, service
from app.records.listing import service as listing
from app.records.listing.service import Asked
from schema_loader.folding import fold as fold_key
from schema_loader.sort_keys import sort_key
from tests.app.records.conftest import Desk
from tests.app.records.rows import PLACES, descriptor

WIDE = {**PLACES, "fields": [*PLACES["fields"], *({"name": f"note{n}", "type": "string"} for n in range(7))]}
"""More columns than the index holds keys of: the last notes are sorted without."""
LONG = "Une phrase si longue que sa fin ne compte plus pour le tri de la liste, "
TEXTS = st.sampled_from(
    ["", "École du Lac", "ecole", "Zoo", "zoo de l’Œuvre", "21750001600019", "12 03", LONG + "a", LONG + "b", "_", "1.50"]
)  # fmt: skip
CELLS: dict[str, st.SearchStrategy[str]] = {
    "code": st.one_of(TEXTS, st.integers(0, 30).map(str)),
    "nom": TEXTS,
    "genre": st.sampled_from(["", "école", "stade", "mairie", "Stade", "autre"]),
    "ouvert": st.sampled_from(["", "oui", "non", "peut-être"]),
    "jour": st.sampled_from(["", "2023-12-31", "2024-01-01", "2024-03-12", "2025-01-01", "12/03/2024"]),
    "prix": st.sampled_from(["", "0", "-3", "12.50", "12.5", "1200", "1 200", "1e3"]),
    "rang": st.sampled_from(["", "1", "2", "10", "x"]),
    "note0": TEXTS,
    "note6": TEXTS,
}
ROWS = st.lists(st.fixed_dictionaries(CELLS), max_size=14)
BOUNDS = {"jour": ["", "2023-12-31", "2024-01-01", "2024-06-01"], "prix": ["", "-5", "0", "12.5", "1000"]}
SIZES = st.integers(1, 5)


@st.composite
def asked(draw: st.DrawFn, users: Sequence[int] = (1, 2)) -> Asked:
    """Anything that may be asked of a list, with a bias to asking little."""

    def now_and_then(strategy: st.SearchStrategy[Any], otherwise: Any) -> Any:
        return draw(strategy) if draw(st.integers(0, 3)) == 0 else otherwise

    equals = {}
    for name, values in (("genre", ["", "école", "stade", "mairie"]), ("ouvert", ["oui", "non", ""])):
        chosen = now_and_then(st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True), [])
        if chosen:
            equals[name] = tuple(chosen)
    ranges = {}
    for name, bounds in BOUNDS.items():
        pair = now_and_then(st.tuples(st.sampled_from(bounds), st.sampled_from(bounds)), ("", ""))
        if any(pair):
            ranges[name] = pair
    return Asked(
        sought=now_and_then(
            st.sampled_from(
                ["ecole", "ÉCOLE lac", "oeuvre", "217 500 016 00019", "12 3", "z", "une phrase", "_", "1,50"]
            ),
            "",
        ),
        state=now_and_then(st.sampled_from(list(RecordState)), ""),
        sort=draw(st.sampled_from(["", "nom", "genre", "jour", "prix", "rang", "note6", "inconnu"])),
        descending=draw(st.booleans()),
        equals=equals,
        ranges=ranges,
        year=now_and_then(st.sampled_from(["2023", "2024", "1999"]), ""),
        user=now_and_then(st.sampled_from(users), None),
        size=draw(SIZES),
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """A record, as Python knows it."""

    number: int
    cells: dict[str, str]
    state: str
    user: int


class Plain:
    """The same list without a database."""

    def __init__(self, dataset: DatasetView, kept: Sequence[Kept]) -> None:
        self.fields = dataset.schema.by_name
        self.dataset = dataset
        self.kept = kept

    def rows(self, asked: Asked) -> list[int]:
        found = [one for one in self.kept if self.is_in(one, asked)]
        if asked.sort in self.fields:
            found.sort(key=lambda one: (self.key(one, asked.sort), one.number))
        else:
            found.sort(key=lambda one: one.number)
        return [one.number for one in (reversed(found) if asked.descending else found)]

    def key(self, one: Kept, name: str) -> str:
        return sort_key(self.fields[name], one.cells.get(name))

    def is_in(self, one: Kept, asked: Asked) -> bool:
        value = {name: self.fields[name].type.parse(one.cells.get(name, "") or "¤") for name in BOUNDS}
        day = value["jour"]
        return (
            asked.state in ("", one.state)
            and asked.user in (None, one.user)
            and (not asked.year or (day is not None and f"{day:%Y}" == asked.year))
            and all(one.cells.get(name, "") in texts for name, texts in asked.equals.items())
            and all(self.within(name, value[name], bounds) for name, bounds in asked.ranges.items())
            and self.holds(one, asked.sought)
        )

    def within(self, name: str, value: Any, bounds: tuple[str, str]) -> bool:
        low, high = (self.fields[name].type.parse(bound) if bound else None for bound in bounds)
        return value is not None and (low is None or low <= value) and (high is None or value <= high)

    @staticmethod
    def holds(one: Kept, sought: str) -> bool:
        words = re.findall(r"[^\W_]+", fold_key("\n".join(one.cells.values())))
        wanted = re.findall(r"[^\W_]+", fold_key(sought))

        def is_there(word: str) -> bool:
            return any(other.startswith(word) for other in words)

        if not sought:
            return True
        together = re.fullmatch(r"\d+( \d+)+", sought) and is_there(sought.replace(" ", ""))
        return bool(together) or (bool(wanted) and all(map(is_there, wanted)))


@pytest.fixture
def wide(desk_on: Callable[..., Desk]) -> Desk:
    desk = desk_on("test/large", descriptor(WIDE))
    assert desk.dataset.column_of("note6") is None
    return desk


def fill(desk: Desk, rows: Sequence[dict[str, str]], *, imported: bool) -> Plain:
    """Put rows in place of those that are there, entered one by one or indexed as after an import."""
    with desk.session() as session:
        for table in ("record", "record_index", "record_change"):
            if table != "record_change":
                session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 (our own names)
        kept = []
        for n, row in enumerate(rows):
            user = n % 2 + 1
            saved = service.create(session, desk.dataset, row, account=user)
            kept.append(Kept(saved.number, saved.judged.cells, str(saved.judged.state), user))
    if imported:
        with desk.session() as session:
            session.execute(text("DELETE FROM record_index"))
            after = -1
            while after:
                after, _ = bulk.index_missing(session, desk.dataset, after=max(after, 0), limit=5)
    return Plain(desk.dataset, kept)


def pages(desk: Desk, asked: Asked, step: str) -> Iterator[list[int]]:
    """The numbers of each page from the one asked for to the end, by ``after`` or ``before``."""
    while True:
        with desk.session() as session:
            listed = listing.page(session, desk.dataset, asked)
        assert len(listed.rows) <= asked.size
        yield [row.number for row in listed.rows]
        if not getattr(listed, step):
            return
        empty = {"after": "", "before": ""}
        asked = replace(asked, **{**empty, step: getattr(listed, step)})


def flat(found: Iterator[list[int]]) -> list[int]:
    return [number for page in found for number in page]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, wanted=asked(), imported=st.booleans())
def test_the_list_is_that_of_plain_python(
    wide: Desk, rows: list[dict[str, str]], wanted: Asked, imported: bool
) -> None:
    plain = fill(wide, rows, imported=imported)
    expected = plain.rows(wanted)
    assert flat(pages(wide, wanted, "after")) == expected
    with wide.session() as session:
        assert listing.count(session, wide.dataset, wanted) == len(expected)
        assert sorted(listing.numbers(session, wide.dataset, wanted, 1000)) == sorted(expected)
        # from the end backwards: the last page, then each before it
        last = replace(wanted, descending=not wanted.descending)
        first = listing.page(session, wide.dataset, last)
    if expected:
        assert [row.number for row in first.rows] == expected[::-1][: wanted.size]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, wanted=asked())
def test_pages_backwards_are_those_forwards(wide: Desk, rows: list[dict[str, str]], wanted: Asked) -> None:
    fill(wide, rows, imported=False)
    with wide.session() as session:
        at = wanted
        seen = []
        while True:
            listed = listing.page(session, wide.dataset, at)
            seen.append([row.number for row in listed.rows])
            if not listed.after:
                break
            at = replace(wanted, after=listed.after)
        while listed.before:
            listed = listing.page(session, wide.dataset, replace(wanted, before=listed.before))
            seen.pop()
            assert [row.number for row in listed.rows] == seen[-1]
        assert len(seen) == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, wanted=asked())
def test_each_filter_counts_what_the_others_keep(
    wide: Desk, rows: list[dict[str, str]], wanted: Asked
) -> None:
    plain = fill(wide, rows, imported=False)
    with wide.session() as session:
        facets = {facet.name: facet for facet in listing.facets(session, wide.dataset, wanted)}
    for name in ("genre", "ouvert"):
        others = replace(wanted, equals={k: v for k, v in wanted.equals.items() if k != name})
        field = wide.dataset.schema.by_name[name]
        known = {"", *listing.choice_texts(field)}
        held = [one.cells.get(name, "") for one in plain.kept if plain.is_in(one, others)]
        expected = {value: held.count(value) for value in set(held) & known}
        assert {value.value: value.count for value in facets[name].values} == expected
        assert {v.value for v in facets[name].values if v.is_chosen} <= set(wanted.equals.get(name, ()))
    for name, attribute, others in (
        ("etat", "state", replace(wanted, state="")),
        ("utilisateur", "user", replace(wanted, user=None)),
    ):
        held = [str(getattr(one, attribute)) for one in plain.kept if plain.is_in(one, others)]
        assert {value.value: value.count for value in facets[name].values} == {
            value: held.count(value) for value in set(held)
        }
    days = [one.cells.get("jour", "") for one in plain.kept if plain.is_in(one, replace(wanted, year=""))]
    years = [day[:4] for day in days if re.fullmatch(r"\d{4}-.*", day)]
    assert {value.value: value.count for value in facets["annee"].values} == {
        y: years.count(y) for y in years
    }


# --- single facts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cursor",
    ["x", "é", "bnVsbA", "WzEsMl0", "WyIiLHRydWVd", "W10", "=" * 9, "WyJcdTAwMDAiLDFd", "WyJhIiwxZTk5XQ"],
)
def test_a_cursor_that_is_none_of_ours_begins_at_the_beginning(wide: Desk, cursor: str) -> None:
    fill(wide, [{"nom": "a"}, {"nom": "b"}], imported=False)
    with wide.session() as session:
        found = listing.page(session, wide.dataset, Asked(after=cursor))
        assert [len(found.rows), found.is_partial] == [2, False]
        listing.page(session, wide.dataset, Asked(before=cursor, sort="nom"))


def test_while_the_index_is_being_made_the_order_of_entry_and_the_state_are_to_be_had(wide: Desk) -> None:
    plain = fill(wide, [{"nom": f"n{n}", "prix": "x" if n % 3 else "1"} for n in range(9)], imported=False)
    with wide.session() as session:
        session.execute(text("UPDATE dataset SET is_indexed = false"))
        session.execute(text("DELETE FROM record_index"))
        partial = datasets.find(session, wide.establishment.id, wide.dataset.slug)
        wanted = Asked(state="to_fix", sort="nom", sought="n1", size=2)
        seen = []
        at = wanted
        while True:
            listed = listing.page(session, partial, at)
            assert listed.is_partial
            seen.append([row.number for row in listed.rows])
            if not listed.after:
                break
            at = replace(wanted, after=listed.after)
        assert [n for page in seen for n in page] == plain.rows(Asked(state="to_fix"))
        back = listing.page(session, partial, replace(wanted, before=listed.before))
        assert [row.number for row in back.rows] == seen[-2]
        assert listing.count(session, partial, wanted) == 6
        assert listing.facets(session, partial, wanted) == []
        assert len(listing.numbers(session, partial, wanted, 4)) == 4


def test_a_common_word_is_sought_too(wide: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """More records than are taken as a list: the words are looked at along the sorted index."""
    monkeypatch.setattr(listing, "FEW_WORDS", 3)
    monkeypatch.setattr(listing.queries, "FEW", 3)
    plain = fill(
        wide, [{"nom": "école" if n % 2 else "Zoo", "genre": "stade"} for n in range(12)], imported=False
    )
    for wanted in (
        Asked(sought="ecole", sort="nom"),
        Asked(sought="ecole", equals={"genre": ("stade",)}, ranges={"prix": ("0", "")}),
        Asked(equals={"genre": ("stade",)}, user=1, sort="jour"),
        Asked(sought="ecole", state="valid", user=2),
    ):
        assert flat(pages(wide, replace(wanted, size=4), "after")) == plain.rows(wanted)


def test_a_day_is_its_last_moment(desk_on: Callable[..., Desk]) -> None:
    fields = [{"name": "quand", "type": "datetime"}, {"name": "an", "type": "year"}]
    desk = desk_on("test/moments", descriptor({"fields": fields}))
    with desk.session() as session:
        for moment in ("2024-03-12T10:00:00", "2024-03-13T00:00:00"):
            service.create(session, desk.dataset, {"quand": moment, "an": "2024"}, account=None)
        within = Asked(ranges={"quand": ("2024-03-12T00:00:00", "2024-03-12T00:00:00")})
        assert listing.count(session, desk.dataset, within) == 1
        assert listing.count(session, desk.dataset, Asked(year="2024")) == 2


def test_years_of_a_column_of_years(desk_on: Callable[..., Desk]) -> None:
    desk = desk_on("test/annees", descriptor({"fields": [{"name": "an", "type": "year"}]}))
    with desk.session() as session:
        for year in ("2020", "2024", "2024", "24"):
            service.create(session, desk.dataset, {"an": year}, account=None)
        (years,) = [f for f in listing.facets(session, desk.dataset, Asked()) if f.name == "annee"]
        assert [(value.value, value.count) for value in years.values] == [("2024", 2), ("2020", 1)]
        assert listing.count(session, desk.dataset, Asked(year="2024")) == 2


def test_a_column_may_be_called_as_a_filter_is(desk_on: Callable[..., Desk]) -> None:
    fields = [{"name": "etat", "type": "string", "constraints": {"enum": ["neuf", "usé"]}}]
    desk = desk_on("test/etats", descriptor({"fields": fields}))
    with desk.session() as session:
        for value in ("neuf", "usé", "usé", "cassé"):
            service.create(session, desk.dataset, {"etat": value}, account=None)
        wanted = Asked(state="valid", equals={"etat": ("usé",)})
        assert listing.count(session, desk.dataset, wanted) == 2
        column, state = (
            next(
                f
                for f in listing.facets(session, desk.dataset, wanted)
                if f.name == "etat" and f.is_field is own
            )
            for own in (True, False)
        )
        assert {v.value: v.count for v in column.values} == {"usé": 2, "neuf": 1}
        assert {v.value: v.count for v in state.values} == {"valid": 2}
