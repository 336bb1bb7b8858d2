"""The one establishment scope: what the rows of a transaction may belong to.

Row-level security, forced, is the floor under every query: a transaction says as which role it runs and which
establishments it may read, write and manage, by ``SET LOCAL``; a query that forgets its filter returns nothing of others.

- ``tab_owner`` owns the tables and logs in nowhere;
- ``tab_web`` (requests), ``tab_worker`` (jobs) and ``tab_public`` (pages for everybody) are what transactions run as;
- ``tab_app`` logs in, and may only become one of those three.

Statements and not ``set_config()``, which a Citus coordinator does not carry to its workers. The ids are integers and
nothing else ever reaches the text of the statements.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session, SessionTransaction

from app.models.role import Role

INSTANCE = 0
"""The id that stands for the whole instance where an ``establishment_id`` is asked for: its journal, its jobs.

An administrator's scope holds it; with it, the list of establishments may be read and written. Nothing else of theirs."""

ScopeRole = Literal["tab_web", "tab_worker", "tab_public"]
__all__ = [
    "INSTANCE",
    "SCOPE_ROLES",
    "Role",
    "Scope",
    "ScopeRole",
    "apply",
    "install",
    "scope_of",
    "set_scope",
]

SCOPE_ROLES: tuple[ScopeRole, ...] = ("tab_web", "tab_worker", "tab_public")
TIMEOUTS: dict[ScopeRole, int] = {
    "tab_web": 20,
    "tab_worker": 0,
    "tab_public": 10,
}  # seconds a statement may last
LOCK_TIMEOUT = 8
"""Seconds that a request waits for others to end with a row; jobs wait as long as it takes."""


def _ids(values: Iterable[int]) -> frozenset[int]:
    return frozenset(int(value) for value in values)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a transaction may touch: ids of establishments; ``account`` sees its own memberships."""

    role: ScopeRole = "tab_web"
    account: int | None = None
    read: frozenset[int] = field(default_factory=frozenset)
    write: frozenset[int] = field(default_factory=frozenset)
    manage: frozenset[int] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        if self.role not in SCOPE_ROLES:
            raise ValueError(f"no such role: {self.role}")
        for name in ("read", "write", "manage"):
            object.__setattr__(self, name, _ids(getattr(self, name)))
        if self.account is not None:
            object.__setattr__(self, "account", int(self.account))

    @classmethod
    def of(cls, establishment: int, role: Role, *, account: int | None, base: ScopeRole = "tab_web") -> Self:
        """What a member of this role may touch in one establishment."""
        one = frozenset((establishment,))
        none: frozenset[int] = frozenset()
        return cls(
            base,
            account,
            read=one,
            write=one if role.includes(Role.editor) else none,
            manage=one if role.includes(Role.manager) else none,
        )

    @classmethod
    def job(cls, establishment: int = INSTANCE) -> Self:
        """What a job of one establishment may touch."""
        one = frozenset((establishment,))
        return cls("tab_worker", None, read=one, write=one, manage=one)

    @classmethod
    def instance(cls, account: int | None = None, base: ScopeRole = "tab_web") -> Self:
        """What an administrator's page may touch: the instance and the list of establishments, no rows of theirs."""
        one = frozenset((INSTANCE,))
        return cls(base, account, read=one, write=one, manage=one)

    def also_reading(self, ids: Iterable[int]) -> Self:
        """The same, with more establishments to read: for boards; nothing may be written meanwhile."""
        return replace(self, read=self.read | _ids(ids), write=frozenset(), manage=frozenset())

    def statements(self) -> str:
        """The statements that set it, for one round trip in the simple protocol."""
        return "; ".join(
            (
                f"SET LOCAL ROLE {self.role}",
                f"SET LOCAL statement_timeout = '{TIMEOUTS[self.role]}s'",
                *(() if self.role == "tab_worker" else (f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}s'",)),
                f"SET LOCAL app.account = '{'' if self.account is None else self.account}'",
                *(
                    f"SET LOCAL app.{name} = '{{{','.join(map(str, sorted(ids)))}}}'"
                    for name, ids in (("read", self.read), ("write", self.write), ("manage", self.manage))
                ),
            )
        )


def apply(connection: Connection, scope: Scope) -> None:
    """Set the scope of the transaction under way, or begin one by it, in one round trip; it ends with it."""
    driver: Any = connection.connection.driver_connection
    if driver.info.transaction_status != TransactionStatus.IDLE:
        # the driver itself: no parameter, hence the simple protocol, which alone takes several statements at once
        driver.execute(scope.statements(), prepare=False)
        return
    # the driver would send its BEGIN first, and wait for the answer
    result = driver.pgconn.exec_(f"BEGIN; {scope.statements()}".encode())
    if result.status != ExecStatus.COMMAND_OK:
        raise error_from_result(result)


def set_scope(session: Session, scope: Scope) -> None:
    """Change the scope of a session: of its transaction under way, and of those that follow.

    Raises RuntimeError inside a savepoint, whose rollback would bring the former scope back.
    """
    if session.in_nested_transaction():
        raise RuntimeError("the scope of a savepoint cannot change")
    session.info["scope"] = scope
    if session.in_transaction():
        session.flush()  # what was added before belongs to the former scope
        if (connection := session.info.get("connection")) is not None:
            apply(connection, scope)


def scope_of(session: Session) -> Scope | None:
    """The scope of a session; None before it has one, and then every query is refused."""
    found = session.info.get("scope")
    return found if isinstance(found, Scope) else None


def install(session_class: type[Session]) -> None:
    """Make every transaction of these sessions begin by its scope."""

    @event.listens_for(session_class, "after_begin")
    def begin(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
        if transaction.nested:
            return
        session.info["connection"] = connection
        if (scope := scope_of(session)) is not None:
            apply(connection, scope)

    @event.listens_for(session_class, "after_transaction_end")
    def end(session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None:
            session.info.pop("connection", None)
