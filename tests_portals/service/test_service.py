"""A connection in the database, a publication, a delivery, real udata and real CKAN: what arrives, whatever ends the process on the way."""

from __future__ import annotations

import pytest

from app.publications import secrets
from app.publications import service as publications
from app.publications.connections.kinds import place_of
from tests.app.publications.conftest import Press
from tests.app.publications.deliveries.conftest import Sent, _seal, describe_fully
from tests_portals import real_ckan, real_udata


class Ended(BaseException):
    """The process is no more."""


@pytest.fixture(
    params=[
        "datagouv",
        pytest.param(
            "ckan",
            marks=pytest.mark.skipif(
                not real_ckan.IS_THERE, reason="CKAN is not installed: see docs/portals.md"
            ),
        ),
    ]
)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def sent_from(press: Press, kind: str) -> Sent:
    """The dataset, to be published at a real portal; another portal each time, for the dataset there is found again by its mark."""
    describe_fully(press)
    identifier = f"{press.establishment.siret or press.establishment.siren}/{press.view.slug}"
    if kind == "ckan":
        case, server = (
            real_ckan.real(identifier, f"{press.establishment.slug}-{press.view.slug}"),
            real_ckan.server(),
        )
    else:
        case, server = real_udata.real(identifier), real_udata.server()
    portal = press.make.connection(
        press.establishment, kind=kind, base_url=case.site.url, name=kind,
        organisation=server["organisation"], organisation_name="Commune de Rezé",
    )  # fmt: skip
    _seal(portal, secrets.sealer().seal(server["key"], place_of(portal)))
    return Sent(press, case, portal)


def test_versions_arrive_are_replaced_gone_back_to_and_withdrawn(press: Press, kind: str) -> None:
    sent = sent_from(press, kind)
    first = sent.publish_here()
    sent.choose()
    sent.go()
    sent.assert_there(first)
    press.add("A4", "Piscine")
    second = sent.publish_here()
    sent.case.site.sleep(2)
    sent.go()
    sent.assert_there(second)
    with press.session() as session:
        publications.roll_back(session, press.dataset, press.held(first.number), account=None)
    sent.case.site.sleep(2)
    sent.go()
    sent.assert_there(press.held(first.number))
    for number in (first.number, second.number):
        with press.session() as session:
            publications.withdraw(session, press.dataset, press.held(number), "Une erreur", account=None)
    sent.go()
    assert sent.state.withdrawn and sent.hold().sent is None


@pytest.mark.parametrize("ends_at", range(16))
def test_a_process_that_ends_at_any_writing_is_gone_on_with(press: Press, kind: str, ends_at: int) -> None:
    sent = sent_from(press, kind)
    version = sent.publish_here()
    sent.choose()
    if sent.go_until(ends_at, Ended):
        sent.later()
        sent.go()
    sent.assert_there(version, f"the process ended at writing {ends_at}")
