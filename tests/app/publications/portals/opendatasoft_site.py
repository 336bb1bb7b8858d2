"""An Opendatasoft portal as its documentation says that it behaves."""

from __future__ import annotations

from itertools import count
from typing import Any

from tests.app.publications.portals.site import Asked, Refused, Site, rule

KEY = "a-key-of-opendatasoft"
BASE = "/api/automation/v1.0/datasets/"
D = BASE + r"([^/]+)/"


class OpendatasoftSite(Site):
    """``templates``: of metadata that the portal has; it works for 15 seconds at what it is told to publish."""

    def __init__(self) -> None:
        super().__init__()
        self.datasets: dict[str, dict[str, Any]] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.templates = {"default", "dcat", "internal"}
        self.works_until = 0.0
        self._numbers = count(1)

    def live(self) -> list[dict[str, Any]]:
        return list(self.datasets.values())

    def allow(self, asked: Asked) -> None:
        if asked.headers.get("authorization") != f"Apikey {KEY}":
            raise Refused(401, {"error_code": "Unauthorized", "message": "Unknown API key", "fields": {}})

    @rule("GET", BASE)
    def listed(self, asked: Asked) -> Any:
        wanted = asked.query.get("dataset_id")
        found = [one for one in self.datasets.values() if wanted in (None, one["dataset_id"])]
        return {"total_count": len(found), "results": [self._shown(one) for one in found]}

    @rule("POST", BASE)
    def create(self, asked: Asked) -> Any:
        body = asked.json
        if any(one["dataset_id"] == body["dataset_id"] for one in self.datasets.values()):
            raise _refused(dataset_id=["This identifier is already used"])
        self._check(body["metadata"])
        uid = f"da_{next(self._numbers)}"
        self.datasets[uid] = {**body, "uid": uid, "is_published": False, "resources": []}
        return 201, self._shown(self.datasets[uid]), {}

    @rule("GET", D)
    def read(self, asked: Asked, uid: str) -> Any:
        return self._shown(self._dataset(uid))

    @rule("PUT", D)
    def change(self, asked: Asked, uid: str) -> Any:
        self._dataset(uid).update(asked.json)
        return self._shown(self._dataset(uid))

    @rule("DELETE", D)
    def delete(self, asked: Asked, uid: str) -> Any:
        del self.datasets[self._dataset(uid)["uid"]]
        return 204, "", {}

    @rule("GET", D + "status/")
    def status(self, asked: Asked, uid: str) -> Any:
        published = self._dataset(uid)["is_published"]
        working = self.now < self.works_until
        return {"status": "processing_all_data" if working else "idle", "is_published": published}

    @rule("GET", D + "metadata/")
    def metadata(self, asked: Asked, uid: str) -> Any:
        return self._dataset(uid)["metadata"]

    @rule("PUT", D + "metadata/")
    def put_metadata(self, asked: Asked, uid: str) -> Any:
        self._check(asked.json)
        self._dataset(uid)["metadata"] = asked.json  # whatever is left out is gone
        return asked.json

    @rule("GET", D + "resources/")
    def resources(self, asked: Asked, uid: str) -> Any:
        found = self._dataset(uid)["resources"]
        return {"total_count": len(found), "results": found}

    @rule("POST", D + "resources/files/")
    def upload(self, asked: Asked, uid: str) -> Any:
        self._dataset(uid)
        held = f"fi_{next(self._numbers)}"
        self.files[held] = asked.files["file"]
        return 201, {"uid": held, "filename": asked.files["file"][0]}, {}

    @rule("POST", D + "resources/")
    def create_resource(self, asked: Asked, uid: str) -> Any:
        body, dataset = asked.json, self._dataset(uid)
        if body["datasource"]["file"]["uid"] not in self.files:
            raise _refused(datasource=["Unknown file"])
        dataset["resources"].append({**body, "uid": f"re_{next(self._numbers)}"})
        return 201, dataset["resources"][-1], {}

    @rule("DELETE", D + r"resources/([^/]+)/")
    def delete_resource(self, asked: Asked, uid: str, resource: str) -> Any:
        dataset = self._dataset(uid)
        kept = [one for one in dataset["resources"] if one["uid"] != resource]
        if len(kept) == len(dataset["resources"]):
            raise Refused(404, {"error_code": "NotFound", "message": "Not found"})
        dataset["resources"] = kept
        return 204, "", {}

    @rule("POST", D + "publish/")
    def publish(self, asked: Asked, uid: str) -> Any:
        if self.now < self.works_until:
            raise Refused(400, {"error_code": "InvalidDatasetStatus", "message": "Invalid dataset status"})
        self._dataset(uid)["is_published"] = True
        self.works_until = self.now + 15
        return {"status": "processing_all_data"}

    def _dataset(self, uid: str) -> dict[str, Any]:
        if uid not in self.datasets:
            raise Refused(404, {"error_code": "NotFound", "message": "Not found", "fields": {}})
        return self.datasets[uid]

    def _shown(self, dataset: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in dataset.items() if key != "resources"}

    def _check(self, metadata: dict[str, Any]) -> None:
        if unknown := [name for name in metadata if name not in self.templates]:
            raise _refused(**{unknown[0]: ["Unknown metadata template"]})
        if not metadata["default"].get("title", {}).get("value"):
            raise _refused(title=["This field is required"])


def _refused(**fields: list[str]) -> Refused:
    return Refused(400, {"error_code": "ValidationError", "message": "Invalid parameters", "fields": fields})
