"""The journal of sensitive acts."""

from __future__ import annotations

import ast

import pytest
from sqlalchemy import select

from app import db, journal
from app.i18n import use
from app.models import JournalEntry
from app.tenancy import Scope
from tests.corpus import ROOT


def noted() -> set[str]:
    """The acts that the code notes, wherever it calls a function whose argument looks like one."""
    found = set()
    for path in (ROOT / "app").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.keyword) and call.arg == "act":
                texts = [node.value for node in ast.walk(call.value) if isinstance(node, ast.Constant)]
                found |= {text for text in texts if isinstance(text, str) and "." in text}
            if isinstance(call, ast.Assign) and [getattr(t, "id", "") for t in call.targets] == ["act"]:
                found |= {
                    node.value
                    for node in ast.walk(call.value)
                    if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value
                }
    return found


def test_each_act_that_is_noted_has_words() -> None:
    acts = noted()
    assert {"schema.added", "establishment.created", "account.deactivated"} <= acts
    assert acts <= set(journal.ACTS)
    assert list(journal.ACTS) == sorted(journal.ACTS)


def test_an_act_is_read_in_both_languages() -> None:
    assert journal.in_words("schema.added") == "Modèle ajouté"
    with use("en"):
        assert journal.in_words("schema.added") == "Model added"
    assert journal.in_words("unknown.act") == "unknown.act"


def test_an_entry_goes_with_the_act_that_is_undone(database) -> None:
    def undone() -> None:
        with db.in_transaction(Scope.instance()) as session:
            journal.note(session, act="schema.added", account=None, subject="schema:a@1")
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    with db.in_transaction(Scope.instance()) as session:
        assert session.scalars(select(JournalEntry)).all() == []
        journal.note(session, act="schema.added", account=None, subject="schema:a@1", count=3)
    with db.in_transaction(Scope.instance()) as session:
        (entry,) = session.scalars(select(JournalEntry)).all()
        assert (entry.act, entry.details) == ("schema.added", {"count": 3})
