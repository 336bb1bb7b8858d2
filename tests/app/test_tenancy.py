"""The walls between establishments, read from the database and tried from each side."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from app import db
from app.models import (
    Account,
    Base,
    Dataset,
    Establishment,
    Invitation,
    JobProgress,
    JournalEntry,
    LoginSession,
    Membership,
    Publication,
    Record,
    RecordChange,
)
from app.provision import Database
from app.tenancy import INSTANCE, Role, Scope, set_scope
from tests.factories import Make

TENANT_TABLES = sorted(
    table.name for table in Base.metadata.tables.values() if "establishment_id" in table.columns
)
PARTLY_PUBLIC = {"attachment", "dataset", "publication"}
"""Tables of which everybody may read some columns of what was published."""
OF_THE_OWNER = {"record_index_search": "record_index", "delivery_due": "delivery"}
"""Policies of the two functions that run as the owner: the search, which filters by the same scope itself, and the minute's
round of the worker, to which numbers of establishments alone are given."""


@pytest.fixture
def two(make: Make) -> tuple[Establishment, Establishment, Account]:
    """Two establishments, and an account that manages the first; one row of each tenant table in each."""
    one, other = make.establishment(), make.establishment()
    account, stranger = make.account(), make.account()
    make.member(account, one, "manager")
    make.member(stranger, other, "manager")
    version = make.schema()
    for place, person in ((one, account), (other, stranger)):
        make.dataset_with_rows(place, version, person)
        make.add(JobProgress(establishment_id=place.id, task="t"))
        make.add(JournalEntry(establishment_id=place.id, act="a.b"))
        make.add(
            Invitation(
                establishment_id=place.id,
                email="a@exemple.fr",
                role="reader",
                token_hash=bytes([place.id]),
                expires_at=text("now()"),
            )
        )
    return one, other, account


def rows(table: str, scope: Scope) -> int:
    with db.in_transaction(scope) as session:
        return session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 (our own names)


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_each_tenant_table_is_walled_and_keyed(table: str, owner_engine, database: Database) -> None:
    with owner_engine.connect() as connection:
        forced = connection.execute(
            text(
                "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = CAST(:name AS regclass)"
            ),
            {"name": table},
        ).one()
        assert tuple(forced) == (True, True)
        seen = inspect(connection)
        assert seen.get_pk_constraint(table)["constrained_columns"][0] == "establishment_id"
        assert all(
            found["column_names"][0] == "establishment_id" for found in seen.get_unique_constraints(table)
        )
        assert all(
            found["column_names"][0] == "establishment_id"
            for found in seen.get_indexes(table)
            if found["unique"]
        )
        tenants = set(TENANT_TABLES)
        for key in seen.get_foreign_keys(table):
            if key["referred_table"] in tenants:
                assert key["constrained_columns"][0] == "establishment_id"
        readers = connection.execute(
            text("SELECT count(*) FROM pg_policies WHERE tablename = :name AND cmd IN ('SELECT', 'ALL')"),
            {"name": table},
        ).scalar_one()
        assert readers >= 1


def test_the_establishments_themselves_are_walled(owner_engine, database: Database) -> None:
    with owner_engine.connect() as connection:
        assert connection.execute(
            text(
                "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = 'establishment'::regclass"
            )
        ).scalar_one()


def test_every_policy_says_to_whom(owner_engine, database: Database) -> None:
    with owner_engine.connect() as connection:
        policies = connection.execute(text("SELECT tablename, policyname, roles FROM pg_policies")).all()
    assert policies
    for table, policy, roles in policies:
        if policy in OF_THE_OWNER:
            assert (table, list(roles)) == (OF_THE_OWNER[policy], ["tab_owner"])
            continue
        assert set(roles) <= {"tab_web", "tab_worker", "tab_public"}, (table, policy, roles)
        mixed = "tab_public" in roles and len(roles) > 1
        assert not mixed, f"{policy} on {table}: what everybody may see is a policy of its own"


def test_no_role_owns_or_bypasses(owner_engine, database: Database) -> None:
    with owner_engine.connect() as connection:
        attributes = connection.execute(
            text(
                "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname LIKE 'tab!_%' ESCAPE '!'"
            )
        ).all()
        logins = {
            name for name, *_ in attributes if name.startswith("tab_app_")
        }  # one for each database of the tests
        assert {name for name, *_ in attributes} - logins == {
            "tab_owner",
            "tab_web",
            "tab_worker",
            "tab_public",
            "tab_app",
        }
        assert not any(any(rest) for _, *rest in attributes)
        owners = connection.execute(
            text("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
        ).scalars()
        assert list(owners) == ["tab_owner"]


@pytest.mark.parametrize("table", [*TENANT_TABLES, "establishment"])
@pytest.mark.parametrize("role", ["tab_web", "tab_worker"])
def test_without_a_scope_nothing_is_there(table: str, role, two) -> None:
    assert rows(table, Scope(role)) == 0


@pytest.mark.parametrize("table", [*TENANT_TABLES, "establishment"])
def test_a_scope_shows_its_own_establishment_alone(table: str, two) -> None:
    one, _, account = two
    scope = Scope.of(one.id, Role.manager, account=account.id)
    assert rows(table, scope) == 1
    column = "id" if table == "establishment" else "establishment_id"
    with db.in_transaction(scope) as session:
        found = session.execute(text(f"SELECT {column} FROM {table}")).scalars().all()  # noqa: S608 (our own names)
    assert found == [one.id]


def test_the_search_finds_nothing_of_others(two) -> None:
    """Its function runs as the owner of the tables: the scope is all that stands between."""
    one, other, account = two
    with db.in_transaction(Scope.job(other.id)) as session:
        theirs = session.execute(text("SELECT id FROM dataset")).scalar_one()
    found = text("SELECT app.found_records(:dataset, to_tsquery('simple', :word), 10)")
    given = {"dataset": theirs, "word": other.slug.split("-")[0]}
    with db.in_transaction(Scope.of(one.id, Role.manager, account=account.id)) as session:
        assert session.execute(found, given).all() == []
    with db.in_transaction(Scope.job(other.id)) as session:
        assert session.execute(found, given).scalars().all() == [1]
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        db.in_transaction(Scope("tab_public", None, frozenset({other.id}))) as session,
    ):
        session.execute(found, given)


def test_a_draft_is_its_authors_alone(two, make: Make) -> None:
    one, _, account = two
    colleague = make.account()
    make.member(colleague, one, "manager")
    assert rows("draft", Scope.of(one.id, Role.manager, account=account.id)) == 1
    assert rows("draft", Scope.of(one.id, Role.manager, account=colleague.id)) == 0


def test_without_a_role_every_query_is_refused(two) -> None:
    with db.SessionFactory() as session, pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(select(Establishment.id)).all()


@pytest.mark.parametrize("scope", [Scope(), Scope.of(1, Role.manager, account=1), Scope.instance(1)])
def test_the_public_role_sees_no_tenant_row(scope: Scope, two) -> None:
    as_everybody = Scope("tab_public", scope.account, scope.read, scope.write, scope.manage)
    for table in TENANT_TABLES:
        if table in PARTLY_PUBLIC:
            assert rows(table, as_everybody) == 0, table  # nothing of theirs was published
            continue
        with pytest.raises(ProgrammingError, match="permission denied"):
            rows(table, as_everybody)


def test_everybody_reads_of_a_publication_what_is_public_and_no_more(make: Make, two) -> None:
    one, _, _ = two
    with db.in_transaction(Scope.job(one.id)) as session:
        dataset = session.execute(text("UPDATE dataset SET published_at = now() RETURNING id")).scalar_one()
        session.execute(text("UPDATE publication SET state = 'published', is_current = true"))
    make.add(
        Publication(establishment_id=one.id, dataset_id=dataset, number=2, version_id=1, title="Brouillon")
    )
    everybody = Scope("tab_public")
    assert rows("publication", everybody) == rows("dataset", everybody) == 1
    for hidden in ("created_by", "published_by", "verdict", "job_id"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            db.in_transaction(everybody) as session,
        ):
            session.execute(text(f"SELECT {hidden} FROM publication"))  # noqa: S608 (our own names)
    with pytest.raises(ProgrammingError, match="permission denied"), db.in_transaction(everybody) as session:
        session.execute(text("SELECT constants FROM dataset"))


def test_the_public_role_sees_no_sandbox_and_no_constants(make: Make) -> None:
    shown, _hidden = make.establishment(), make.establishment(is_sandbox=True)
    with db.in_transaction(Scope("tab_public")) as session:
        assert session.execute(select(Establishment.id)).scalars().all() == [shown.id]
        with pytest.raises(ProgrammingError, match="permission denied"):
            session.execute(select(Establishment.constants)).all()


@pytest.mark.parametrize(
    "row",
    [
        lambda place: JobProgress(establishment_id=place, task="t"),
        lambda place: JournalEntry(establishment_id=place, act="a.b"),
        lambda place: Dataset(establishment_id=place, slug="x", title="x", version_id=1, constants={}),
        lambda place: Record(establishment_id=place, dataset_id=1, number=9, cells={}, state="valid"),
        lambda place: RecordChange(establishment_id=place, dataset_id=1, number=9, act="created", version=1),
        lambda place: Membership(establishment_id=place, account_id=1, role="manager"),
        lambda place: Invitation(
            establishment_id=place,
            email="x@exemple.fr",
            role="reader",
            token_hash=b"x",
            expires_at=text("now()"),
        ),
    ],
)
def test_a_foreign_row_cannot_be_written(row, two) -> None:
    one, other, account = two
    scope = Scope.of(one.id, Role.manager, account=account.id)
    with pytest.raises(ProgrammingError, match="row-level security"), db.in_transaction(scope) as session:
        session.add(row(other.id))
    with db.in_transaction(scope) as session:
        changed = session.execute(
            text("UPDATE job_progress SET done = 7 WHERE establishment_id = :other"), {"other": other.id}
        )
        assert changed.rowcount == 0
        gone = session.execute(
            text("DELETE FROM membership WHERE establishment_id = :other"), {"other": other.id}
        )
        assert gone.rowcount == 0


def test_a_row_cannot_be_moved_to_another_establishment(two) -> None:
    one, other, account = two
    scope = Scope.of(one.id, Role.manager, account=account.id)
    with pytest.raises(ProgrammingError, match="row-level security"), db.in_transaction(scope) as session:
        session.execute(text("UPDATE job_progress SET establishment_id = :other"), {"other": other.id})


def test_a_reader_writes_nothing_and_an_editor_manages_nobody(two) -> None:
    one, _, account = two
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        db.in_transaction(Scope.of(one.id, Role.reader, account=account.id)) as session,
    ):
        session.add(JobProgress(establishment_id=one.id, task="t"))
    with db.in_transaction(Scope.of(one.id, Role.editor, account=None)) as session:
        assert session.execute(select(Membership)).all() == []
        assert session.execute(text("UPDATE establishment SET name = 'x'")).rowcount == 0


def test_an_account_sees_its_own_memberships_and_may_leave(two) -> None:
    one, _, account = two
    with db.in_transaction(Scope("tab_web", account.id)) as session:
        (found,) = session.execute(select(Membership)).scalars()
        assert (found.establishment_id, found.account_id) == (one.id, account.id)
        session.delete(found)


def test_an_administrator_sees_establishments_but_no_row_of_theirs(two) -> None:
    _, _, account = two
    scope = Scope.instance(account.id)
    assert rows("establishment", scope) == 2
    assert rows("job_progress", scope) == 0
    assert rows("invitation", scope) == 0
    assert rows("journal_entry", scope) == 2


def test_the_journal_cannot_be_rewritten(two) -> None:
    one, _, account = two
    for statement in ("UPDATE journal_entry SET act = 'x'", "DELETE FROM journal_entry"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            db.in_transaction(Scope.of(one.id, Role.manager, account=account.id)) as session,
        ):
            session.execute(text(statement))
    with db.in_transaction(Scope.job(INSTANCE)) as session:
        assert session.execute(text("DELETE FROM journal_entry")).rowcount == 0, "too recent to expire"


def test_the_scope_ends_with_its_transaction(two) -> None:
    one, _, account = two
    with db.SessionFactory(info={"scope": Scope.of(one.id, Role.manager, account=account.id)}) as session:
        assert session.execute(select(JobProgress)).all()
        session.commit()
        set_scope(session, Scope())
        assert session.execute(select(JobProgress)).all() == []
        connection = session.connection()
        assert connection.execute(text("SELECT current_user")).scalar() == "tab_web"
    with db.engine().connect() as bare:
        assert bare.execute(text("SELECT current_user")).scalar().startswith("tab_app")


def test_the_scope_changes_within_a_transaction_but_not_within_a_savepoint(two) -> None:
    one, other, _ = two
    with db.in_transaction(Scope.job(one.id)) as session:
        assert session.execute(select(JobProgress.establishment_id)).scalars().all() == [one.id]
        set_scope(session, Scope.job(other.id))
        assert session.execute(select(JobProgress.establishment_id)).scalars().all() == [other.id]
        with session.begin_nested(), pytest.raises(RuntimeError, match="savepoint"):
            set_scope(session, Scope.job(one.id))


def test_boards_read_wide_and_write_nothing(two) -> None:
    one, other, account = two
    wide = Scope.of(one.id, Role.manager, account=account.id).also_reading([other.id])
    assert rows("job_progress", wide) == 2
    with pytest.raises(ProgrammingError, match="row-level security"), db.in_transaction(wide) as session:
        session.add(JobProgress(establishment_id=one.id, task="t"))


def test_a_scope_holds_integers_alone() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        Scope(read=frozenset({"1}'; DROP TABLE account; --"}))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no such role"):
        Scope("tab_owner")  # type: ignore[arg-type]
    assert "'{1,2}'" in Scope(read=frozenset({2, 1})).statements()


def test_roles_include_those_below() -> None:
    assert [Role.publisher.includes(role) for role in Role] == [True, True, True, False]


def test_people_lie_outside_the_walls_and_away_from_public_pages(make: Make) -> None:
    make.signed_in(make.account())
    with db.in_transaction(Scope()) as session:
        assert len(session.execute(select(LoginSession)).all()) == 1
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        db.in_transaction(Scope("tab_public")) as session,
    ):
        session.execute(select(Account)).all()


def test_a_folded_address_is_held_once(make: Make) -> None:
    make.account(email="ada@exemple.fr")
    with pytest.raises(IntegrityError):
        make.account(email="ada@exemple.fr")
    with pytest.raises(IntegrityError):
        make.account(email="Ada@exemple.fr")
