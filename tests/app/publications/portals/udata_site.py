"""data.gouv.fr as it behaves: what is wiped, what is kept, what is answered (observed on udata 17, see docs/portals.md)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
import uuid
from typing import Any

from tests.app.publications.portals.site import Asked, Refused, Site, rule

KEY = "the-key-of-a-clerk"
ORG, OTHER_ORG = "5a83f81fc751df6f8573eb8a", "5a83f81fc751df6f8573eb8b"
D, R = r"/api/1/datasets/([^/]+)/", r"/api/1/datasets/([^/]+)/resources/([^/]+)/"
BLANK: dict[str, Any] = {
    "license": "notspecified",
    "frequency": "unknown",
    "tags": [],
    "temporal_coverage": None,
    "spatial": None,
    "private": False,
    "extras": {},
    "contact_points": [],
    "deleted": None,
    "archived": None,
}
WIPED = ("tags", "temporal_coverage")


class UdataSite(Site):
    """``catalogue``: schemas that the portal knows (name → versions), none when it knows no catalogue."""

    def __init__(self) -> None:
        super().__init__()
        self.datasets: dict[str, dict[str, Any]] = {}
        self.contacts: list[dict[str, Any]] = []
        self.catalogue: dict[str, list[str]] = {}
        self.zones = {"fr:commune:44143"}
        self.licences = {"lov2", "odc-odbl", "notspecified"}
        self.stored: dict[str, bytes] = {}
        self.parts: dict[tuple[str, int], bytes] = {}
        self.largest = 50_000_000
        self.key_message = "Invalid API token"

    def allow(self, asked: Asked) -> None:
        if len(asked.body) > self.largest:
            raise Refused(413)  # the proxy's own page
        if asked.headers.get("x-api-key") != KEY and asked.headers.get("authorization") != f"Bearer {KEY}":
            raise Refused(401, {"message": self.key_message})

    # -- helpers of the tests -----------------------------------------------------------------------------------------

    def live(self) -> list[dict[str, Any]]:
        return [one for one in self.datasets.values() if not one["deleted"]]

    # -- rules --------------------------------------------------------------------------------------------------------

    @rule("GET", "/api/1/me/")
    def me(self, asked: Asked) -> Any:
        may = {"edit": True, "private": True}
        may_not = {"edit": False, "private": False}
        return {
            "id": "u1",
            "first_name": "Ada",
            "last_name": "Martin",
            "slug": "ada-martin",
            "email": "ada@mairie.example",
            "organizations": [
                {"id": ORG, "name": "Commune de Rezé", "slug": "reze", "permissions": may},
                {"id": OTHER_ORG, "name": "Nantes Métropole", "slug": "nantes", "permissions": may_not},
            ],
        }

    @rule("GET", r"/api/1/organizations/([^/]+)/datasets/")
    def listed(self, asked: Asked, organisation: str) -> Any:
        found = [one for one in self.datasets.values() if one["organization"]["id"] == organisation][::-1]
        page, size = int(asked.query["page"]), int(asked.query["page_size"])
        cut = found[(page - 1) * size : page * size]
        more = f"{self.url}/api/1/…?page={page + 1}" if page * size < len(found) else None
        return {"data": cut, "next_page": more, "total": len(found)}

    @rule("POST", "/api/1/datasets/")
    def create(self, asked: Asked) -> Any:
        body = asked.json
        self._check(body, creating=True)
        slug = _slug(body["title"])
        taken = {one["slug"] for one in self.datasets.values()}
        slug = next(name for name in (slug, *(f"{slug}-{n}" for n in range(1, 999))) if name not in taken)
        made = {**BLANK, "id": uuid.uuid4().hex[:24], "slug": slug, "resources": []}
        made["page"] = f"https://portal.example/datasets/{slug}/"
        self.datasets[made["id"]] = made
        self._write(made, body)
        return 201, made, {}

    @rule("GET", D)
    def read(self, asked: Asked, dataset: str) -> Any:
        return self._dataset(dataset)

    @rule("PUT", D)
    def change(self, asked: Asked, dataset: str) -> Any:
        found, body = self._dataset(dataset), asked.json
        if found["deleted"] and body.get("deleted", True) is not None:
            raise Refused(410, {"message": "Dataset has been deleted"})
        self._check(body)
        found.update({name: BLANK[name] for name in WIPED if name not in body})
        self._write(found, body)
        return found

    @rule("DELETE", D)
    def remove(self, asked: Asked, dataset: str) -> Any:
        found = self._dataset(dataset)
        if found["deleted"]:
            raise Refused(410, {"message": "Dataset has been deleted"})
        found["deleted"] = "2026-01-01T00:00:00"
        return 204, "", {}

    @rule("POST", D + "upload/")
    def upload(self, asked: Asked, dataset: str) -> Any:
        found = self._dataset(dataset)  # deleted or not
        told = self._received(asked, found)
        resource = {
            "id": str(uuid.uuid4()),
            "type": "main",
            "filetype": "file",
            "schema": None,
            "description": None,
            "extras": {},
        }
        resource["latest"] = f"https://portal.example/datasets/r/{resource['id']}"
        found["resources"].insert(0, resource | told)
        return 201, found["resources"][0], {}

    @rule("POST", R + "upload/")
    def replace(self, asked: Asked, dataset: str, resource: str) -> Any:
        found = self._dataset(dataset)
        held = self._resource(found, resource)
        told = self._received(asked, found)
        self.stored.pop(held["url"], None)
        held.update(told)  # its title too
        return held

    @rule("GET", R)
    def read_resource(self, asked: Asked, dataset: str, resource: str) -> Any:
        return self._resource(self._dataset(dataset), resource)

    @rule("PUT", R)
    def describe(self, asked: Asked, dataset: str, resource: str) -> Any:
        held, body = self._resource(self._dataset(dataset), resource), asked.json
        schema = body.get("schema")
        if schema and self.catalogue and not schema.get("url"):
            if schema["name"] not in self.catalogue:
                raise Refused(400, {"errors": {"schema": {"name": ["Schema name is not allowed"]}}})
            if schema.get("version") not in (None, *self.catalogue[schema["name"]]):
                raise Refused(400, {"errors": {"schema": {"version": ["Version is not allowed"]}}})
        held.update(
            {key: body[key] for key in ("title", "description", "type", "schema", "extras") if key in body}
        )
        return held

    @rule("DELETE", R)
    def remove_resource(self, asked: Asked, dataset: str, resource: str) -> Any:
        found = self._dataset(dataset)
        held = self._resource(found, resource)
        found["resources"].remove(held)
        self.stored.pop(held["url"], None)
        return 204, "", {}

    @rule("POST", "/api/1/contacts/")
    def contact(self, asked: Asked) -> Any:
        for one in self.contacts:
            if {key: value for key, value in one.items() if key != "id"} == asked.json:
                return one
        self.contacts.append(asked.json | {"id": f"c{len(self.contacts)}"})
        return 201, self.contacts[-1], {}

    # -- what rules share ---------------------------------------------------------------------------------------------

    def _dataset(self, dataset: str) -> dict[str, Any]:
        if dataset not in self.datasets:
            raise Refused(404, {"message": "not found"})
        return self.datasets[dataset]

    def _resource(self, dataset: dict[str, Any], resource: str) -> dict[str, Any]:
        for one in dataset["resources"]:
            if one["id"] == resource:
                return one
        raise Refused(404, {"message": "Resource does not exist"})

    def _check(self, body: dict[str, Any], *, creating: bool = False) -> None:
        errors: dict[str, Any] = {
            name: ["This field is required."] for name in ("title", "description") if not body.get(name)
        }
        if creating and body["organization"] != ORG:
            errors["organization"] = ["Permission denied for this organization"]
        unknown = [zone for zone in (body.get("spatial") or {}).get("zones", ()) if zone not in self.zones]
        if unknown:
            errors["spatial"] = {"zones": [f"Unknown geoid(s): {', '.join(unknown)}"]}
        for name in body.get("tags") or ():
            if not 3 <= len(name) <= 96:
                errors["tags"] = [f"Tag {name} must be between 3 and 96 characters long."]
        if errors:
            raise Refused(400, {"errors": errors})

    def _write(self, dataset: dict[str, Any], body: dict[str, Any]) -> None:
        dataset.update({key: value for key, value in body.items() if key != "resources"})
        if isinstance(dataset["organization"], str):
            dataset["organization"] = {"id": dataset["organization"]}
        if dataset["license"] not in self.licences:
            dataset["license"] = "notspecified"
        dataset["contact_points"] = [
            one if isinstance(one, dict) else {"id": one} for one in dataset["contact_points"]
        ]

    def _received(self, asked: Asked, dataset: dict[str, Any]) -> dict[str, Any]:
        parts = int(asked.form.get("totalparts", "1"))
        if parts > 1 and "file" in asked.files:
            if len(asked.files["file"][1]) != int(asked.form["chunksize"]):
                raise Refused(400, {"success": False, "error": "Chunk size mismatch"})
            self.parts[asked.form["uuid"], int(asked.form["partindex"])] = asked.files["file"][1]
            raise Refused(200, {"success": True})
        if parts > 1:
            name = asked.form["filename"]
            content = b"".join(self.parts.pop((asked.form["uuid"], index)) for index in range(parts))
        elif "file" not in asked.files:
            raise Refused(400, {"success": False, "error": "Missing file parameter"})
        else:
            name, content = asked.files["file"]
        url = f"https://static.portal.example/{dataset['slug']}/{int(self.now)}/{name.lower()}"
        if url in self.stored:  # two of one name in the same second
            raise Refused(500, {"message": "Internal Server Error"})
        self.stored[url] = content
        return {
            "success": True,
            "url": url,
            "title": name.lower(),
            "checksum": {"type": "sha1", "value": hashlib.sha1(content).hexdigest()},  # noqa: S324 (what the portal computes)
            "filesize": len(content),
            "format": "csv",
            "mime": "text/csv",
        }


def _slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
