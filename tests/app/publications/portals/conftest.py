"""A portal of each kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.app.publications.portals.cases import CASES, Case


@pytest.fixture(params=list(CASES))
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    """Every kind of portal, one after the other."""
    made = CASES[request.param]()
    yield made
    made.site.stop()
