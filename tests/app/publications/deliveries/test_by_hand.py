"""``tabellion publish … --to``: rehearsed, then sent at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner

from app import db, provision
from app.cli import main
from app.errors import AppError
from app.publications import cli
from tests.app.publications.deliveries.conftest import Sent

To = Callable[..., Sent]


def published(sent: Sent, name: str = "datagouv", **options: bool) -> dict:
    press = sent.press
    return cli.publish_one(press.establishment.id, press.view.slug, to=name, work=press.work, **options)


def test_a_rehearsal_looks_and_writes_nothing_then_it_is_sent(sent_to: To) -> None:
    sent = sent_to()
    told = published(sent, dry_run=True)
    assert told["version"] is None and told["portal"]["arrived"] is False
    assert any("serait créé" in one for one in told["portal"]["said"])
    assert sent.live() == 0 and sent.press.current is None
    sentences = "\n".join(cli._sentences(told))
    assert "Ce qui serait envoyé à datagouv" in sentences and "Rien n’a été publié" in sentences
    told = published(sent)
    assert told["portal"]["arrived"] is True
    sent.assert_there(sent.press.held(told["version"]))
    assert "✓ Arrivée sur datagouv" in "\n".join(cli._sentences(told))
    # what is there is replaced the next time, and the rehearsal says so
    sent.press.add("A4", "Piscine")
    assert any("mis à jour" in one for one in published(sent, dry_run=True)["portal"]["said"])


def test_what_has_not_changed_is_brought_all_the_same(sent_to: To) -> None:
    sent = sent_to()
    sent.press.publish()
    told = published(sent)
    assert (told["version"], told["unchangedSince"], told["portal"]["arrived"]) == (1, 1, True)
    sent.assert_there(sent.press.held(1))
    assert sent.press.current == 1
    assert "✓ Arrivée sur datagouv" in "\n".join(cli._sentences(told))


def test_a_portal_that_is_down_is_said_and_nothing_is_lost(sent_to: To) -> None:
    sent = sent_to()
    sent.case.site.stop()
    told = published(sent)
    assert "ne répond pas" in told["portal"]["problem"]
    assert sent.press.current == told["version"]
    assert sent.hold().next_try_at is not None


def test_a_portal_that_is_none_is_said_before_anything_is_published(sent_to: To) -> None:
    sent = sent_to()
    with pytest.raises(AppError, match="datagouv"):
        published(sent, "ailleurs")
    assert sent.press.current is None


def test_the_command_lists_portals_and_what_stands_there(
    sent_to: To, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = sent_to()

    @contextmanager
    def opened(_settings: object) -> Iterator[object]:
        yield sent.press.database

    monkeypatch.setattr(provision, "open_database", opened)
    monkeypatch.setattr(db, "connect", lambda *_, **__: None)
    monkeypatch.setattr(db, "disconnect", lambda: None)
    published(sent)
    told = CliRunner().invoke(main, ["portals", sent.press.establishment.slug])
    assert told.exit_code == 0, told.output
    assert f"{sent.portal.id}  datagouv  (data.gouv.fr)  Commune de Rezé  connecté" in told.stdout
    assert (
        f"{sent.press.establishment.slug}/{sent.press.view.slug}" in told.stdout and "à jour" in told.stdout
    )
    assert CliRunner().invoke(main, ["portals", "nulle-part"]).exit_code == 2
