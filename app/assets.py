"""The files of ``static/``: one address per state of the folder, kept by browsers for a year, sent compressed.

An address is ``/static/{version}/css/tabellion.css`` where the version is a digest of every file: a module's relative
import, a stylesheet's font and a sprite's icon follow it without a build step.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from starlette.types import Scope

STATIC = Path(__file__).resolve().parent.parent / "static"
PREFIX = "/static"
COMPRESSED = frozenset({".css", ".js", ".svg", ".json", ".txt"})
YEAR = 365 * 24 * 3600


class AssetMissing(LookupError):
    """A page names a file that ``static/`` does not hold."""


@lru_cache(maxsize=1)
def version() -> str:
    """Eight hexadecimal digits that change with any file of the folder; computed once per process."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(STATIC).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


@lru_cache(maxsize=512)
def asset(path: str) -> str:
    """The address of a file of ``static/``: ``asset("css/tabellion.css")``.

    Raises :class:`AssetMissing`, and says so when the front-end packages were never fetched.
    """
    if not (STATIC / path).is_file():
        hint = " (run `make vendor`)" if path.startswith("vendor/") else ""
        raise AssetMissing(f"static/{path} is missing{hint}")
    return f"{PREFIX}/{version()}/{path}"


@lru_cache(maxsize=1)
def icon_names() -> frozenset[str]:
    """The icons of the sprite that ``make vendor`` made. Raises :class:`AssetMissing` before it ran."""
    import re

    asset("vendor/icons.svg")
    return frozenset(
        re.findall(r'<symbol id="([^"]+)"', (STATIC / "vendor" / "icons.svg").read_text("utf-8"))
    )


@lru_cache(maxsize=256)
def _compressed(path: Path, modified: int) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)


class Assets(StaticFiles):
    """``static/`` as the application serves it. Mount at :data:`PREFIX`."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file behind ``{version}/{path}``; a version that is not the current one is served too, and not kept."""
        asked, _slash, rest = Path(path).as_posix().partition("/")
        response = await super().get_response(rest, scope)
        if response.status_code >= 400:
            return response
        kept = asked == version()
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if kept else "no-cache"
        response.headers["Vary"] = "Accept-Encoding"
        file = STATIC / rest
        if response.status_code == 200 and file.suffix in COMPRESSED and _accepts_gzip(scope):
            body = _compressed(file, file.stat().st_mtime_ns)
            headers = {
                name: value
                for name, value in response.headers.items()
                if name not in {"content-length", "accept-ranges"}
            }
            headers["Content-Encoding"] = "gzip"
            return Response(b"" if scope["method"] == "HEAD" else body, 200, headers)
        return response


def _accepts_gzip(scope: Scope) -> bool:
    return any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"])
