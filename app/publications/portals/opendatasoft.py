"""An Opendatasoft portal: the Automation API 1.0, ``Authorization: Apikey <key>``.

From its documentation and its published client: ``dataset_id`` finds a dataset, ``uid`` names it for good; to replace a file the
resource is deleted and made again; putting all metadata removes what is left out, hence what is there is read first; publishing
is a long work that the portal does after its answer. No list of uploaded files exists, hence the title of the resource, which
no reader sees, carries the hash of its content.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any, Self
from urllib.parse import urlsplit

from app.publications.frequencies import frequency
from app.publications.licences import licence
from app.publications.portals.base import (
    Identity,
    Metadata,
    Organisation,
    PortalFile,
    Presence,
    RemoteIds,
    RemoteState,
)
from app.publications.portals.faults import Fault, PortalError
from app.publications.portals.http import Answer, Patience, PortalClient

IDLE = {"idle", "error", "limit_reached", "aborted"}
"""States in which a dataset takes orders; the others are works under way."""

FIELDS = {
    "title": "title",
    "description": "description",
    "keyword": "tags",
    "license": "licence",
    "license_id": "licence",
    "dataset_id": "name",
    "file": "file",
    "datasource": "file",
    "accrualperiodicity": "frequency",
    "contact_email": "contact",
}


class Opendatasoft:
    """The portal opened with an API key. ``site``: where people read it. Raises :class:`PortalError` for an address that cannot
    be asked."""

    kind = "opendatasoft"

    def __init__(
        self,
        key: str,
        *,
        site: str,
        name: str = "Opendatasoft",
        patience: Patience | None = None,
        allow_private: bool | None = None,
    ) -> None:
        self.name = name
        self.notices: list[str] = []
        self._site = site.rstrip("/")
        self._client = PortalClient(
            self._site + "/api/automation/v1.0",
            name,
            headers={"Authorization": f"Apikey {key.strip()}"},
            secret=key.strip(),
            patience=patience or Patience(),
            allow_private=allow_private,
        )

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- who is asking ------------------------------------------------------------------------------------------------

    def identify(self) -> Identity:
        """A key belongs to a portal, which has no organisations: the portal stands for one."""
        answer = self._ask("GET", "/datasets/", params={"limit": 1})
        if not isinstance(answer.entry("results"), list):
            raise self._client.fault(Fault.NOT_A_PORTAL)
        host = urlsplit(self._site).hostname or self._site
        return Identity(host, organisations=(Organisation("", host, self._site),))

    # -- what is there ------------------------------------------------------------------------------------------------

    def state(self, ids: RemoteIds) -> RemoteState:
        dataset = self._dataset(ids.dataset_id) if ids.dataset_id else None
        if dataset is None:
            return RemoteState(Presence.ABSENT)
        resource = self._resource(ids)
        metadata = self._metadata(ids)
        working = not self._idle(ids)
        shown = dataset.get("is_published") or working
        return RemoteState(
            Presence.PUBLIC if shown and not dataset.get("is_restricted") else Presence.PRIVATE,
            has_file=resource is not None,
            seen=_seen(metadata, dataset, resource or {}),
            notices=("processing",) if working else (),
        )

    def _dataset(self, uid: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self._ask("GET", f"/datasets/{uid}/").data
        except PortalError as error:
            if error.kind is Fault.MISSING:
                return None
            raise
        return found

    def _resources(self, ids: RemoteIds) -> list[dict[str, Any]]:
        found = self._ask("GET", f"/datasets/{ids.dataset_id}/resources/").data
        listed = found.get("results", []) if isinstance(found, dict) else found
        return [one for one in listed if isinstance(one, dict)]

    def _resource(self, ids: RemoteIds) -> dict[str, Any] | None:
        return next((one for one in self._resources(ids) if one.get("uid") == ids.resource_id), None)

    def _metadata(self, ids: RemoteIds) -> dict[str, Any]:
        found: dict[str, Any] = self._ask("GET", f"/datasets/{ids.dataset_id}/metadata/").data
        return found

    def _idle(self, ids: RemoteIds) -> bool:
        status = self._ask("GET", f"/datasets/{ids.dataset_id}/status/").data
        return str(status.get("status") or "idle") in IDLE

    # -- the steps ----------------------------------------------------------------------------------------------------

    def ensure_dataset(self, metadata: Metadata, ids: RemoteIds) -> RemoteIds:
        dataset = self._dataset(ids.dataset_id) if ids.dataset_id else None
        if dataset is None:
            dataset = self._named(metadata)
        page = f"{self._site}/explore/dataset/{dataset['dataset_id']}/"
        return replace(ids, dataset_id=str(dataset["uid"]), page=page)

    def ensure_resource(self, metadata: Metadata, ids: RemoteIds, file: PortalFile) -> RemoteIds:
        title = resource_title(file)
        there = self._resources(ids)
        ours = [one for one in there if one.get("uid") == ids.resource_id or _is_ours(one, file)]
        resource = next((one for one in ours if one.get("title") == title), None)
        if resource is None:
            uploaded = self._upload(ids, file)
            for one in ours:
                self._ask("DELETE", f"/datasets/{ids.dataset_id}/resources/{one['uid']}/")
            body = {
                "type": "csvfile",
                "title": title,
                "params": {
                    "encoding": file.encoding,
                    "separator": file.separator,
                    "headers_first_row": True,
                    "first_row_no": 1,
                    "doublequote": True,
                },
                "datasource": {"type": "uploaded_file", "file": {"uid": uploaded}},
            }
            resource = self._ask("POST", f"/datasets/{ids.dataset_id}/resources/", json=body).data
        held = ((resource.get("datasource") or {}).get("file") or {}).get("uid") or ids.file_id
        return replace(
            ids, resource_id=str(resource["uid"]), file_id=str(held), url=f"{ids.page}download/?format=csv"
        )

    def describe(self, metadata: Metadata, ids: RemoteIds, file: PortalFile) -> RemoteIds:
        now = self._metadata(ids)
        wanted = _merged(now, _told(metadata))
        path = f"/datasets/{ids.dataset_id}/metadata/"
        try:
            held = self._ask("PUT", path, json=wanted).data
        except PortalError as error:
            if error.kind is not Fault.REFUSED:
                raise
            # a portal may lack the « dcat » template, or name its licences otherwise
            plain = {"default": {k: v for k, v in _told(metadata)["default"].items() if k != "license"}}
            held = self._ask("PUT", path, json=_merged(now, plain)).data
        if metadata.licence and not _value(held, "default", "license"):
            self.notices.append("licence")
        return ids

    def publish(self, metadata: Metadata, ids: RemoteIds) -> RemoteIds:
        dataset = self._ask("GET", f"/datasets/{ids.dataset_id}/").data
        if bool(dataset.get("is_restricted")) is not metadata.private:
            body = {
                "dataset_id": dataset["dataset_id"],
                "is_restricted": metadata.private,
                "metadata": self._metadata(ids),
            }
            self._ask("PUT", f"/datasets/{ids.dataset_id}/", json=body)
        self._ask("POST", f"/datasets/{ids.dataset_id}/publish/")
        return ids

    def withdraw(self, ids: RemoteIds) -> RemoteIds:
        if self._dataset(ids.dataset_id) is not None:
            self._ask("DELETE", f"/datasets/{ids.dataset_id}/")
        return replace(ids, resource_id="", file_id="", url="")

    def tidy(self, metadata: Metadata, ids: RemoteIds, file: PortalFile) -> None:
        for one in self._resources(ids):
            if one.get("uid") != ids.resource_id and _is_ours(one, file):
                self._ask("DELETE", f"/datasets/{ids.dataset_id}/resources/{one['uid']}/")

    # -- what is sent -------------------------------------------------------------------------------------------------

    def _named(self, metadata: Metadata) -> dict[str, Any]:
        """The dataset of our name, made if need be; of a second name when another dataset holds the first."""
        mark = hashlib.sha256(metadata.identifier.encode()).hexdigest()[:6]
        for name in (metadata.name, f"{metadata.name}-{mark}"):
            found = self._ask("GET", "/datasets/", params={"dataset_id": name, "limit": 2})
            taken = [one for one in found.entry("results") or () if one.get("dataset_id") == name]
            if not taken:
                body = {"dataset_id": name, "is_restricted": True, "metadata": _told(metadata, short=True)}
                created: dict[str, Any] = self._ask("POST", "/datasets/", json=body).data
                self.notices += ["name"] if name != metadata.name else []
                return created
            if _value(taken[0].get("metadata") or {}, "default", "references") == _reference(metadata):
                return dict(taken[0])
        raise self._client.fault(Fault.NAME_TAKEN, name=metadata.name)

    def _upload(self, ids: RemoteIds, file: PortalFile) -> str:
        with file.open() as stream:
            answer = self._ask(
                "POST",
                f"/datasets/{ids.dataset_id}/resources/files/",
                files={"file": (resource_title(file), stream, file.media_type)},
            )
        return str(answer.data["uid"])

    def _ask(self, method: str, path: str, **request: Any) -> Answer:
        answer = self._client.call(method, path, **request)
        if answer.ok:
            return answer
        words = f"{answer.entry('error_code')} {answer.entry('message')}".lower()
        if answer.status == 400 and "status" in words:
            # the dataset is at a long work, and takes no order until it ends
            raise self._client.fault(Fault.BUSY, detail=str(answer.entry("message") or ""), retry_after=20)
        told = answer.entry("fields")
        if answer.status == 400 and isinstance(told, dict | list) and told:
            raise self._client.fault(
                Fault.REFUSED, fields=_fields(told), detail=str(answer.entry("message") or "")
            )
        raise self._client.refusal(answer)


def resource_title(file: PortalFile) -> str:
    """``deliberations.csv`` → ``deliberations-1f0c8a2b9d3e.csv``: tells a content from any other."""
    name = PurePath(file.name)
    return f"{name.stem}-{file.sha256[:12]}{name.suffix or '.csv'}"


def _is_ours(resource: Mapping[str, Any], file: PortalFile) -> bool:
    """A version of this file: its name, then a hash."""
    stem, title = PurePath(file.name).stem, PurePath(str(resource.get("title") or "")).stem
    head, _dash, mark = title.rpartition("-")
    return head == stem and len(mark) == 12 and all(c in "0123456789abcdef" for c in mark)


def _reference(metadata: Metadata) -> str:
    """Our mark, in a field that readers see as the source of the data."""
    return metadata.landing_page or metadata.identifier


def _told(metadata: Metadata, *, short: bool = False) -> dict[str, dict[str, Any]]:
    often, found, coverage = frequency(metadata.frequency), licence(metadata.licence), metadata.coverage
    default: dict[str, Any] = {"title": metadata.title, "language": "fr", "references": _reference(metadata)}
    if short:
        return {"default": {key: {"value": value} for key, value in default.items()}}
    default |= {
        "description": metadata.description,
        "keyword": list(metadata.tags),
        "publisher": metadata.publisher,
        "license": (found.short if found else metadata.licence) or None,
    }
    dcat: dict[str, Any] = {
        "accrualperiodicity": often.uri,
        "spatial": metadata.place,
        "temporal": f"{coverage.start}/{coverage.end}" if coverage else "",
        "contact_name": metadata.contact.name,
        "contact_email": metadata.contact.email,
        "conforms_to": metadata.schema.url,
    }
    return {
        "default": {key: {"value": value} for key, value in default.items() if value},
        "dcat": {key: {"value": value} for key, value in dcat.items() if value},
    }


def _merged(now: Mapping[str, Any], told: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What is there, with ours in its place."""
    templates = dict.fromkeys((*now, *told))
    return {name: {**(now.get(name) or {}), **(told.get(name) or {})} for name in templates}


