"""The router of a feature: as FastAPI's, but an address that is none of its own costs next to nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.routing import Match

if TYPE_CHECKING:
    from starlette.types import Scope


class Router(APIRouter):
    """FastAPI asks the routers one after the other, and each its routes: with some thirty features that took a millisecond of each
    request. This one looks first whether any of its addresses may be meant, all of them in one pattern.

    It is included without a further prefix (:mod:`app.main`).
    """

    _meant: tuple[int, re.Pattern[str]] | None = None

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] == "http" and not scope.get("root_path") and not self._may_mean(scope["path"]):
            return Match.NONE, {}
        return super().matches(scope)

    def _may_mean(self, path: str) -> bool:
        held = self._meant
        if held is None or held[0] != len(self.routes):
            held = self._meant = (len(self.routes), self._pattern())
        return held[1].match(path) is not None

    def _pattern(self) -> re.Pattern[str]:
        patterns: list[Any] = [getattr(route, "path_regex", None) for route in self.routes]
        if not all(patterns):
            return re.compile("")  # a route that we do not know the address of: it is asked itself
        return re.compile(
            "|".join(re.sub(r"\(\?P<\w+>", "(?:", pattern.pattern) for pattern in patterns) or r"(?!)"
        )
