"""How many questions a page asks the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import event

from app import db


@pytest.fixture
def statements(database: object) -> Iterator[Callable[[], int]]:
    """``statements()``: how many statements were run so far."""
    seen = [0]

    def count(*_: object) -> None:
        seen[0] += 1

    event.listen(db.engine(), "before_cursor_execute", count)
    yield lambda: seen[0]
    event.remove(db.engine(), "before_cursor_execute", count)
