"""The files of versions at their addresses, as a portal, a browser and a script of another site ask for them."""

from __future__ import annotations

import gzip
from typing import Any

import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from app import auth, files
from app.publications.public import beside
from tests.app.publications.public.conftest import Town, some

PLAIN = {"Accept-Encoding": "identity"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_the_current_file_has_its_name_its_hash_and_its_day(client: TestClient, town: Town) -> None:
    one = town.publish()
    answer = client.get(f"{town.path}/latest.csv", headers=PLAIN)
    assert answer.status_code == 200
    assert answer.content == files.read(town.place.id, f"publication-{town.dataset.id}-1.csv")
    assert answer.content.count(b"\r\n") == 4
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["etag"] == f'"{one.sha256}"'
    assert answer.headers["last-modified"] == "Thu, 12 Mar 2026 09:30:15 GMT"
    assert (
        answer.headers["content-disposition"] == 'attachment; filename="20260312_214401432_deliberations.csv"'
    )
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "ETag" in answer.headers["access-control-expose-headers"]
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["cache-control"] == "public, no-cache"
    assert "set-cookie" not in answer.headers


def test_each_version_keeps_its_address(client: TestClient, town: Town) -> None:
    first, second = town.publish(), town.publish(some(5))
    for number, one in ((1, first), (2, second)):
        answer = client.get(f"{town.path}/versions/{number}.csv")
        assert answer.headers["etag"] == f'"{one.sha256}"'
        assert "max-age=300" in answer.headers["cache-control"]
    assert client.get(f"{town.path}/latest.csv").headers["etag"] == f'"{second.sha256}"'


def test_other_formats_are_there_once_they_are_written(client: TestClient, town: Town) -> None:
    town.publish(formats=("csv", "parquet", "json"))
    assert client.get(f"{town.path}/latest.json").json()[0]["DELIB_ID"] == "2025-1"
    assert client.get(f"{town.path}/latest.parquet").content[:4] == b"PAR1"
    waiting = client.get(f"{town.path}/latest.xlsx")
    assert waiting.status_code == 503
    assert waiting.headers["retry-after"] == "60"
    assert "préparation" in waiting.json()["detail"]
    assert client.get(f"{town.path}/latest.geojson").status_code == 404  # no place in these rows
    assert client.get(f"{town.path}/latest.exe").status_code == 404


def test_who_has_it_is_sent_nothing(client: TestClient, town: Town) -> None:
    town.publish()
    first = client.get(f"{town.path}/latest.csv", headers=PLAIN)
    for condition in (
        {"If-None-Match": first.headers["etag"]},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        answer = client.get(f"{town.path}/latest.csv", headers={**PLAIN, **condition})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == first.headers["etag"]
        assert answer.headers["access-control-allow-origin"] == "*"
    town.publish(some(4))
    stale = client.get(f"{town.path}/latest.csv", headers={"If-None-Match": first.headers["etag"]})
    assert stale.status_code == 200
    assert (
        client.get(f"{town.path}/latest.csv", headers={"If-Match": first.headers["etag"]}).status_code == 412
    )


def test_head_says_all_and_sends_nothing(client: TestClient, town: Town) -> None:
    town.publish()
    whole = client.get(f"{town.path}/latest.csv", headers=PLAIN)
    answer = client.head(f"{town.path}/latest.csv", headers=PLAIN)
    assert (answer.status_code, answer.content) == (200, b"")
    for name in ("content-length", "etag", "last-modified", "content-type"):
        assert answer.headers[name] == whole.headers[name]


def test_a_download_goes_on_where_it_stopped(client: TestClient, town: Town) -> None:
    town.publish(some(2000))
    town.prepare()
    whole = client.get(f"{town.path}/latest.csv", headers=PLAIN)
    size = len(whole.content)
    answer = client.get(f"{town.path}/latest.csv", headers={"Range": "bytes=1000-"})
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes 1000-{size - 1}/{size}"
    assert answer.content == whole.content[1000:]
    assert "content-encoding" not in answer.headers
    tail = client.get(
        f"{town.path}/latest.csv", headers={"Range": "bytes=-7", "If-Range": whole.headers["etag"]}
    )
    assert (tail.status_code, tail.content) == (206, whole.content[-7:])
    changed = client.get(f"{town.path}/latest.csv", headers={"Range": "bytes=-7", "If-Range": '"autre"'})
    assert (changed.status_code, len(changed.content)) == (200, size)
    beyond = client.get(f"{town.path}/latest.csv", headers={"Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_text_is_sent_compressed_to_who_takes_it(client: TestClient, town: Town, encoding: str) -> None:
    one = town.publish(some(500))
    stored = f"publication-{town.dataset.id}-1.csv"
    town.prepare()
    plain = client.get(f"{town.path}/latest.csv", headers=PLAIN)
    assert plain.headers["vary"] == "Accept-Encoding"
    with client.stream("GET", f"{town.path}/latest.csv", headers={"Accept-Encoding": encoding}) as answer:
        octets = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == encoding
    assert answer.headers["etag"] == f'"{one.sha256}-{encoding}"'
    assert answer.headers["vary"] == "Accept-Encoding"
    assert len(octets) < len(plain.content) / 5
    opened = (
        gzip.decompress(octets)
        if encoding == "gzip"
        else pa.CompressedInputStream(pa.BufferReader(octets), "zstd").read()
    )
    assert opened == plain.content
    again = client.get(
        f"{town.path}/latest.csv",
        headers={"Accept-Encoding": encoding, "If-None-Match": answer.headers["etag"]},
    )
    assert again.status_code == 304
    beside.forget(town.place.id, stored)
    assert "content-encoding" not in client.get(f"{town.path}/latest.csv").headers


def test_a_withdrawn_version_says_why(client: TestClient, town: Town) -> None:
    town.publish(reason="Des noms de personnes y figuraient.", state="withdrawn", is_current=False)
    for address in (f"{town.path}/latest.csv", f"{town.path}/versions/1.csv", f"{town.path}/versions/1.json"):
        program = client.get(address)
        assert program.status_code == 410
        assert program.headers["content-type"] == "application/problem+json"
        assert program.json()["status"] == 410
        assert "Des noms de personnes y figuraient." in program.json()["detail"]
        assert program.headers["access-control-allow-origin"] == "*"
        person = client.get(address, headers=BROWSER)
        assert person.status_code == 410
        assert "Des noms de personnes y figuraient." in person.text
        assert "<h1>" in person.text


def test_going_back_to_an_older_version(client: TestClient, town: Town) -> None:
    first = town.publish()
    town.publish(some(9), state="withdrawn", is_current=False, reason="Fichier de travail.")
    answer = client.get(f"{town.path}/latest.csv")
    assert answer.headers["etag"] == f'"{first.sha256}"'
    assert client.get(f"{town.path}/versions/2.csv").status_code == 410


def test_nothing_to_publish_is_a_file_of_titles_alone(client: TestClient, town: Town) -> None:
    town.publish([], is_empty=True, period="2e trimestre 2026")
    answer = client.get(f"{town.path}/latest.csv")
    assert answer.status_code == 200
    assert answer.text.startswith("COLL_NOM,")
    assert answer.text.count("\r\n") == 1


@pytest.mark.parametrize("state", ["preparing", "failed", "proposed", "refused"])
def test_what_is_not_published_is_not_there(client: TestClient, town: Town, make: Any, state: str) -> None:
    town.publish(state=state)
    boss = make.account(is_administrator=True)
    make.member(boss, town.place, "manager")
    client.cookies.set(auth.cookie_name(), make.signed_in(boss))
    addresses = (f"{town.path}/latest.csv", f"{town.path}/versions/1.csv")
    assert [client.get(one).status_code for one in addresses] == [404, 404]
    town.publish()
    assert [client.get(one).status_code for one in addresses] == [200, 404]


def test_a_sandbox_publishes_nothing(client: TestClient, town: Town, make: Any) -> None:
    town.place = make.establishment(slug="bac", name="Bac à sable", siren=None, is_sandbox=True)
    town.dataset = make.dataset(town.place, town.version, slug="essai")
    town.publish()
    assert client.get("/donnees/bac/essai/latest.csv").status_code == 404
    assert client.get("/donnees/bac/essai/versions/1.csv").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/donnees/reze/autre/latest.csv",
        "/donnees/ailleurs/deliberations/latest.csv",
        "/donnees/reze/deliberations/versions/9.csv",
        "/donnees/reze/deliberations/versions/0.csv",
        "/donnees/reze/deliberations/versions/99999999999999999999.csv",
        "/donnees/reze/deliberations/latest.",
        "/donnees/reze/deliberations/..%2F..%2Flatest.csv",
    ],
)
def test_an_unknown_address_is_not_found(client: TestClient, town: Town, path: str) -> None:
    town.publish()
    assert client.get(path).status_code == 404


def test_scripts_of_other_sites_may_ask_for_parts(client: TestClient, town: Town) -> None:
    asked = {"Origin": "https://carte.example", "Access-Control-Request-Method": "GET"}
    answer = client.options(f"{town.path}/latest.csv", headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Range" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in answer.headers
