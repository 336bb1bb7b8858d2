"""The whole path of a delivery: a connection in the database, a publication, a job, a server; whatever happens on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.models import Answer, JournalEntry
from app.publications import service as publications
from app.publications.deliveries import service, work
from app.publications.portals.faults import Fault, PortalError
from app.publications.situation import Situation
from tests.app.publications.deliveries.conftest import Sent
from tests.app.publications.portals.site import TROUBLES

To = Callable[..., Sent]
KINDS = ("datagouv", "ckan", "opendatasoft")


@pytest.mark.parametrize("kind", KINDS)
def test_a_publication_arrives_by_itself(sent_to: To, kind: str) -> None:
    sent = sent_to(kind)
    sent.choose()
    assert sent.standing.situation is Situation.DRAFT
    version = sent.press.publish()  # the worker publishes, then sends
    sent.assert_there(version)
    assert sent.standing.situation is Situation.UP_TO_DATE
    assert sent.standing.page.startswith("http")


def test_a_dataset_that_is_published_already_goes_to_a_portal_chosen_later(sent_to: To) -> None:
    sent = sent_to()
    version = sent.press.publish()
    sent.choose()
    assert sent.standing.situation is Situation.SENDING
    sent.press.work()
    sent.assert_there(version)


@pytest.mark.parametrize("kind", KINDS)
def test_each_version_replaces_the_last_and_an_older_one_comes_back(sent_to: To, kind: str) -> None:
    sent = sent_to(kind)
    sent.choose()
    first = sent.press.publish()
    sent.press.add("A4", "Piscine")
    sent.case.site.sleep(5)
    second = sent.press.publish()
    sent.assert_there(second)
    sent.case.site.sleep(5)
    with sent.press.session() as session:
        publications.roll_back(session, sent.press.dataset, sent.press.held(first.number), account=None)
    sent.press.work()
    sent.assert_there(sent.press.held(first.number))


def test_the_same_file_is_not_sent_again(sent_to: To) -> None:
    sent = sent_to()
    sent.choose()
    version = sent.press.publish()
    with sent.press.session() as session:
        service.send_now(session, sent.press.dataset, sent.portal.id, account=None)
    sent.press.work()
    sent.assert_there(version)
    assert sent.case.uploads() == 1


class Ended(BaseException):
    """The process is no more."""


@pytest.mark.parametrize("kind", ["datagouv", "ckan"])
@pytest.mark.parametrize("again", [False, True], ids=["first", "replace"])
def test_a_process_that_ends_at_any_writing_is_gone_on_with(sent_to: To, kind: str, again: bool) -> None:
    """After each writing, hence before and after each step: what the database holds then is enough to go on."""
    ends_at, ended, press = 0, True, None
    while ended:
        sent = sent_to(kind, press)
        press = sent.press
        version = press.held(press.current) if press.current else sent.publish_here()
        sent.choose()
        if again:
            sent.go()
            sent.case.site.sleep(5)
            press.add(f"B{ends_at}")
            version = sent.publish_here()
        ended = sent.go_until(ends_at, Ended)
        if ended:
            sent.later()  # no sign of life for long enough
            sent.go()
        sent.assert_there(version, f"the process ended at writing {ends_at}")
        ends_at += 1
    assert ends_at > 10


@pytest.mark.parametrize("kind", ["datagouv", "ckan"])
@pytest.mark.parametrize("trouble", TROUBLES)
def test_trouble_at_any_request_is_gone_on_with_by_itself(sent_to: To, kind: str, trouble: str) -> None:
    at, happened, press = 0, True, None
    while happened:
        sent = sent_to(kind, press)
        press = sent.press
        version = press.held(press.current) if press.current else sent.publish_here()
        sent.choose()
        sent.case.site.trouble = {at: trouble}
        for _ in range(3):
            sent.go()
            if sent.hold().next_try_at is None:
                break
            sent.later()
        happened = not sent.case.site.trouble
        sent.assert_there(version, f"{trouble} at request {at}")
        at += 1
    assert at > 5


def test_a_portal_that_is_down_blocks_nothing_here_and_is_tried_again_later_each_time(sent_to: To) -> None:
    sent = sent_to()
    sent.choose()
    sent.case.site.stop()
    version = sent.press.publish()
    assert sent.press.current == version.number  # everybody reads it here
    first = sent.hold().next_try_at
    standing = sent.standing
    assert first is not None and standing.situation is Situation.SENDING
    assert "ne répond pas" in standing.problem and "reprend tout seul" in standing.remedy
    assert "Prochain essai" in standing.line
    page = sent.press.get("/portails")
    assert "ne répond pas" in page and "Envoyer maintenant" in page
    sent.go()  # not yet
    assert sent.hold().next_try_at == first
    waits = [work.wait_after(tries, PortalError(Fault.UNAVAILABLE, portal="x")) for tries in range(1, 13)]
    assert waits[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert waits == sorted(waits) and waits[-1] == timedelta(hours=6)
    assert work.wait_after(1, PortalError(Fault.BUSY, portal="x", retry_after=7200)) == timedelta(hours=2)


def test_what_is_due_is_gone_on_with_by_the_round_of_the_minute(sent_to: To) -> None:
    sent = sent_to()
    sent.choose()
    sent.case.site.trouble = dict.fromkeys(range(20), "500_before")
    version = sent.press.publish()
    assert sent.hold().next_try_at is not None
    sent.case.site.trouble = {}
    assert work.go_on_with_due() == 0
    sent.later()
    assert work.go_on_with_due() == 1
    sent.press.work()
    sent.assert_there(version)
    assert work.go_on_with_due() == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_made_at_the_portal_waits_for_a_person(sent_to: To, kind: str) -> None:
    sent = sent_to(kind)
    sent.choose()
    sent.press.publish()
    sent.case.edit()
    sent.press.add("A4", "Piscine")
    sent.case.site.sleep(5)
    second = sent.press.publish()
    standing = sent.standing
    assert standing.situation is Situation.CONFLICT
    assert "titre" in standing.problem and standing.acts[:2] == ("remplacer", "laisser")
    assert sent.case.held().title == "Un autre titre"
    page = sent.press.get("/portails")
    assert "En conflit" in page and "Remplacer ce qui est au portail" in page
    for elsewhere in ("/publications", "/publier"):
        assert "En conflit" in sent.press.get(elsewhere)
    assert f'{sent.press.path}/portails">Décider' in sent.press.browser.get("/").text
    # let be: nothing more is sent
    sent.press.post(f"/portails/{sent.portal.id}/laisser")
    assert sent.standing.situation is Situation.SUSPENDED
    sent.press.work()
    assert sent.case.held().title == "Un autre titre"
    sent.press.post(f"/portails/{sent.portal.id}/remplacer")
    sent.press.work()
    sent.assert_there(second)
    assert sent.case.held().title == sent.press.view.title


def test_a_dataset_deleted_at_the_portal_comes_back_only_when_asked(sent_to: To) -> None:
    sent = sent_to()
    sent.choose()
    sent.press.publish()
    sent.case.erase()
    sent.press.add("A4", "Piscine")
    sent.case.site.sleep(5)
    second = sent.press.publish()
    assert sent.standing.situation is Situation.FAILED
    assert sent.standing.acts[0] == "recreer"
    assert "supprimé" in sent.press.get("/portails")
    sent.answer(Answer.recreate)
    sent.case.site.sleep(5)
    sent.press.work()
    sent.assert_there(second)


@pytest.mark.parametrize("kind", KINDS)
def test_a_version_that_is_withdrawn_is_withdrawn_there_too(sent_to: To, kind: str) -> None:
    sent = sent_to(kind)
    sent.choose()
    version = sent.press.publish()
    with sent.press.session() as session:
        publications.withdraw(
            session, sent.press.dataset, sent.press.held(version.number), "Une erreur", account=None
        )
    sent.press.work()
    assert sent.state.withdrawn and sent.hold().sent is None
    assert sent.case.site.asked and sent.live() == 0
    sent.press.add("A4", "Piscine")
    sent.case.site.sleep(5)
    sent.assert_there(sent.press.publish())


def test_a_bad_key_is_said_and_a_new_one_goes_on(sent_to: To) -> None:
    sent = sent_to()
    sent.choose()
    sent.spoil_key()
    version = sent.press.publish()
    assert sent.standing.situation is Situation.FAILED
    assert "ne reconnaît pas la clé" in sent.standing.problem
    assert sent.hold().next_try_at is None  # asking again would change nothing
    sent.mend_key()
    sent.press.work()
    sent.assert_there(version)


def test_a_key_that_can_be_read_no_more_is_said(sent_to: To) -> None:
    sent = sent_to()
    sent.choose()
    sent.spoil_key("s1.00000000.AAAA")
    sent.press.publish()
    assert "ne reconnaît pas la clé" in sent.standing.problem


def test_suspended_then_resumed(sent_to: To) -> None:
    sent = sent_to()
    sent.choose()
    first = sent.press.publish()
    sent.press.post(f"/portails/{sent.portal.id}/suspendre")
    sent.press.add("A4", "Piscine")
    second = sent.press.publish()
    assert sent.standing.situation is Situation.SUSPENDED
    assert sent.case.held().content == sent.press.reference(first.number)
    sent.case.site.sleep(5)
    sent.press.post(f"/portails/{sent.portal.id}/reprendre")
    sent.press.work()
    sent.assert_there(second)


@pytest.mark.parametrize(("said", "left"), [("laisser", 1), ("retirer", 0)])
def test_no_more_published_there(sent_to: To, said: str, left: int) -> None:
    sent = sent_to()
    sent.choose()
    sent.press.publish()
    assert "Le retirer" in sent.press.get(f"/portails/{sent.portal.id}/arreter")
    sent.press.post(f"/portails/{sent.portal.id}/arreter", {"sur_place": said})
    sent.press.work()
    assert sent.live() == left
    assert "Sur aucun portail" in sent.press.get("/portails")


def test_a_delivery_removed_while_it_is_under_way_stops(sent_to: To) -> None:
    sent = sent_to()
    version = sent.press.publish()
    sent.choose()

    def removed() -> None:
        with sent.press.session() as session:
            service.stop(session, sent.press.dataset, sent.portal.id, withdraw=False, account=None)

    sent.go(after=3, act=removed)
    assert sent.press.current == version.number
    assert "Sur aucun portail" in sent.press.get("/portails")


def test_a_version_published_while_another_is_under_way_follows_it(sent_to: To) -> None:
    sent = sent_to()
    sent.press.publish()
    sent.choose()
    made: list[int] = []

    def another() -> None:
        if not made:
            sent.press.add("A4", "Piscine")
            made.append(sent.publish_here().number)
            sent.case.site.sleep(5)

    sent.go(after=3, act=another)
    sent.go()
    sent.assert_there(sent.press.held(made[0]))


def test_a_rehearsal_says_what_would_be_sent_and_sends_nothing(press, open_quickly: None) -> None:
    portal = press.make.connection(press.establishment, name="Répétition", organisation_name="Répétition")
    press.post("/portails", {"portail": str(portal.id)})
    press.publish()
    page = press.get("/portails")
    assert "Ce qui aurait été envoyé" in page and "serait créé" in page
    assert "À jour" in page


def test_the_journal_says_what_arrived(sent_to: To) -> None:
    from sqlalchemy import select

    sent = sent_to()
    sent.choose()
    sent.press.publish()
    with sent.press.session() as session:
        acts = list(session.scalars(select(JournalEntry.act)))
    assert {"delivery.added", "delivery.arrived"} <= set(acts)


def test_those_who_may_not_publish_see_and_change_nothing(sent_to: To) -> None:
    sent = sent_to()
    sent.choose()
    sent.press.publish()
    sent.press.sign_in("editor")
    page = sent.press.get("/portails")
    assert "À jour" in page and "Envoyer maintenant" not in page
    for act in ("envoyer", "suspendre", "remplacer", "recreer", "arreter"):
        sent.press.post(f"/portails/{sent.portal.id}/{act}", status=403)
    sent.press.post("/portails", {"portail": str(sent.portal.id)}, status=403)


def test_a_portal_of_others_is_no_choice(sent_to: To) -> None:
    sent = sent_to()
    other = sent.press.make.connection(sent.press.make.establishment(), organisation_name="x")
    sent.press.post("/portails", {"portail": str(other.id)}, status=404)
    sent.press.post(f"/portails/{other.id}/envoyer", status=404)
    sent.press.post("/portails", {"portail": "x"})
