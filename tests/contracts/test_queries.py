"""The walls hold without the filters: every query of every ``queries.py``, its conditions taken away, finds nothing of anybody.

Each function is called with samples for its parameters, once in a transaction without a scope, once in the scope of one
establishment among two; every statement it runs loses its WHERE on the way to the database. What names a table behind the
walls must then give nothing, or nothing of the neighbour's.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DatabaseError, NoResultFound
from sqlalchemy.orm import ORMExecuteState

from app import db
from app.db import TenantSession
from app.models import Base, Establishment, Invitation, JobProgress, JournalEntry, RecordState
from app.tenancy import Role, Scope
from tests.corpus import ROOT
from tests.factories import Make

WALLED = {"establishment"} | {
    table.name for table in Base.metadata.tables.values() if "establishment_id" in table.columns
}
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in ROOT.glob("app/**/queries.py")
)
SAMPLES: dict[str, Any] = {
    "limit": 100,
    "most": 100,
    "offset": 0,
    "network": "192.0.2.0/24",
    "tables": None,
    "role": "editor",
    "keep": None,
    "only": None,
    "named": [("900000019", "commune")],
    "account": 1,
    "act": "changed",
    "at": None,
    "base": 1,
    "beyond": None,
    "cells": {"DELIB_OBJET": "commune-1"},
    "column": None,
    "condition": ("state", None, RecordState.to_fix),
    "conditions": [],
    "extra": None,
    "fault": {"code": "type-error", "field": None},
    "faults": None,
    "labels": {"Objet": "DELIB_OBJET"},
    "submission": 1,
    "kind": "fault",
    "shown": [{"establishment_id": 1, "submission_id": 1, "kind": "diff", "row_number": 2, "cells": {}}],
    "wrong": [],
    "order": ("number", None),
    "keyed": [("commune", 1)],
    "lines": [(1, 1, 1, "commune")],
    "query": "commune:*",
    "state": "valid",
    "whats": [("state", 0)],
    "which": "state",
    "rows": [{"slug": "added", "name": "Added", "is_sandbox": True}],
}
"""By name of the parameter; where there is none, by its type."""
BY_TYPE: list[tuple[str, Any]] = [
    (r"Sequence\[Sequence\[str\]\]", [["DELIB_OBJET"]]),
    (r"(Sequence|Iterable|Collection|list|set|frozenset)\[int\]", [1, 2]),
    (r"(Sequence|Iterable|Collection|list|set|frozenset)\[str\]", ["commune-1"]),
    (r"Sequence\[Term\]", []),
    (r"bool", True),
    (r"int( \| None)?", 1),
    (r"str( \| None)?", ""),
    (r"bytes", b"\1"),
    (r"datetime", datetime(2020, 1, 1, tzinfo=UTC)),
    (r"date", date(2999, 1, 1)),
    (r"timedelta", timedelta(days=1)),
]


@dataclass(slots=True)
class Seen:
    """What the statements of a query met: of each on a walled table, its text and what it gave."""

    found: list[tuple[str, list[Any]]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    def leaks(self) -> list[tuple[str, list[Any]]]:
        """Statements that gave something; a count of nothing and « no » are nothing."""
        return [(statement, rows) for statement, rows in self.found if any(any(_flat(row)) for row in rows)]


def _flat(row: Any) -> list[Any]:
    return list(row) if isinstance(row, (tuple, list)) or hasattr(row, "_fields") else [row]


def query_functions() -> list[tuple[str, str]]:
    """Every public function of every ``queries.py``."""
    return [
        (name, function)
        for name in MODULES
        for function, value in vars(import_module(name)).items()
        if inspect.isfunction(value) and value.__module__ == name and not function.startswith("_")
    ]


def arguments(function: Callable[..., Any]) -> dict[str, Any]:
    """A sample for each parameter but the session. Fails where none is known: a new query says here what it takes."""
    given: dict[str, Any] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        kind = str(parameter.annotation)
        if name == "session" or parameter.kind is parameter.VAR_KEYWORD:
            continue
        if kind.endswith("| None") and parameter.default is None:
            continue
        exact = next((value for form, value in BY_TYPE if re.fullmatch(form, kind)), None)
        given[name] = exact if kind in {"timedelta", "datetime", "date"} else SAMPLES.get(name, exact)
        known = name in SAMPLES or exact is not None
        assert known, f"no sample for {name}: {kind}; add one to SAMPLES"
    return given


def positional(function: Callable[..., Any], given: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    parameters = inspect.signature(function).parameters
    many = [name for name, found in parameters.items() if found.kind is found.VAR_POSITIONAL]
    return [given.pop(name) for name in many if name in given], given


@contextmanager
def without_filters() -> Iterator[Seen]:
    """Every statement of the sessions loses its conditions; what those on walled tables give is kept."""
    seen = Seen()

    def strip(state: ORMExecuteState) -> Any:
        statement: Any = state.statement
        for conditions in ("_where_criteria", "_having_criteria"):
            if getattr(statement, conditions, ()):
                statement = statement._clone()
                setattr(statement, conditions, ())
        if state.is_insert:
            if statement.table.name in WALLED:  # refused, or a hole
                seen.written.append(f"INSERT INTO {statement.table.name}")
            return None
        words = str(statement.compile(dialect=state.session.get_bind().dialect))
        if not WALLED & set(re.findall(r"\w+", words)):
            return None
        result = state.invoke_statement(statement=statement)
        if (changed := getattr(result, "rowcount", None)) is not None and not state.is_select:
            seen.found.append((words, [(max(0, changed),)]))
            return result
        frozen = result.freeze()
        seen.found.append((words, list(frozen.data)))
        return frozen()

    event.listen(TenantSession, "do_orm_execute", strip)
    try:
        yield seen
    finally:
        event.remove(TenantSession, "do_orm_execute", strip)


def run(name: str, function: str, scope: Scope) -> Seen:
    """Call a query without its filters; what a wall refuses is no fault."""
    called = getattr(import_module(name), function)
    rest, given = positional(called, arguments(called))
    with without_filters() as seen, db.SessionFactory(info={"scope": scope}) as session:
        try:
            found = called(session, *rest, **given)
            if inspect.isgenerator(found):
                list(found)
            session.flush()
            seen.found += [(words, [("written",)]) for words in seen.written]
        except NoResultFound:
            pass
        except DatabaseError as error:
            # row-level security (42501), or an argument of ours that means nothing without a filter
            assert getattr(error.orig, "sqlstate", "") in {"42501", "21000", "23502", "23505"}, error
        finally:
            session.expunge_all()  # what was found stays readable
            session.rollback()
    return seen


@pytest.fixture
def two(make: Make) -> tuple[Establishment, Establishment]:
    """Two establishments with a row of each walled table."""
    places = (make.establishment(), make.establishment())
    version = make.schema()
    for place in places:
        account = make.account()
        make.member(account, place, "manager")
        make.dataset_with_rows(place, version, account)
        make.add(JobProgress(establishment_id=place.id, task="t"))
        make.add(JournalEntry(establishment_id=place.id, act="a.b"))
        make.add(
            Invitation(
                establishment_id=place.id,
                email="a@exemple.fr",
                role="reader",
                token_hash=bytes([place.id]),
                expires_at=text("now() + interval '1 day'"),
            )
        )
    return places


def test_every_walled_table_has_rows_to_find(two, owner_engine) -> None:
    with owner_engine.connect() as connection:
        counts = {
            table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 (our own names)
            for table in sorted(WALLED)
        }
    assert min(counts.values()) >= 2, counts


@pytest.mark.parametrize(("module", "function"), query_functions())
def test_without_filters_nothing_of_others_is_found(module: str, function: str, two) -> None:
    """Without a scope, nothing at all; in a scope, nothing of the neighbour's."""
    assert run(module, function, Scope("tab_web")).leaks() == []
    own, other = two
    seen = run(module, function, Scope.of(own.id, Role.manager, account=None))
    theirs = {other.slug, other.name, other.siren}
    for statement, rows in seen.found:
        values = [value for row in rows for value in _flat(row)]
        texts = {value for value in values if isinstance(value, str)}
        places = {value.id for value in values if isinstance(value, Establishment)}
        places |= {value.establishment_id for value in values if hasattr(value, "establishment_id")}
        assert not texts & theirs, statement
        assert other.id not in places, statement


def test_the_samples_reach_the_walls(two) -> None:
    for module, function in (
        ("app.accounts.queries", "own_memberships"),
        ("app.establishments.queries", "listed"),
    ):
        assert run(module, function, Scope("tab_web")).found


def test_a_statement_without_its_filter_would_show(two, make: Make) -> None:
    """What is asserted above can fail: as the whole instance's administrator, the same queries find both establishments."""
    assert run("app.establishments.queries", "listed", Scope.instance()).leaks()
