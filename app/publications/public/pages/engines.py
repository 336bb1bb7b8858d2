"""What search engines ask for: which addresses to read, and the list of them."""

from __future__ import annotations

from typing import Annotated
from xml.sax.saxutils import escape

from fastapi import Depends
from starlette.responses import PlainTextResponse, Response

from app import access
from app.access import PublicSession
from app.publications import identity
from app.publications.public import queries
from app.routing import Router
from app.settings import get_settings

router = Router(include_in_schema=False)
READ = ["GET", "HEAD"]
Nobody = Annotated[None, Depends(access.anybody)]

MOST = 50_000
"""Addresses of one sitemap, at most (sitemaps.org): beyond, the oldest publications are found by links."""
KEPT = {"Cache-Control": "public, max-age=3600"}
ROBOTS = """\
User-agent: *
Allow: /donnees/
Allow: /modeles
Disallow: /e/
Disallow: /administration
Disallow: /api/
Disallow: /connexion
Disallow: /donnees/*?*f.
Disallow: /donnees/*?*tri=

Sitemap: {site}/sitemap.xml
"""


@router.api_route("/robots.txt", methods=READ)
def robots(_: Nobody) -> Response:
    return PlainTextResponse(ROBOTS.format(site=get_settings().public_url), headers=KEPT)


@router.api_route("/sitemap.xml", methods=READ)
def sitemap(session: PublicSession) -> Response:
    """The lists, the producers and the datasets, each with the day of its last version."""
    site = get_settings().public_url
    found = queries.addresses(session, limit=MOST)
    newest: dict[str, str] = {}
    lines = []
    for row in found:
        day = row.published_at.date().isoformat()
        newest[row.place_slug] = max(newest.get(row.place_slug, ""), day)
        lines.append(_line(site + identity.dataset_path(row.place_slug, row.slug), day))
    lines = [
        _line(f"{site}/donnees/", max(newest.values(), default="")),
        *(_line(site + identity.place_path(place), day) for place, day in newest.items()),
        *lines,
    ][:MOST]
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        + "".join(lines)
        + "</urlset>\n"
    )
    return Response(body, media_type="application/xml", headers=KEPT)


def _line(address: str, day: str) -> str:
    return f"<url><loc>{escape(address)}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>\n"
