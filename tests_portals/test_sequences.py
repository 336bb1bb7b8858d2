"""The very tests that the local portals pass, before each real one: trouble at each request, an end at each moment."""

from __future__ import annotations

from tests.app.publications.portals.test_send import *  # noqa: F403 (its tests are these)
