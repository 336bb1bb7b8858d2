"""Real udata as a case of the sequence's tests."""

from __future__ import annotations

import os
import uuid
from dataclasses import replace
from functools import lru_cache
from typing import Any

import httpx

from app.publications.portals.base import MARK
from app.publications.portals.datagouv import DataGouv
from app.publications.portals.http import Patience
from tests.app.publications.portals.cases import METADATA, Case, Held
from tests_portals.proxy import Proxy
from tests_portals.servers import HERE, started

PYTHON = os.environ.get("TABELLION_UDATA_PYTHON", str(HERE.parent / ".venv-udata" / "bin" / "python"))
PATIENT = Patience(connect=5, read=20, write=20, answer=30)


@lru_cache(maxsize=1)
def server() -> dict[str, str]:
    """What the server says of itself, started at the first call."""
    return started(PYTHON, "udata_server.py")


def api(method: str, path: str, **request: Any) -> Any:
    """Asked past our own code."""
    answer = httpx.request(
        method, server()["site"] + path, headers={"X-API-KEY": server()["key"]}, timeout=30, **request
    )
    answer.raise_for_status()
    return answer.json() if answer.content else None


def control(name: str, **told: Any) -> Any:
    """What a person or an administrator does at the portal."""
    return api("POST", f"/_test/{name}", json=told)


def real(identifier: str = "") -> Case:
    """``identifier``: of the dataset that the test sends; else one of its own."""
    site = Proxy(server()["site"])
    mine = uuid.uuid4().hex[:8]
    metadata = replace(
        METADATA,
        identifier=identifier or f"21440143200015/{mine}",
        title=f"Délibérations {mine}",
        organisation=server()["organisation"],
    )

    def live() -> list[dict[str, Any]]:
        path = f"/api/1/organizations/{metadata.organisation}/datasets/?page_size=1000"
        return [
            one
            for one in api("GET", path)["data"]
            if one["extras"].get(MARK) == metadata.identifier and not one["deleted"]
        ]

    def held() -> Held:
        (listed,) = live()
        dataset = api("GET", f"/api/1/datasets/{listed['id']}/")
        (resource,) = dataset["resources"]
        coverage = dataset["temporal_coverage"]
        return Held(
            len(live()),
            len(dataset["resources"]),
            httpx.get(resource["url"], timeout=30).content,
            dataset["title"],
            dataset["description"],
            resource["title"],
            resource["description"] or "",
            set(dataset["tags"]),
            dataset["license"],
            f"{coverage['start'][:10]}/{coverage['end'][:10]}",
            resource["schema"],
            not dataset["private"],
        )

    return Case(
        site,
        lambda: DataGouv(server()["key"], site=site.url, patience=PATIENT, allow_private=True),
        metadata,
        held,
        lambda: len(site.calls("POST", r"upload/$")),
        lambda: control("dataset", id=live()[0]["id"], set={"title": "Un autre titre"}),
        lambda: api("DELETE", f"/api/1/datasets/{live()[0]['id']}/"),
        frozenset({"deliberations", "conseil-municipal"}),
    )
