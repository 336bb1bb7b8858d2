"""A CKAN portal: the action API, ``Authorization: <token>`` without « Bearer ».

As observed on CKAN 2.12: ``name`` is the natural key of a dataset, hence nothing is created twice; ``package_patch`` and
``resource_patch`` keep what they are not told, the ``_update`` of each wipes it; ``hash`` is the client's word, hence it is sent
with each file; 403 covers a bad token too, hence the token is asked about when it comes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self

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
from app.publications.portals.http import Patience, PortalClient

MARK = "tabellion_id"
TAG = (2, 100)  # characters
NAME = 100  # characters

FIELDS = {
    "title": "title",
    "name": "name",
    "notes": "description",
    "owner_org": "organisation",
    "license_id": "licence",
    "tags": "tags",
    "extras": "other",
    "maintainer_email": "contact",
    "upload": "file",
    "schema": "schema",
    "private": "visibility",
}


class Ckan:
    """The portal opened with an API token. ``site``: where people read it. Raises :class:`PortalError` for an address that
    cannot be asked."""

    kind = "ckan"

    def __init__(
        self,
        key: str,
        *,
        site: str,
        name: str = "CKAN",
        patience: Patience | None = None,
        allow_private: bool | None = None,
    ) -> None:
        self.name = name
        self.notices: list[str] = []
        self._site = site.rstrip("/")
        self._licences: set[str] | None = None
        self._client = PortalClient(
            self._site + "/api/3/action",
            name,
            headers={"Authorization": key.strip()},
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
        me = self._user()
        found = self._read("organization_list_for_user", permission="create_dataset")
        organisations = tuple(
            Organisation(
                str(one["id"]),
                str(one.get("display_name") or one.get("title") or one["name"]),
                f"{self._site}/organization/{one['name']}",
            )
            for one in found
        )
        return Identity(
            str(me.get("fullname") or me.get("display_name") or me["name"]),
            str(me.get("email") or ""),
            organisations,
        )

    def _user(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = self._read("user_show")
        except PortalError as error:
            if error.kind in {Fault.MISSING, Fault.FORBIDDEN}:
                raise self._client.fault(Fault.BAD_KEY) from error
            raise
        return found

    # -- what is there ------------------------------------------------------------------------------------------------

    def state(self, ids: RemoteIds) -> RemoteState:
        package = self._package(ids.dataset_id) if ids.dataset_id else None
        if package is None:
            return RemoteState(Presence.ABSENT)
        if package.get("state") == "deleted":
            return RemoteState(Presence.DELETED)
        resource = _resource(package, ids.resource_id)
        return RemoteState(
            Presence.PRIVATE if package.get("private") else Presence.PUBLIC,
            has_file=resource is not None,
            seen=_seen(package, resource or {}),
        )

    def _package(self, package_id: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self._read("package_show", id=package_id)
        except PortalError as error:
            if error.kind is Fault.MISSING:
                return None
            raise
        return found

    # -- the steps ----------------------------------------------------------------------------------------------------

    def ensure_dataset(self, metadata: Metadata, ids: RemoteIds) -> RemoteIds:
        package = self._package(ids.dataset_id) if ids.dataset_id else None
        if package is None:
            package = self._named(metadata)
        if package.get("state") == "deleted":
            package = self._act("package_patch", {"id": package["id"], "state": "active", "private": True})
        return replace(ids, dataset_id=str(package["id"]), page=f"{self._site}/dataset/{package['name']}")

    def ensure_resource(self, metadata: Metadata, ids: RemoteIds, file: PortalFile) -> RemoteIds:
        package = self._package(ids.dataset_id)
        if package is None or package.get("state") == "deleted":
            raise self._client.fault(Fault.GONE)
        resource = _resource(package, ids.resource_id) or _marked(package, metadata)
        told = {"hash": file.sha256, "mimetype": file.media_type, "format": file.format.upper()}
        if resource is None:
            told |= {"package_id": ids.dataset_id, "name": file.title, MARK: metadata.identifier}
            resource = self._act("resource_create", told, file)
        elif resource.get("hash") != file.sha256 or not _is_upload(resource):
            resource = self._act("resource_patch", told | {"id": resource["id"]}, file)
        return replace(ids, resource_id=str(resource["id"]), url=str(resource.get("url") or ""))

    def describe(self, metadata: Metadata, ids: RemoteIds, file: PortalFile) -> RemoteIds:
        told = {
            "id": ids.resource_id,
            "name": file.title,
            "description": file.description,
            "format": file.format.upper(),
            "mimetype": file.media_type,
            "hash": file.sha256,
            "schema": metadata.schema.url,
            MARK: metadata.identifier,
        }
        if metadata.schema.name:
            told |= {"schema_name": metadata.schema.name, "schema_version": metadata.schema.version}
        resource = self._act("resource_patch", told)
        return replace(ids, url=str(resource.get("url") or ids.url))

    def publish(self, metadata: Metadata, ids: RemoteIds) -> RemoteIds:
        now = self._read("package_show", id=ids.dataset_id)
        body = self._body(metadata, now) | {"id": ids.dataset_id, "private": metadata.private}
        package = self._act("package_patch", body)
        return replace(ids, page=f"{self._site}/dataset/{package['name']}")

    def withdraw(self, ids: RemoteIds) -> RemoteIds:
        package = self._package(ids.dataset_id)
        if package is not None and package.get("state") != "deleted":
            if (
                _resource(package, ids.resource_id) is not None
            ):  # only a resource that becomes a link lets its file go
                link = {"id": ids.resource_id, "url": self._site, "clear_upload": "true", "hash": ""}
                self._act("resource_patch", link)
                self._act("resource_delete", {"id": ids.resource_id})
            self._act("package_delete", {"id": ids.dataset_id})
        return replace(ids, resource_id="", url="")

    def tidy(self, metadata: Metadata, ids: RemoteIds, file: PortalFile) -> None:
        for one in self._read("package_show", id=ids.dataset_id).get("resources") or ():
            if one.get(MARK) == metadata.identifier and str(one["id"]) != ids.resource_id:
                self._act("resource_delete", {"id": one["id"]})

    # -- what is sent -------------------------------------------------------------------------------------------------

    def _named(self, metadata: Metadata) -> dict[str, Any]:
        """The dataset of our name, made if need be; of a second name when another dataset holds the first."""
        mark = hashlib.sha256(metadata.identifier.encode()).hexdigest()[:6]
        first = _name(metadata.name)
        for name in (first, f"{first[: NAME - 7]}-{mark}"):
            try:
                created: dict[str, Any] = self._act(
                    "package_create", self._body(metadata, {}) | {"name": name, "private": True}
                )
            except PortalError as error:
                if error.kind is not Fault.NAME_TAKEN:
                    raise
                if (found := self._ours(name, metadata)) is not None:
                    return found
                continue
            if name != first:
                self.notices.append("name")
            return created
        raise self._client.fault(Fault.NAME_TAKEN, name=first)

    def _ours(self, name: str, metadata: Metadata) -> dict[str, Any] | None:
        try:
            found = self._package(name)
        except PortalError as error:
            if error.kind is Fault.FORBIDDEN:  # somebody else's, and unlisted
                return None
            raise
        return found if found is not None and _extras(found).get(MARK) == metadata.identifier else None

    def _body(self, metadata: Metadata, now: Mapping[str, Any]) -> dict[str, Any]:
        coverage, often = metadata.coverage, frequency(metadata.frequency)
        told = {
            MARK: metadata.identifier,
            "identifier": metadata.landing_page or metadata.identifier,
            "frequency": often.uri,
            "temporal_start": coverage.start.isoformat() if coverage else "",
            "temporal_end": coverage.end.isoformat() if coverage else "",
            "spatial_text": metadata.place,
            "spatial_zones": " ".join(metadata.zones),
            "conforms_to": metadata.schema.url,
            "publisher_name": metadata.publisher,
            "contact_name": metadata.contact.name,
            "contact_email": metadata.contact.email,
            "language": "fr",
        }  # the names that ckanext-dcat reads
        extras = {key: value for key, value in (_extras(now) | told).items() if value}
        body: dict[str, Any] = {
            "title": metadata.title,
            "notes": metadata.description,
            "owner_org": metadata.organisation,
            "tags": [{"name": name} for name in tags(metadata.tags)],
            "url": metadata.landing_page,
            "maintainer": metadata.contact.name or metadata.publisher,
            "maintainer_email": metadata.contact.email,
            "extras": [{"key": key, "value": value} for key, value in extras.items()],
        }
        if metadata.licence:
            body["license_id"] = self._licence(metadata.licence)
        return body

    def _licence(self, key: str) -> str:
        """The name by which this portal lists a licence; our own where it lists none of those we know."""
        if self._licences is None:
            self._licences = {str(one["id"]) for one in self._read("license_list")}
        found = licence(key)
        for name in found.ckan if found else (key,):
            if name in self._licences:
                return name
        self.notices += [] if "licence" in self.notices else ["licence"]
        return key

    def _read(self, action: str, **params: str) -> Any:
        return self._result(self._client.call("GET", f"/{action}", params=params), action)

    def _act(self, action: str, body: dict[str, Any], file: PortalFile | None = None) -> Any:
        if file is None:
            return self._result(self._client.call("POST", f"/{action}", json=body), action)
        with file.open() as stream:
            files = {"upload": (file.name, stream, file.media_type)}
            return self._result(self._client.call("POST", f"/{action}", data=body, files=files), action)

    def _result(self, answer: Any, action: str) -> Any:
        if answer.ok and answer.entry("success") is True:
            return answer.entry("result")
        errors = answer.entry("error")
        if not isinstance(errors, dict):
            raise self._client.fault(Fault.NOT_A_PORTAL) if answer.ok else self._client.refusal(answer)
        if answer.status == 403 and action != "user_show":
            self._user()  # raises where it is the token that is bad
            raise self._client.fault(Fault.FORBIDDEN, detail=str(errors.get("message", "")))
        if answer.status == 409:
            raise self._conflict(errors, action)
        raise self._client.refusal(answer)

    def _conflict(self, errors: dict[str, Any], action: str) -> PortalError:
        told = {key: _flat(words) for key, words in errors.items() if not key.startswith("__")}
        if "too large" in told.get("upload", "").lower():
            return self._client.fault(Fault.TOO_LARGE, detail=told["upload"])
        if action == "package_create" and set(told) <= {"name", "id"} and "name" in told:
            return self._client.fault(Fault.NAME_TAKEN, detail=told["name"])
        if not told:
            return self._client.fault(Fault.REFUSED, detail=str(errors.get("message", "")))
        fields = {FIELDS.get(key, "other"): words for key, words in told.items()}
        return self._client.fault(Fault.REFUSED, fields=fields)


def tags(words: tuple[str, ...]) -> list[str]:
    """Key words as CKAN takes them: letters, digits, spaces and ``-_.``, 2 to 100 characters, each once."""
    plain = (" ".join(re.sub(r"[^\w .-]+", " ", word.lower()).split())[: TAG[1]].strip() for word in words)
    return sorted({word for word in plain if len(word) >= TAG[0]})


def _name(name: str) -> str:
    """CKAN's: 2 to 100 characters of ``[a-z0-9-_]``."""
    plain = re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-")[:NAME]
    return plain if len(plain) > 1 else f"jeu-{plain}"


