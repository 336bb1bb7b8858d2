"""Sending to real udata, the software of data.gouv.fr: the very tests that the local portals pass, then what udata alone does."""

from __future__ import annotations

from tests.app.publications.portals import cases
from tests_portals.real_udata import real

cases.CASES.clear()
cases.CASES["real"] = real

from tests.app.publications.portals.test_send import *  # noqa: E402, F403 (they read the cases when they are imported)
