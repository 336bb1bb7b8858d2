"""Who is at work in which dataset: the dependency of every page below ``/e/{establishment}/{dataset}/``.

@router.get("/e/{establishment}/{dataset}/")
def lines(request: Request, at: Annotated[At, Depends(at_dataset("reader"))], session: SessionOf) -> Response: ...
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fastapi import Request

from app.access import Member, MemberOf, SessionOf, member
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


class InDataset:
    """Members of this role or more, at work in the dataset of the address; gives the :class:`At`. A dataset that is not there is
    an address that does not exist. Asked together with who they are: each dependency of its own is another turn of the threads.
    """

    def __init__(self, gate: MemberOf) -> None:
        self._gate = gate
        self.access = gate.access

    def __call__(self, request: Request, establishment: str, dataset: str, session: SessionOf) -> At:
        me = self._gate(request, establishment, session)
        found = At(me, service.find(session, me.establishment.id, dataset))
        request.state.dataset = found.dataset
        return found


def at_dataset(role: Literal["reader", "editor", "publisher", "manager"]) -> InDataset:
    """The dependency for members of this role or more."""
    return _by_role[role]


_by_role = {role.value: InDataset(member(role.value)) for role in Role}