def _extras(package: Mapping[str, Any]) -> dict[str, Any]:
    return {one["key"]: one["value"] for one in package.get("extras") or ()}


def _resource(package: Mapping[str, Any], resource_id: str) -> dict[str, Any] | None:
    return next((one for one in package.get("resources") or () if str(one["id"]) == resource_id), None)


def _marked(package: Mapping[str, Any], metadata: Metadata) -> dict[str, Any] | None:
    found = package.get("resources") or ()
    return next((one for one in found if one.get(MARK) == metadata.identifier), None)


def _is_upload(resource: Mapping[str, Any]) -> bool:
    return resource.get("url_type") == "upload"


def _seen(package: Mapping[str, Any], resource: Mapping[str, Any]) -> dict[str, str]:
    extras = _extras(package)
    # « last_modified » moves when a file is sent, and not with what is said of it
    file = (resource.get("hash"), resource.get("size"), resource.get("last_modified"), resource.get("url"))
    return {
        "title": str(package.get("title") or ""),
        "description": str(package.get("notes") or ""),
        "licence": str(package.get("license_id") or ""),
        "frequency": str(extras.get("frequency") or ""),
        "tags": " ".join(sorted(str(one["name"]) for one in package.get("tags") or ())),
        "coverage": f"{extras.get('temporal_start', '')}/{extras.get('temporal_end', '')}",
        "visibility": "private" if package.get("private") else "public",
        "file": " ".join(str(one or "") for one in file),
        "file_title": str(resource.get("name") or ""),
        "file_description": str(resource.get("description") or ""),
        "schema": str(resource.get("schema") or ""),
    }


def _flat(words: Any) -> str:
    if isinstance(words, dict):
        return " ".join(filter(None, map(_flat, words.values())))
    if isinstance(words, list | tuple):
        return " ".join(filter(None, map(_flat, words)))
    return str(words)
