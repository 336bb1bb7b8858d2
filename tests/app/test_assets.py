"""The files that pages load: addresses that change with them, kept long, sent small."""

from __future__ import annotations

import gzip
import json

import pytest
from starlette.testclient import TestClient

from app import assets
from app.assets import AssetMissing, asset
from app.templating import icon
from tests.corpus import ROOT


def test_a_file_is_kept_for_a_year_under_its_version_and_sent_compressed(client: TestClient) -> None:
    answer = client.get(asset("css/tabellion.css"), headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/css")
    assert answer.text == (assets.STATIC / "css" / "tabellion.css").read_text("utf-8")
    assert int(answer.headers["content-length"]) < 0.5 * len(answer.content)


def test_a_browser_without_gzip_is_served_too(client: TestClient) -> None:
    answer = client.get(asset("js/main.js"), headers={"accept-encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert answer.text == (assets.STATIC / "js" / "main.js").read_text("utf-8")


def test_a_file_of_another_version_is_asked_for_again_each_time(client: TestClient) -> None:
    answer = client.get("/static/00000000/css/tabellion.css")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")


@pytest.mark.parametrize(
    "path", ["../app/main.py", "%2e%2e/app/main.py", "..%2fpyproject.toml", "", "css", "none.css"]
)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    assert client.get(f"/static/{assets.version()}/{path}").status_code in {404, 405}


def test_a_page_that_names_a_missing_file_fails_at_once() -> None:
    with pytest.raises(AssetMissing, match="make vendor"):
        asset("vendor/none.js")


def test_every_icon_listed_is_in_the_sprite_and_no_other_can_be_asked_for() -> None:
    listed = json.loads((ROOT / "package.json").read_text("utf-8"))["icons"]
    assert assets.icon_names() == set(listed)
    assert listed == sorted(set(listed))
    with pytest.raises(LookupError, match="unicorn"):
        icon("unicorn")


def test_an_icon_is_silent_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in icon("check")
    assert 'role="img" aria-label="À &lt;b&gt;"' in icon("check", "À <b>")


def test_the_lock_names_no_place_to_fetch_from() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if not package.get("integrity")] == []


def test_the_vendor_files_come_from_the_lock_alone(client: TestClient) -> None:
    body = client.get(asset("vendor/tabler.min.css"), headers={"accept-encoding": "gzip"})
    assert "sourceMappingURL" not in body.text
    assert len(gzip.compress(body.content, 9)) < 90_000
