"""A CKAN portal as it behaves (observed on CKAN 2.12, see docs/portals.md)."""

from __future__ import annotations

import uuid
from typing import Any

from tests.app.publications.portals.site import Asked, Refused, Site, rule

TOKEN = "a-token-of-ckan"  # noqa: S105 (of the test's own portal)
ORG = "0f0f0f0f-reze"
ACTION = "/api/3/action/"


class CkanSite(Site):
    """``hidden``: names of datasets of others that this token may not see."""

    def __init__(self) -> None:
        super().__init__()
        self.packages: dict[str, dict[str, Any]] = {}
        self.hidden: set[str] = set()
        self.content: dict[str, bytes] = {}
        self.licences = ["cc-by", "odc-odbl", "lov2", "notspecified"]
        self.largest = 10_000_000

    def live(self) -> list[dict[str, Any]]:
        return [one for one in self.packages.values() if one["state"] == "active"]

    def _known(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") == TOKEN  # « Bearer » before it is no token

    def allow(self, asked: Asked) -> None:
        open_to_all = {"user_show", "organization_list_for_user", "license_list"}
        if asked.path.removeprefix(ACTION) not in open_to_all and not self._known(asked):
            raise _error(403, "Authorization Error", message="Access denied")

    @rule("GET", ACTION + "user_show")
    def user(self, asked: Asked) -> Any:
        if not self._known(asked):
            raise _error(404, "Not Found Error", message="Not found")
        return _result({"name": "ada", "fullname": "Ada Martin", "email": "ada@mairie.example"})

    @rule("GET", ACTION + "organization_list_for_user")
    def organisations(self, asked: Asked) -> Any:
        found = [{"id": ORG, "name": "reze", "display_name": "Commune de Rezé"}] if self._known(asked) else []
        return _result(found)

    @rule("GET", ACTION + "license_list")
    def licence_list(self, asked: Asked) -> Any:
        return _result([{"id": name, "title": name} for name in self.licences])

    @rule("GET", ACTION + "package_show")
    def show(self, asked: Asked) -> Any:
        return _result(self._package(asked.query["id"]))

    @rule("POST", ACTION + "package_create")
    def create(self, asked: Asked) -> Any:
        body = asked.json
        if body["owner_org"] != ORG:
            raise _error(
                403, "Authorization Error", message="Access denied: not authorized to create packages"
            )
        taken = {one["name"] for one in self.packages.values()} | self.hidden
        if body["name"] in taken:
            raise _error(409, "Validation Error", name=["That URL is already in use."])
        made = {"id": str(uuid.uuid4()), "state": "active", "resources": [], "private": False}
        self.packages[made["id"]] = made
        made.update(_checked(body))
        return _result(made)

    @rule("POST", ACTION + "package_patch")
    def patch(self, asked: Asked) -> Any:
        found = self._package(asked.json["id"])
        found.update(_checked(asked.json) | {"id": found["id"]})
        return _result(found)

    @rule("POST", ACTION + "package_delete")
    def delete(self, asked: Asked) -> Any:
        self._package(asked.json["id"])["state"] = "deleted"
        return _result(None)

    @rule("POST", ACTION + "resource_create")
    def create_resource(self, asked: Asked) -> Any:
        package = self._package(asked.form["package_id"])
        resource = {"id": str(uuid.uuid4()), "url_type": "", "url": "", "size": None, "last_modified": None}
        self._take(resource, asked)
        resource.update({key: value for key, value in asked.form.items() if key != "package_id"})
        package["resources"].append(resource)
        return _result(resource)

    @rule("POST", ACTION + "resource_patch")
    def patch_resource(self, asked: Asked) -> Any:
        told = asked.form or asked.json
        resource = self._resource(told["id"])
        if told.get("clear_upload"):
            resource["url_type"] = ""
            self.content.pop(resource["id"], None)
        resource.update({key: value for key, value in told.items() if key != "clear_upload"})
        self._take(resource, asked)
        return _result(resource)

    @rule("POST", ACTION + "resource_delete")
    def delete_resource(self, asked: Asked) -> Any:
        resource = self._resource(asked.json["id"])
        for package in self.packages.values():
            if resource in package["resources"]:
                package["resources"].remove(resource)  # the file stays on the disk
        return _result(None)

    def _package(self, key: str) -> dict[str, Any]:
        if key in self.hidden:
            raise _error(403, "Authorization Error", message="Access denied")
        for one in self.packages.values():
            if key in (one["id"], one["name"]):
                return one
        raise _error(404, "Not Found Error", message="Not found")

    def _resource(self, key: str) -> dict[str, Any]:
        for package in self.packages.values():
            for one in package["resources"]:
                if one["id"] == key:
                    return one  # type: ignore[no-any-return]
        raise _error(404, "Not Found Error", message="Not found: Resource was not found.")

    def _take(self, resource: dict[str, Any], asked: Asked) -> None:
        if "upload" not in asked.files:
            return
        name, content = asked.files["upload"]
        if len(content) > self.largest:
            raise _error(409, "Validation Error", upload=["File upload too large"])
        self.content[resource["id"]] = content
        resource |= {
            "url": f"https://ckan.example/resource/{resource['id']}/download/{name}",
            "url_type": "upload",
            "size": len(content),
            "last_modified": str(self.now),
        }


def _result(value: Any) -> dict[str, Any]:
    return {"help": "…", "success": True, "result": value}


def _error(status: int, kind: str, **words: Any) -> Refused:
    return Refused(status, {"help": "…", "success": False, "error": {"__type": kind, **words}})


def _checked(body: dict[str, Any]) -> dict[str, Any]:
    for tag in body.get("tags") or ():
        if not 2 <= len(tag["name"]) <= 100 or not all(c.isalnum() or c in " -_." for c in tag["name"]):
            raise _error(409, "Validation Error", tags=[f"Tag {tag['name']} is not valid"])
    if "title" in body and not body["title"]:
        raise _error(409, "Validation Error", title=["Missing value"])
    return body
