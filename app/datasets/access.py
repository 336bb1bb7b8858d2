"""Who is at work in which dataset: the dependency of every page below ``/e/{establishment}/{dataset}/``.

@router.get("/e/{establishment}/{dataset}/")
def lines(request: Request, at: Annotated[At, Depends(at_dataset("reader"))], session: SessionOf) -> Response: ...
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Request

from app.access import Member, SessionOf, member
from app.datasets import service
from app.datasets.service import DatasetView
from app.tenancy import Role


@dataclass(frozen=True, slots=True)
class At:
    """A member of an establishment at work in one of its datasets."""

    member: Member
    dataset: DatasetView

    @property
    def account(self) -> int:
        return self.member.viewer.id

    @property
    def may_edit(self) -> bool:
        """Whether the person may enter and correct here: by role, and in a dataset that is not put away."""
        return self.member.role.includes(Role.editor) and self.dataset.closed_at is None

    @property
    def path(self) -> str:
        """``/e/commune/deliberations``: what the addresses of the dataset begin with."""
        return f"/e/{self.member.establishment.slug}/{self.dataset.slug}"


def at_dataset(role: Literal["reader", "editor", "publisher", "manager"]) -> Callable[..., At]:
    """The dependency for members of this role or more; a dataset that is not there is an address that does not exist."""
    return _by_role[role]


def _made(role: Literal["reader", "editor", "publisher", "manager"]) -> Callable[..., At]:
    def find(
        request: Request, me: Annotated[Member, Depends(member(role))], dataset: str, session: SessionOf
    ) -> At:
        found = At(me, service.find(session, me.establishment.id, dataset))
        request.state.dataset = found.dataset
        return found

    return find


_by_role = {name: _made(name) for name in ("reader", "editor", "publisher", "manager")}
