"""Sending a publication to a portal: a sequence of steps that can stop anywhere and be taken up again.

:class:`SendState` is kept by the caller, each time ``store`` is called: before a step begins and after it ends, so that the ids
a portal gives are kept before anything else happens. Whatever stops it (a refusal, a cut connection, the end of the process),
calling :func:`send` again with the state last kept goes on from there, and ends with one dataset and one file at the portal.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Self, TypeVar

from app.publications.portals.base import (
    Metadata,
    Portal,
    PortalFile,
    Presence,
    RemoteIds,
    RemoteState,
    fingerprint,
)
from app.publications.portals.faults import Fault, PortalError

TRIES = 4
FIRST_WAIT = 1.1  # seconds: data.gouv.fr takes no two uploads of one name within a second
LONGEST_WAIT = 30.0  # seconds; beyond it the job is put off instead of sleeping

T = TypeVar("T")


class Step(StrEnum):
    """What is done, in this order. ``withdraw`` stands alone."""

    CHECK = "check"
    DATASET = "dataset"
    RESOURCE = "resource"
    DESCRIBE = "describe"
    PUBLISH = "publish"
    TIDY = "tidy"
    VERIFY = "verify"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send. ``overwrite``: even if the dataset was changed at the portal; ``recreate``: even if it was deleted there."""

    metadata: Metadata
    file: PortalFile
    overwrite: bool = False
    recreate: bool = False

    @property
    def key(self) -> str:
        """Tells this content from any other."""
        return hashlib.sha256(
            f"{self.file.sha256} {fingerprint(self.metadata, self.file)}".encode()
        ).hexdigest()


@dataclass(frozen=True, slots=True)
class SendState:
    """How far a dataset is at one portal. Kept as JSON: :meth:`to_dict`, :meth:`from_dict`.

    ``plan``, ``done``, ``step``: the content under way, what is done of it, what was begun; ``sha256``, ``told``, ``seen``: the
    file, the description and the portal's own view of the last content that arrived; ``dirty``: something was changed at the
    portal since; ``uncertain``: an answer was lost, hence doubles are looked for at the end; ``tries``: failures in a row.
    """

    ids: RemoteIds = field(default_factory=RemoteIds)
    plan: str = ""
    done: tuple[Step, ...] = ()
    step: Step | None = None
    sha256: str = ""
    told: str = ""
    seen: Mapping[str, str] = field(default_factory=dict)
    dirty: bool = False
    uncertain: bool = False
    withdrawn: bool = False
    fault: PortalError | None = None
    tries: int = 0
    notices: tuple[str, ...] = ()

    @property
    def arrived(self) -> bool:
        """Whether the last content asked for is wholly at the portal."""
        return Step.VERIFY in self.done and self.fault is None

    def to_dict(self) -> dict[str, Any]:
        kept: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        kept["ids"] = asdict(self.ids)
        kept["done"], kept["notices"] = list(map(str, self.done)), list(self.notices)
        kept["step"] = None if self.step is None else str(self.step)
        kept["seen"] = dict(self.seen)
        kept["fault"] = None if self.fault is None else self.fault.to_dict()
        return kept

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any] | None) -> Self:
        """The state of :meth:`to_dict`; a new one for None. Names it does not know (a newer version's) are left out."""
        if not kept:
            return cls()
        known = {name: value for name, value in kept.items() if name in cls.__slots__}
        known["ids"] = RemoteIds(**(known.get("ids") or {}))
        known["done"] = tuple(map(Step, known.get("done") or ()))
        known["notices"] = tuple(known.get("notices") or ())
        known["step"] = Step(known["step"]) if known.get("step") else None
        known["fault"] = PortalError.from_dict(known["fault"]) if known.get("fault") else None
        return cls(**known)


Store = Callable[[SendState], None]


