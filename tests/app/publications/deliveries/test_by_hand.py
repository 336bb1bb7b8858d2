"""``tabellion publish … --to``: rehearsed, then sent at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

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
