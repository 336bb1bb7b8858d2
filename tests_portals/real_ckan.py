"""Real CKAN as a case of the sequence's tests."""

from __future__ import annotations

import os
import uuid
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx

from app.publications.portals.ckan import MARK, Ckan
from tests.app.publications.portals.cases import METADATA, Case, Held
from tests_portals.proxy import Proxy
from tests_portals.real_udata import PATIENT
from tests_portals.servers import HERE, started

PYTHON = os.environ.get("TABELLION_CKAN_PYTHON", str(HERE.parent / ".venv-ckan" / "bin" / "python"))
IS_THERE = Path(PYTHON).exists() and "TABELLION_POSTGRES_BIN" in os.environ


@lru_cache(maxsize=1)
def server() -> dict[str, str]:
    """What the server says of itself, started at the first call."""
    return started(PYTHON, "ckan_server.py")


def act(action: str, **told: Any) -> Any:
    """Asked past our own code."""
    address = f"{server()['site']}/api/3/action/{action}"
    answer = httpx.post(address, headers={"Authorization": server()["key"]}, json=told, timeout=60)
    answer.raise_for_status()
    return answer.json()["result"]


def real(identifier: str = "", name: str = "") -> Case:
    """``identifier`` and ``name``: of the dataset that the test sends; else those of one of its own."""
    site = Proxy(server()["site"])
    mine = uuid.uuid4().hex[:8]
    metadata = replace(
        METADATA,
        identifier=identifier or f"21440143200015/{mine}",
        name=name or f"deliberations-{mine}",
        title=f"Délibérations {mine}",
        organisation=server()["organisation"],
        licence="odc-odbl",
    )

    def live() -> list[dict[str, Any]]:
        """By their names, the index being blind: ours, and the doubles that may follow it."""
        found = []
        for name in act("package_list"):
            if name.startswith(metadata.name):
                package = act("package_show", id=name)
                found += [package] if package["state"] == "active" else []
        return found

    def package() -> dict[str, Any]:
        found: dict[str, Any] = act("package_show", id=metadata.name)
        return found

    def held() -> Held:
        one = package()
        assert one["state"] == "active"
        (resource,) = one["resources"]
        extras = {extra["key"]: extra["value"] for extra in one["extras"]}
        assert resource[MARK] == metadata.identifier
        content = httpx.get(resource["url"], headers={"Authorization": server()["key"]}, timeout=60).content
        return Held(
            max(1, len(live())),
            len(one["resources"]),
            content,
            one["title"],
            one["notes"],
            resource["name"],
            resource["description"],
            {tag["name"] for tag in one["tags"]},
            "lov2" if one["license_id"] == "odc-odbl" else one["license_id"],
            f"{extras['temporal_start']}/{extras['temporal_end']}",
            resource["schema"],
            not one["private"],
        )

    return Case(
        site,
        lambda: Ckan(server()["key"], site=site.url, patience=PATIENT, allow_private=True),
        metadata,
        held,
        lambda: sum(bool(one.files) for one in site.asked),
        lambda: act("package_patch", id=metadata.name, title="Un autre titre"),
        lambda: act("package_delete", id=metadata.name),
    )
