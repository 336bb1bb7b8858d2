"""What search engines are told."""

from __future__ import annotations

from xml.etree import ElementTree

from starlette.testclient import TestClient

from tests.app.publications.public.conftest import Town


def test_published_pages_are_listed_and_no_other(client: TestClient, town: Town) -> None:
    hidden = town.make.dataset(town.place, town.version, slug="brouillon")
    assert hidden.slug == "brouillon"
    town.publish()
    answer = client.get("/sitemap.xml")
    assert answer.headers["content-type"] == "application/xml"
    root = ElementTree.fromstring(answer.text)  # noqa: S314 (our own answer)
    name = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    found = {
        url.findtext(f"{name}loc", "").partition("/donnees")[2]: url.findtext(f"{name}lastmod")
        for url in root
    }
    assert found == {"/": "2026-03-12", "/reze": "2026-03-12", "/reze/deliberations": "2026-03-12"}


def test_an_empty_service_has_a_sound_sitemap(client: TestClient) -> None:
    assert len(ElementTree.fromstring(client.get("/sitemap.xml").text)) == 1  # noqa: S314 (our own answer)


def test_robots_are_kept_out_of_the_workshop(client: TestClient) -> None:
    told = client.get("/robots.txt").text.splitlines()
    assert "Disallow: /e/" in told
    assert told[-1].startswith("Sitemap: http")