def send(
    portal: Portal,
    plan: Plan,
    store: Store,
    state: SendState | None = None,
    *,
    sleep: Callable[[float], None] = time.sleep,
    tries: int = TRIES,
) -> SendState:
    """Bring a content to a portal, or go on doing so; nothing is sent of what the portal holds already.

    ``store`` keeps the state for good (a transaction of its own); ``sleep`` takes seconds. Raises :class:`PortalError`, kept in
    the last state stored, when a step is refused or fails ``tries`` times.
    """
    return _Sending(portal, plan, _Walk(portal, store, state or SendState(), sleep, tries)).run()


def withdraw(
    portal: Portal,
    store: Store,
    state: SendState,
    *,
    sleep: Callable[[float], None] = time.sleep,
    tries: int = TRIES,
) -> SendState:
    """Take a dataset off a portal and erase its file there. What is gone already is no error. Raises :class:`PortalError`."""
    walk = _Walk(portal, store, state, sleep, tries)

    def act() -> RemoteIds:
        try:
            return portal.withdraw(walk.state.ids)
        except PortalError as error:
            if error.kind in {Fault.GONE, Fault.MISSING}:
                return replace(walk.state.ids, resource_id="", file_id="", url="")
            raise

    if state.ids.dataset_id:
        ids = walk.step(Step.WITHDRAW, act)
        walk.keep(ids=ids, withdrawn=True, dirty=False, uncertain=False)
    walk.keep(plan="", done=(), sha256="", told="", seen={}, tries=0, fault=None, notices=())
    return walk.state


@dataclass(frozen=True, slots=True)
class Look:
    """What a portal shows of what was sent to it. ``changed``: fields (keys of ``faults.FIELDS``) that were changed there."""

    presence: Presence
    changed: tuple[str, ...] = ()


def look(portal: Portal, state: SendState) -> Look:
    """Whether a dataset is still at its portal as it was left. Raises :class:`PortalError`."""
    now = portal.state(state.ids)
    settled = state.arrived and not state.dirty
    return Look(now.presence, tuple(_changed(state.seen, now)) if settled else ())


def _changed(before: Mapping[str, str], now: RemoteState) -> dict[str, str]:
    """Field → what the portal shows, of those that are not as they were left."""
    return {key: now.seen[key] for key, value in before.items() if key in now.seen and now.seen[key] != value}


class _Walk:
    """One step after the other, each kept before and after, tried again when the portal is only busy or out of reach."""

    def __init__(
        self, portal: Portal, store: Store, state: SendState, sleep: Callable[[float], None], tries: int
    ) -> None:
        self.portal, self.state = portal, state
        self._store, self._sleep, self._tries = store, sleep, max(1, tries)
        if state.step in {Step.DATASET, Step.RESOURCE}:  # the process ended in the middle of it
            self.state = replace(self.state, uncertain=True)

    def keep(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)
        self._store(self.state)

    def step(self, step: Step, act: Callable[[], T]) -> T:
        self.keep(step=step, fault=None)
        for attempt in range(1, self._tries + 1):
            try:
                return act()
            except PortalError as error:
                self.state = replace(self.state, uncertain=self.state.uncertain or error.uncertain)
                wait = max(error.retry_after or 0, FIRST_WAIT * 2 ** (attempt - 1))
                if not error.passing or attempt == self._tries or wait > LONGEST_WAIT:
                    # what is refused, gone or changed is looked at anew; what is out of reach is gone on with
                    done = self.state.done if error.passing else ()
                    self.keep(step=None, done=done, fault=error, tries=self.state.tries + 1)
                    raise
                self._sleep(wait)
        raise AssertionError("unreachable")


