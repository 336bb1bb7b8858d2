"""The nine points of data.gouv.fr."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.publications.portals.base import Metadata
from app.publications.quality import WORDS, FileFacts, Point, Score, score
from tests.app.publications.portals.cases import METADATA

TODAY = date(2026, 3, 1)
FILE = FileFacts("csv", "Une ligne pour chaque délibération.")


def scored(metadata: Metadata = METADATA, file: FileFacts | None = FILE, updated: date = TODAY) -> Score:
    return score(metadata, file, updated=updated, today=TODAY)


def lost(found: Score) -> set[Point]:
    return {mark.point for mark in found.missing()}


def test_all_nine() -> None:
    assert (scored().had, scored().value, lost(scored())) == (9, 1.0, set())


@pytest.mark.parametrize(
    ("changes", "points"),
    [
        ({"licence": ""}, {Point.LICENCE}),
        ({"coverage": None}, {Point.COVERAGE}),
        ({"zones": (), "granularity": ""}, {Point.ZONES}),
        ({"zones": ()}, set()),
        ({"frequency": "unknown"}, {Point.FREQUENCY, Point.IN_TIME}),
        ({"frequency": "irregular"}, set()),
        ({"description": "x" * 100}, {Point.DESCRIPTION}),
        ({"description": "x" * 101}, set()),
    ],
)
def test_what_a_description_lacks_costs_its_point(changes: dict[str, object], points: set[Point]) -> None:
    assert lost(scored(replace(METADATA, **changes))) == points  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("file", "points"),
    [
        (None, {Point.OPEN_FORMAT, Point.AVAILABLE, Point.FILE_DESCRIBED}),
        (FileFacts("xlsx", "x"), {Point.OPEN_FORMAT}),
        (FileFacts("", "x"), {Point.OPEN_FORMAT}),
        (FileFacts("csv", " "), {Point.FILE_DESCRIBED}),
    ],
)
def test_what_a_file_lacks_costs_its_point(file: FileFacts | None, points: set[Point]) -> None:
    assert lost(scored(file=file)) == points


@pytest.mark.parametrize(
    ("updated", "late"), [(date(2025, 11, 27), False), (date(2025, 11, 26), True), (date(2025, 1, 1), True)]
)
def test_an_update_may_be_a_day_late(updated: date, late: bool) -> None:
    """Every three months is 93 days there."""
    assert (Point.IN_TIME in lost(scored(updated=updated))) is late


def test_each_point_that_is_lost_says_how_to_have_it() -> None:
    assert set(WORDS) == set(Point)
    empty = scored(Metadata("i", "n", "t", ""), None)
    assert empty.had == 0
    for mark in empty.marks:
        assert mark.label() and mark.remedy().endswith(".")
    assert all(mark.remedy() == "" for mark in scored().marks)