def _value(metadata: Mapping[str, Any], template: str, name: str) -> Any:
    found = (metadata.get(template) or {}).get(name)
    return found.get("value") if isinstance(found, dict) else found


def _seen(
    metadata: Mapping[str, Any], dataset: Mapping[str, Any], resource: Mapping[str, Any]
) -> dict[str, str]:
    words = _value(metadata, "default", "keyword") or ()
    seen = {
        "title": _value(metadata, "default", "title"),
        "description": _value(metadata, "default", "description"),
        "licence": _value(metadata, "default", "license"),
        "frequency": _value(metadata, "dcat", "accrualperiodicity"),
        "coverage": _value(metadata, "dcat", "temporal"),
        "schema": _value(metadata, "dcat", "conforms_to"),
        "file": resource.get("title"),
    }
    shown = {key: str(value or "") for key, value in seen.items()}
    shown["tags"] = " ".join(sorted(map(str, words)))
    shown["visibility"] = "private" if dataset.get("is_restricted") else "public"
    return shown


def _fields(told: Any) -> dict[str, str]:
    """``{"title": ["…"]}``, or ``[{"name": "title", "message": "…"}]``."""
    pairs = (
        told.items() if isinstance(told, dict) else ((one.get("name"), one.get("message")) for one in told)
    )
    found: dict[str, str] = {}
    for key, words in pairs:
        name = FIELDS.get(str(key).rpartition(".")[2], "other")
        found[name] = str(words[0] if isinstance(words, list) and words else words)
    return found