class _Sending:
    """The steps of :func:`send`."""

    def __init__(self, portal: Portal, plan: Plan, walk: _Walk) -> None:
        self.portal, self.plan, self.walk = portal, plan, walk
        self.metadata, self.file = plan.metadata, plan.file

    def run(self) -> SendState:
        walk = self.walk
        if walk.state.plan != self.plan.key or walk.state.arrived:
            walk.keep(plan=self.plan.key, done=(), step=None, fault=None, tries=0)
        if Step.CHECK not in walk.state.done:
            walk.keep(**self._checked(walk.step(Step.CHECK, self._look)))
        if walk.state.arrived:
            return walk.state
        self._change(Step.DATASET, lambda ids: self.portal.ensure_dataset(self.metadata, ids))
        self._change(Step.RESOURCE, lambda ids: self.portal.ensure_resource(self.metadata, ids, self.file))
        self._change(Step.DESCRIBE, lambda ids: self.portal.describe(self.metadata, ids, self.file))
        self._change(Step.PUBLISH, lambda ids: self.portal.publish(self.metadata, ids))
        if walk.state.uncertain:
            self._change(Step.TIDY, self._tidy)
        now = walk.step(Step.VERIFY, self._arrived)
        walk.keep(
            **self._all_done(),
            sha256=self.file.sha256,
            told=fingerprint(self.metadata, self.file),
            seen=dict(now.seen),
            dirty=False,
            uncertain=False,
            withdrawn=False,
            notices=tuple(dict.fromkeys((*self.portal.notices, *now.notices))),
        )
        return walk.state

    def _change(self, step: Step, act: Callable[[RemoteIds], RemoteIds]) -> None:
        if step in self.walk.state.done:
            return
        self.walk.keep(dirty=True)
        ids = self.walk.step(step, lambda: act(self.walk.state.ids))
        self.walk.keep(ids=ids, done=(*self.walk.state.done, step), step=None)

    def _tidy(self, ids: RemoteIds) -> RemoteIds:
        self.portal.tidy(self.metadata, ids, self.file)
        return ids

    def _look(self) -> RemoteState | None:
        """What is at the portal, judged: a dataset that somebody deleted or changed there is not touched unasked."""
        state = self.walk.state
        if not state.ids.dataset_id:
            return None
        now = self.portal.state(state.ids)
        if now.presence in {Presence.ABSENT, Presence.DELETED} and not state.withdrawn:
            if self.plan.recreate:
                return now
            kind = Fault.GONE if now.presence is Presence.DELETED else Fault.MISSING
            raise PortalError(kind, portal=self.portal.name)
        changed = {} if state.dirty or state.withdrawn else _changed(state.seen, now)
        if changed and not self.plan.overwrite:
            raise PortalError(Fault.CONFLICT, portal=self.portal.name, fields=changed)
        return now

    def _checked(self, now: RemoteState | None) -> dict[str, Any]:
        """What the look changes in the state: what is there already is not sent again."""
        state, fresh = self.walk.state, {"done": (Step.CHECK,), "step": None}
        if now is None:
            return fresh
        if now.presence is Presence.ABSENT or (now.presence is Presence.DELETED and not state.withdrawn):
            return {**fresh, "ids": RemoteIds(), "sha256": "", "told": "", "seen": {}, "withdrawn": False}
        if state.dirty or state.withdrawn or _changed(state.seen, now) or not now.has_file:
            return fresh
        if state.sha256 != self.file.sha256:
            return fresh
        if state.told != fingerprint(self.metadata, self.file):
            return {**fresh, "done": (Step.CHECK, Step.RESOURCE)}
        return self._all_done()

    def _arrived(self) -> RemoteState:
        now = self.portal.state(self.walk.state.ids)
        if now.presence in {Presence.ABSENT, Presence.DELETED}:
            raise PortalError(Fault.GONE, portal=self.portal.name)
        if not now.has_file:  # begun again from the file, should it not come
            self.walk.state = replace(self.walk.state, done=(Step.CHECK,), uncertain=True)
            raise PortalError(Fault.UNAVAILABLE, portal=self.portal.name)
        return now

    def _all_done(self) -> dict[str, Any]:
        steps = tuple(step for step in Step if step not in {Step.TIDY, Step.WITHDRAW})
        return {"done": steps, "step": None, "fault": None, "tries": 0}
