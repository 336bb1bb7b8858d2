"""Under load, on few connections, no transaction ever sees another's establishment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from random import Random

from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app import db
from app.models import JobProgress
from app.provision import Database
from app.tenancy import Role, Scope
from tests.app.pooler import pgbouncer
from tests.factories import Make

THREADS, TRANSACTIONS, ESTABLISHMENTS = 10, 600, 7


class Boom(Exception):
    pass


def work(seed: int, engine, places: list[int]) -> int:
    """Gives how many rows it committed; raises at the first that is not its own."""
    random, written = Random(seed), 0  # noqa: S311 (which establishment comes next is no secret)
    for turn in range(TRANSACTIONS):
        place = random.choice(places)
        scope = Scope.of(place, random.choice([Role.reader, Role.editor]), account=None)
        try:
            with db.in_transaction(scope, bind=engine) as session:
                seen = set(session.execute(select(JobProgress.establishment_id).limit(50)).scalars())
                assert seen <= {place}, f"{place} saw {seen}"
                ids = session.execute(text("SELECT app.ids('read'), app.ids('write'), current_user")).one()
                assert ids == ([place], [place] if scope.write else [], "tab_web")
                if turn % 7 == 0 and scope.write:
                    session.add(JobProgress(establishment_id=place, task="t"))
                    session.flush()
                    written += 1
                if turn % 11 == 0:
                    session.execute(text("SELECT 1 / 0"))
                if turn % 13 == 0:
                    raise Boom
        except (DBAPIError, Boom) as error:
            assert isinstance(error, Boom) or "division by zero" in str(error)
            if turn % 7 == 0 and scope.write:
                written -= 1
    return written


def hammer(url: str, make: Make) -> None:
    places = [make.establishment().id for _ in range(ESTABLISHMENTS)]
    for place in places:
        make.add(JobProgress(establishment_id=place, task="t"))
    # the pool serves whoever comes last: on a busy machine one of ten threads may wait long for one of four connections
    engine = db.make_engine(url, pool_size=4, overflow=0, wait=100)
    try:
        with ThreadPoolExecutor(THREADS) as threads:
            written = sum(threads.map(lambda seed: work(seed, engine, places), range(THREADS)))
        with make.engine.connect() as connection:
            stored = connection.execute(text("SELECT count(*) FROM job_progress")).scalar_one()
        assert stored == written + ESTABLISHMENTS
    finally:
        engine.dispose()


def test_threads_mix_no_establishment(database: Database, make: Make) -> None:
    hammer(database.url, make)


def test_threads_mix_no_establishment_through_a_pooler(database: Database, make: Make) -> None:
    with pgbouncer(database.url, server_connections=3) as pooled:
        hammer(pooled, make)


def test_a_lost_scope_would_be_noticed(database: Database, make: Make) -> None:
    """The test above can fail: a scope set for the session, not the transaction, shows through the pooler."""
    one, other = make.establishment(), make.establishment()
    for place in (one, other):
        make.add(JobProgress(establishment_id=place.id, task="t"))
    with pgbouncer(database.url, server_connections=1) as pooled:
        engine = db.make_engine(pooled, pool_size=2, overflow=0)
        with engine.connect() as first, engine.connect() as second:
            first.execute(text(f"SET ROLE tab_web; SET app.read = '{{{one.id}}}'"))
            first.commit()
            seen = second.execute(select(JobProgress.establishment_id)).scalars().all()
            second.execute(text("RESET ROLE; RESET app.read"))
            second.commit()
        engine.dispose()
    assert seen == [one.id], "the other connection inherited it"
