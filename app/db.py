"""The database of this process: its connections, its sessions, and the only commits.

One request or job, one transaction, committed at the edge before the answer is sent. What must outlive a refusal
(counters, journals, a job's progress) goes through :func:`aside`, a second short transaction on connections of its own, so
that a full pool cannot wait for itself.
"""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from anyio import CapacityLimiter, to_thread
from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import InvalidatePoolError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from app import tenancy
from app.errors import Busy
from app.tenancy import Scope

APPLICATION = "tabellion"
ASKED_AFTER = 1.0  # seconds without use
PREPARED = {"prepared": True}
"""Execution options of a statement that runs with nearly every request, and whose plan is the same whatever it is asked."""
NEVER_BY_ITSELF = 2**31
WAIT_SECONDS = 10  # for a connection of the pool, and for the server to accept one


class TenantSession(Session):
    """A session whose every transaction begins by its scope; without a scope every query is refused."""


tenancy.install(TenantSession)
SessionFactory: sessionmaker[TenantSession] = sessionmaker(
    class_=TenantSession, expire_on_commit=False, autoflush=True
)
"""Makes sessions bound to the database of this process, see :func:`connect`; with ``info={"scope": …}``."""


@dataclass(slots=True)
class _Bound:
    main: Engine
    aside: Engine


_bound: _Bound | None = None


def sqlalchemy_url(url: str) -> URL:
    """libpq's address as SQLAlchemy reads it, with psycopg 3 as the driver."""
    return make_url(url).set(drivername="postgresql+psycopg")


def make_engine(
    url: str,
    *,
    pool_size: int,
    overflow: int,
    name: str = APPLICATION,
    wait: int = WAIT_SECONDS,
    prepares: bool = False,
) -> Engine:
    """Connections to a database; fit for pgbouncer in transaction mode: nothing is prepared, nothing set for a session.

    ``wait`` is how many seconds a thread waits for a connection of its own. ``prepares``: no pooler is there, and the server plans
    once, for each connection, the statements that say so (:data:`PREPARED`); those alone, for the plan of a list depends on what
    is sought.
    """
    made = create_engine(
        sqlalchemy_url(url),
        pool_size=pool_size,
        max_overflow=overflow,
        pool_timeout=wait,
        pool_use_lifo=True,
        json_deserializer=orjson.loads,
        connect_args={
            "prepare_threshold": NEVER_BY_ITSELF if prepares else None,
            "connect_timeout": WAIT_SECONDS,
            "application_name": name,
        },
    )
    if prepares:
        event.listen(made, "do_execute", _execute)
    event.listen(made, "checkin", _note_use)
    event.listen(made, "checkout", partial(_ask_if_alive, made))
    return made


def _execute(cursor: Any, statement: str, parameters: Any, context: Any) -> bool | None:
    if context is None or not context.execution_options.get("prepared"):
        return None
    cursor.execute(statement, parameters, prepare=True)
    return True


def _note_use(driver: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _ask_if_alive(made: Engine, driver: Any, record: Any, proxy: Any) -> None:
    """A connection that nobody has used for a while may be one of a server that is no more: the pool then makes another.

    Asked of those alone, since asking takes as long as a short query; no server stops and starts again in the meantime.
    """
    if time.monotonic() - record.info.get("used", math.inf) < ASKED_AFTER:
        return
    try:
        made.dialect.do_ping(driver)
    except made.dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError("the server is gone") from error


def connect(url: str, *, pool_size: int = 10, name: str = APPLICATION, prepares: bool = False) -> Engine:
    """Bind this process to a database, as ``tab_app``; opens nothing yet. Replaces a former binding. See :func:`make_engine`."""
    global _bound
    disconnect()
    _bound = _Bound(
        make_engine(url, pool_size=pool_size, overflow=2 * pool_size, name=name, prepares=prepares),
        make_engine(url, pool_size=2, overflow=8, name=f"{name} aside"),
    )
    SessionFactory.configure(bind=_bound.main)
    return _bound.main


def disconnect() -> None:
    """Close every connection of this process."""
    global _bound
    if _bound is not None:
        _bound.main.dispose()
        _bound.aside.dispose()
        _bound = None
        SessionFactory.configure(bind=None)


def engine() -> Engine:
    """The connections of this process. Raises RuntimeError before :func:`connect`."""
    if _bound is None:
        raise RuntimeError("no database yet: app.db.connect() first")
    return _bound.main


def run_script(connection: Connection, statements: str) -> None:
    """Run statements as they are written (colons and percents are no parameters), in the transaction under way."""
    driver: Any = connection.connection.driver_connection
    driver.execute(statements, prepare=False)


async def get_session() -> AsyncIterator[Session]:
    """The session of a request; a dependency of FastAPI, always with ``scope="function"``.

    It commits when the view returns, before the answer is sent, and rolls back when the view raises. A view that answers
    with a refusal instead of raising one calls ``session.rollback()`` first.
    """
    transaction = in_transaction(Scope("tab_web"))
    session = transaction.__enter__()  # asks nothing of the database yet, hence no thread of its own
    try:
        yield session
    except BaseException as error:
        if not await _in_a_thread(transaction.__exit__, type(error), error, error.__traceback__):
            raise
    else:
        await _in_a_thread(transaction.__exit__, None, None, None)


async def _in_a_thread(leave: Callable[..., bool | None], *arguments: object) -> bool | None:
    """Never waits for a free thread: those that work may all be waiting for the connection that this gives back."""
    return await to_thread.run_sync(leave, *arguments, limiter=CapacityLimiter(1))


@contextmanager
def in_turn() -> Iterator[None]:
    """What waits for others. Raises :class:`Busy` when they hold on for too long, or wait for us too: then all is to be rolled back."""
    try:
        yield
    except OperationalError as error:
        if is_of_others(error):
            raise Busy from error
        raise


def is_of_others(error: BaseException) -> bool:
    """Whether a statement was given up because of what others do at the same time."""
    return isinstance(error, OperationalError) and isinstance(
        error.orig, (LockNotAvailable, DeadlockDetected)
    )


@contextmanager
def in_transaction(
    scope: Scope, *, read_only: bool = False, bind: Engine | None = None
) -> Iterator[TenantSession]:
    """One transaction with its session: committed at the end, rolled back when the block raises."""
    options: dict[str, Any] = {} if bind is None else {"bind": bind}
    with SessionFactory(info={"scope": scope}, **options) as session:
        if read_only:
            session.execute(text("SET LOCAL transaction_read_only = on"))
        try:
            yield session
        except BaseException:
            session.rollback()
            raise
        session.commit()


def read_to_the_end(session: Session) -> None:
    """The cursors that follow in this transaction are planned to be read whole: PostgreSQL expects a tenth of one to be, and then
    takes ways that give the first rows soon and the last ones late. It stops nobody from leaving off before."""
    session.execute(text("SET LOCAL cursor_tuple_fraction = 1"))


@contextmanager
def aside(scope: Scope) -> Iterator[TenantSession]:
    """A second, short transaction: what it writes stays, whatever becomes of the first.

    It waits two seconds at most for a lock: never write here a row that the first transaction has written.
    """
    if _bound is None:
        raise RuntimeError("no database yet: app.db.connect() first")
    with in_transaction(scope, bind=_bound.aside) as session:
        session.execute(text("SET LOCAL lock_timeout = '2s'"))
        yield session
