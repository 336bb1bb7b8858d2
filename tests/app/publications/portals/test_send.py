"""Sending to every kind of portal, whatever happens on the way: one dataset and one file at the end, rightly described."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.publications.portals.base import Portal, Presence
from app.publications.portals.faults import Fault, PortalError
from app.publications.portals.send import Plan, SendState, Step, look, send, withdraw
from tests.app.publications.portals.cases import CASES, Case, a_file, changed
from tests.app.publications.portals.site import TROUBLES

pytestmark = pytest.mark.usefixtures("data_dir")


class Shelf:
    """What a database keeps: JSON, and at each writing perhaps the end of the process."""

    def __init__(self, ends_at: int = -1) -> None:
        self.kept: list[str] = []
        self.ends_at = ends_at

    def __call__(self, state: SendState) -> None:
        self.kept.append(json.dumps(state.to_dict()))
        if len(self.kept) - 1 == self.ends_at:
            raise KeyboardInterrupt

    @property
    def state(self) -> SendState:
        return SendState.from_dict(json.loads(self.kept[-1]) if self.kept else None)


@contextmanager
def opened(case: Case) -> Iterator[Portal]:
    portal = case.open()
    try:
        yield portal
    finally:
        portal.close()


def sent(case: Case, plan: Plan, shelf: Shelf, **options: int) -> SendState:
    with opened(case) as portal:
        return send(portal, plan, shelf, shelf.state, sleep=case.site.sleep, **options)


def assert_arrived(case: Case, plan: Plan, shelf: Shelf, told: str = "") -> None:
    held, metadata = case.held(), plan.metadata
    assert (held.datasets, held.resources) == (1, 1), told
    assert held.content == plan.file.path.read_bytes(), told
    assert held.title == metadata.title, told
    assert held.description == metadata.description, told
    if case.names_files:
        assert (held.file_title, held.file_description) == (plan.file.title, plan.file.description), told
    assert held.licence == "lov2", told
    assert metadata.coverage is not None
    assert held.coverage == f"{metadata.coverage.start}/{metadata.coverage.end}", told
    assert held.tags == case.tags, told
    assert held.schema, told
    assert held.public is not metadata.private, told
    assert shelf.state.arrived, told
    assert shelf.state.ids.dataset_id, told
    assert shelf.state.ids.page.startswith("http"), told
    assert shelf.state.ids.url.startswith("http"), told


def test_a_publication_arrives_whole_and_its_ids_are_kept(case: Case, tmp_path: Path) -> None:
    plan, shelf = Plan(case.metadata, a_file(tmp_path)), Shelf()
    state = sent(case, plan, shelf)
    assert_arrived(case, plan, shelf)
    assert state == shelf.state
    assert set(state.notices) <= {"processing"}


def test_the_ids_are_kept_before_anything_else_is_asked(case: Case, tmp_path: Path) -> None:
    seen: list[tuple[int, str, str]] = []

    def store(state: SendState) -> None:
        seen.append((len(case.site.asked), state.ids.dataset_id, str(state.step)))

    with opened(case) as portal:
        send(portal, Plan(case.metadata, a_file(tmp_path)), store, sleep=case.site.sleep)
    created = next(asked for asked, dataset, _ in seen if dataset)
    assert next(asked for asked, _, step in seen if step == Step.RESOURCE) == created


def test_the_same_file_is_not_sent_twice(case: Case, tmp_path: Path) -> None:
    plan, shelf = Plan(case.metadata, a_file(tmp_path)), Shelf()
    sent(case, plan, shelf)
    before = len(case.site.asked)
    sent(case, plan, shelf)
    assert case.uploads() == 1
    assert {one.method for one in case.site.asked[before:]} <= {"GET"}  # looked at, and left
    again = Plan(changed(case.metadata), plan.file)
    sent(case, again, shelf)
    assert case.uploads() == 1
    assert_arrived(case, again, shelf)


def test_a_new_file_takes_the_place_of_the_last_and_nothing_said_is_lost(case: Case, tmp_path: Path) -> None:
    shelf = Shelf()
    first = sent(case, Plan(case.metadata, a_file(tmp_path)), shelf)
    again = Plan(case.metadata, a_file(tmp_path, rows=5))
    second = sent(case, again, shelf)
    assert_arrived(case, again, shelf)
    assert (second.ids.dataset_id, second.ids.page) == (first.ids.dataset_id, first.ids.page)


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("again", [False, True], ids=["first", "replace"])
@pytest.mark.parametrize("tries", [4, 1], ids=["waits", "put-off"])
@pytest.mark.parametrize("kind", list(CASES))
def test_trouble_at_any_request_leaves_one_dataset_and_one_file(
    kind: str, trouble: str, again: bool, tries: int, tmp_path: Path
) -> None:
    """At each request in turn; ``put-off``: the job fails at the first trouble and is begun again from what was kept."""
    at, happened = 0, True
    while happened:
        case = CASES[kind]()
        try:
            shelf, plan = Shelf(), Plan(case.metadata, a_file(tmp_path))
            if again:
                sent(case, plan, shelf)
                plan = Plan(changed(case.metadata), a_file(tmp_path, rows=5))
            case.site.trouble = {len(case.site.asked) + at: trouble}
            for _attempt in range(3):
                try:
                    sent(case, plan, shelf, tries=tries)
                    break
                except PortalError as error:
                    assert tries == 1 and error.passing
                    assert shelf.state.fault is not None
                    case.site.sleep(20)
            happened = not case.site.trouble
            assert_arrived(case, plan, shelf, f"{trouble} at request {at}")
        finally:
            case.site.stop()
        at += 1
    assert at > 5  # every request of the sequence had its turn


@pytest.mark.parametrize("again", [False, True], ids=["first", "replace"])
@pytest.mark.parametrize("kind", list(CASES))
def test_a_process_that_ends_at_any_moment_is_gone_on_with(kind: str, again: bool, tmp_path: Path) -> None:
    """At each writing of the state, hence before and after each step."""
    ends_at, ended = 0, True
    while ended:
        case = CASES[kind]()
        try:
            shelf, plan = Shelf(), Plan(case.metadata, a_file(tmp_path))
            if again:
                sent(case, plan, shelf)
                plan = Plan(changed(case.metadata), a_file(tmp_path, rows=5))
            shelf.ends_at = len(shelf.kept) + ends_at
            try:
                sent(case, plan, shelf)
                ended = False
            except KeyboardInterrupt:
                case.site.sleep(5)
                sent(case, plan, shelf)
            assert_arrived(case, plan, shelf, f"ended at writing {ends_at}")
        finally:
            case.site.stop()
        ends_at += 1
    assert ends_at > 8


def test_what_was_created_without_a_word_being_kept_is_found_again(case: Case, tmp_path: Path) -> None:
    """A database that is restored from before the first publication."""
    sent(case, Plan(case.metadata, a_file(tmp_path)), Shelf())
    plan, shelf = Plan(case.metadata, a_file(tmp_path, rows=5)), Shelf()
    case.site.sleep(5)
    sent(case, plan, shelf)
    assert_arrived(case, plan, shelf)


@pytest.mark.parametrize("kind", list(CASES))
def test_what_a_slow_portal_does_after_we_gave_up_is_tidied(kind: str, tmp_path: Path) -> None:
    """A request that is acted upon once we have asked for the same again: nothing shows it at that moment."""
    at = 0
    while True:
        case = CASES[kind]()
        try:
            plan, shelf = Plan(case.metadata, a_file(tmp_path)), Shelf()
            case.site.trouble = {at: "late"}
            case.site.release_after(at + 3)
            sent(case, plan, shelf)
            if case.site.trouble:
                break
            assert_arrived(case, plan, shelf, f"late at request {at}")
        finally:
            case.site.stop()
        at += 1
    assert at > 5


def test_a_change_made_at_the_portal_is_not_overwritten_unasked(case: Case, tmp_path: Path) -> None:
    plan, shelf = Plan(case.metadata, a_file(tmp_path)), Shelf()
    sent(case, plan, shelf)
    with opened(case) as portal:
        assert look(portal, shelf.state).changed == ()
    case.edit()
    with opened(case) as portal:
        assert look(portal, shelf.state).changed == ("title",)
    again = Plan(case.metadata, a_file(tmp_path, rows=5))
    with pytest.raises(PortalError) as caught:
        sent(case, again, shelf)
    assert caught.value.kind is Fault.CONFLICT
    assert caught.value.fields == {"title": "Un autre titre"}
    assert "titre" in caught.value.text("fr")
    assert shelf.state.fault is not None and shelf.state.fault.kind is Fault.CONFLICT
    assert case.held().title == "Un autre titre"
    over = Plan(again.metadata, again.file, overwrite=True)
    sent(case, over, shelf)
    assert_arrived(case, over, shelf)


def test_a_dataset_deleted_at_the_portal_comes_back_only_when_asked(case: Case, tmp_path: Path) -> None:
    plan, shelf = Plan(case.metadata, a_file(tmp_path)), Shelf()
    sent(case, plan, shelf)
    case.erase()
    for _ in range(2):
        with pytest.raises(PortalError) as caught:
            sent(case, plan, shelf)
        assert caught.value.kind in {Fault.GONE, Fault.MISSING}
    again = Plan(plan.metadata, plan.file, recreate=True)
    case.site.sleep(5)
    sent(case, again, shelf)
    assert_arrived(case, again, shelf)


def test_a_withdrawn_dataset_is_found_no_more_and_may_come_back(case: Case, tmp_path: Path) -> None:
    plan, shelf = Plan(case.metadata, a_file(tmp_path)), Shelf()
    sent(case, plan, shelf)
    for _ in range(2):  # asked twice, done once
        with opened(case) as portal:
            withdraw(portal, shelf, shelf.state, sleep=case.site.sleep)
            assert look(portal, shelf.state).presence in {Presence.DELETED, Presence.ABSENT}
    assert shelf.state.withdrawn
    case.site.sleep(5)
    sent(case, plan, shelf)
    assert not shelf.state.withdrawn
    assert_arrived(case, plan, shelf)


def test_a_refusal_is_kept_and_does_not_stop_the_next_try(case: Case, tmp_path: Path) -> None:
    plan, shelf = Plan(case.metadata, a_file(tmp_path)), Shelf()
    case.site.trouble = dict.fromkeys(range(1, 60), "500_before")
    with pytest.raises(PortalError) as caught:
        sent(case, plan, shelf)
    assert caught.value.kind is Fault.UNAVAILABLE
    assert 3 <= len(case.site.slept) < 6 and sum(case.site.slept) < 60
    assert shelf.state.tries == 1
    case.site.trouble = {}
    sent(case, plan, shelf)
    assert_arrived(case, plan, shelf)
    assert shelf.state.tries == 0


def test_a_portal_that_asks_to_wait_long_is_left_to_the_next_job(case: Case, tmp_path: Path) -> None:
    plan, shelf = Plan(case.metadata, a_file(tmp_path)), Shelf()
    case.site.trouble = {0: "429_long"}
    with pytest.raises(PortalError) as caught:
        sent(case, plan, shelf)
    assert caught.value.kind is Fault.BUSY
    assert caught.value.retry_after == 3600
    assert case.site.slept == []
