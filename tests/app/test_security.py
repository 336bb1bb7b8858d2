"""Headers of every answer, and bodies that are too large."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Request
from starlette.testclient import TestClient

from app.pages import errors
from app.security import BoundedBodies, SecurityHeaders


@pytest.mark.parametrize("path", ["/aide", "/healthz", "/nulle-part", "/static/none/none.css"])
def test_every_answer_forbids_what_a_page_does_not_need(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "strict-transport-security" not in headers  # http://127.0.0.1


def test_pages_are_kept_by_no_shared_cache(client: TestClient) -> None:
    assert client.get("/aide").headers["cache-control"] == "private, no-cache"


@pytest.fixture
def small(database) -> Iterator[TestClient]:
    """An application of one route, bounded to 100 octets of form and 300 of files, over https."""
    app = FastAPI()
    app.state.signing_key = b"k" * 32

    @app.post("/envoi")
    async def received(request: Request) -> dict[str, int]:
        return {"octets": len(await request.body())}

    @app.get("/panne")
    def broken() -> None:
        raise RuntimeError("a secret that no page may show")

    errors.install(app, https=True)
    app.add_middleware(BoundedBodies, form=100, upload=300)
    app.add_middleware(SecurityHeaders, https=True)
    with TestClient(app, raise_server_exceptions=False) as browser:
        yield browser


def test_a_body_up_to_its_bound_passes(small: TestClient) -> None:
    assert small.post("/envoi", content=b"x" * 100).json() == {"octets": 100}
    files = {"content-type": "multipart/form-data; boundary=x"}
    assert small.post("/envoi", content=b"x" * 300, headers=files).json() == {"octets": 300}


@pytest.mark.parametrize("size", [101, 50_000, 20_000_000])
@pytest.mark.parametrize("declared", [True, False])
def test_a_larger_body_is_refused_in_words_declared_or_streamed(
    small: TestClient, size: int, declared: bool
) -> None:
    def stream() -> Iterator[bytes]:
        for begin in range(0, size, 8192):
            yield b"x" * min(8192, size - begin)

    answer = small.post("/envoi", content=b"x" * size if declared else stream())
    assert answer.status_code == 413
    assert "La limite est de 100\u202fo." in answer.text


def test_a_fault_of_ours_is_a_page_with_every_header_and_no_detail(small: TestClient) -> None:
    answer = small.get("/panne", headers={"accept-language": "en"})
    assert answer.status_code == 500
    assert "The service ran into a problem" in answer.text
    assert "secret" not in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "max-age=" in answer.headers["strict-transport-security"]
