"""What people read, compared with plain spaces where French typography has others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.errors import AppError, CannotStart


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@contextmanager
def refused(pattern: str, kind: type[AppError] = CannotStart) -> Iterator[None]:
    """The block is refused with a sentence in which the pattern is found."""
    with pytest.raises(kind) as caught:
        yield
    assert re.search(pattern, plain(str(caught.value))), plain(str(caught.value))
