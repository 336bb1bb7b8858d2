"""What is late is said at home, and by one mail a week to those who may publish."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from app import mail
from app.formats import PARIS
from app.publications import queries, reminders
from tests.app.publications.conftest import Press


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[mail.Letter]:
    found: list[mail.Letter] = []
    monkeypatch.setattr(mail, "deliver", lambda letter, settings=None: found.append(letter) or True)
    return found


def due(press: Press, day: date | None) -> None:
    with press.session() as session:
        queries.say(session, press.establishment.id, press.view.id, due_on=day, due_is_set=day is not None)


def test_one_mail_a_week_to_those_who_publish(press: Press, sent: list[mail.Letter]) -> None:
    editor = press.sign_in("editor")
    today = date(2026, 5, 20)
    due(press, today)
    assert reminders.remind(today) == 0  # the last day is in time
    due(press, today - timedelta(days=1))
    assert reminders.remind(today) == 1
    assert [letter.to for letter in sent] == [press.account.email]
    assert editor.email not in {letter.to for letter in sent}
    assert "Lieux : à publier depuis le 19 mai 2026" in " ".join(sent[0].lines).replace("\xa0", " ").replace(
        "\u202f", " "
    )
    assert reminders.remind(today + timedelta(days=6)) == 0
    assert reminders.remind(today + timedelta(days=7)) == 1


def test_a_publication_ends_it(press: Press, sent: list[mail.Letter]) -> None:
    due(press, date(2026, 1, 1))
    with press.session() as session:
        queries.say(session, press.establishment.id, press.view.id, frequency="monthly")
    press.publish()
    today = datetime.now(PARIS).date()
    assert reminders.remind(today) == 0
    with press.session() as session:
        said = queries.publishing(session, press.establishment.id, press.view.id)
        assert said is not None
        assert said.due_on is not None
        assert timedelta(days=27) < said.due_on - today < timedelta(days=32)


def test_home_says_what_is_late_soon_and_proposed(press: Press) -> None:
    from app.publications import service

    today = datetime.now(PARIS).date()
    due(press, today - timedelta(days=3))
    assert "En retard" in press.browser.get("/").text
    due(press, today + timedelta(days=3))
    page = press.browser.get("/").text.replace("\xa0", " ")
    assert "À publier bientôt" in page
    assert f"{press.path}/publier" in page
    due(press, today + timedelta(days=40))
    assert "À publier bientôt" not in press.browser.get("/").text.replace("\xa0", " ")
    with press.session() as session:
        service.propose(session, press.dataset, account=press.account.id)
    press.work()
    assert f"{press.path}/publications/1" in press.browser.get("/").text
