"""What people read when a portal refuses."""

from __future__ import annotations

import json

import pytest

from app import i18n
from app.publications.portals.faults import (
    FIELDS,
    NOTICES,
    PASSING,
    WORDS,
    Fault,
    PortalError,
    field_name,
    notice_text,
)  # fmt: skip


@pytest.mark.parametrize("kind", list(Fault))
def test_each_says_what_happened_then_what_to_do(kind: Fault) -> None:
    error = PortalError(
        kind, portal="data.gouv.fr", fields={"title": "too long"}, name="deliberations", detail="x"
    )
    assert "{" not in error.text("fr")
    assert error.problem().endswith(".")
    assert error.remedy() and error.remedy() != error.problem()
    assert error.passing is (kind in PASSING)
    assert error.status == 422


@pytest.mark.parametrize("kind", list(Fault))
def test_it_is_kept_and_said_again_in_any_language(kind: Fault) -> None:
    error = PortalError(
        kind, portal="Nantes", detail="d", fields={"tags": "t"}, retry_after=3.5, uncertain=True, name="n"
    )
    again = PortalError.from_dict(json.loads(json.dumps(error.to_dict())))
    assert again.text("fr") == error.text("fr")
    assert again.to_dict() == error.to_dict()


def test_every_kind_field_and_notice_has_its_words() -> None:
    assert set(WORDS) == set(Fault)
    with i18n.use("fr"):
        assert len({field_name(key) for key in FIELDS}) == len(FIELDS)
        assert field_name("unknown") == field_name("other")
        for code in NOTICES:
            assert "Nantes" in notice_text(code, "Nantes")


def test_the_portal_s_own_words_come_last() -> None:
    error = PortalError(Fault.REFUSED, portal="Nantes", fields={"title": "Trop long", "tags": ""})
    text = error.text("fr")
    assert "titre, mots-clés" in text
    assert text.replace("\xa0", " ").endswith("titre : Trop long")
