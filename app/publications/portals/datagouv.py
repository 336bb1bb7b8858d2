"""data.gouv.fr, and any other portal made with udata: API v1, trailing slashes required.

As observed on udata 17: a dataset has no natural key, hence our mark in its ``extras``; what a PUT leaves out may be wiped, hence
everything is sent each time; replacing a file resets its title, hence it is described after; an upload to a deleted dataset
answers 201, hence it is looked at first.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Self

from app.publications.portals.base import (
    MARK,
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

SITE = "https://www.data.gouv.fr"
PAGE_SIZE = 100
CHUNK = 4_000_000  # octets of a part
TAG = (3, 96)  # characters
TITLE, DESCRIPTION = 350, 100_000
RESERVED = ("transport:", "validation-report:", "analysis:", "check:")  # extras of the portal's own machines

FIELDS = {
    "title": "title",
    "description": "description",
    "organization": "organisation",
    "license": "licence",
    "frequency": "frequency",
    "tags": "tags",
    "temporal_coverage": "coverage",
    "spatial": "zones",
    "schema": "schema",
    "contact_points": "contact",
    "file": "file",
    "private": "visibility",
}
_LISTED = "data{id,page,extras,deleted,private},next_page"


class DataGouv:
    """The portal opened with an API key, or with a token of OAuth (``bearer``).

    ``site``: where people read it; its API is below ``/api/1``. Raises :class:`PortalError` for an address that cannot be asked.
    """

    kind = "datagouv"

    def __init__(
        self,
        key: str,
        *,
        site: str = SITE,
        name: str = "data.gouv.fr",
        bearer: bool = False,
        patience: Patience | None = None,
        allow_private: bool | None = None,
        chunk: int = CHUNK,
    ) -> None:
        headers = {"Authorization": f"Bearer {key.strip()}"} if bearer else {"X-API-KEY": key.strip()}
        self.name = name
        self.notices: list[str] = []
        self._bearer, self._chunk = bearer, chunk
        self._client = PortalClient(
            site.rstrip("/") + "/api/1",
            name,
            headers=headers,
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
        me = self._ask("GET", "/me/")
        if not isinstance(me.data, dict) or "organizations" not in me.data:
            raise self._client.fault(Fault.NOT_A_PORTAL)
        found = tuple(
            Organisation(
                str(one["id"]),
                str(one.get("name", "")),
                str(one.get("page") or ""),
                bool((one.get("permissions") or {}).get("private")),
            )
            for one in me.data["organizations"]
        )
        names = (str(me.data.get(part) or "") for part in ("first_name", "last_name"))
        return Identity(
            " ".join(filter(None, names)) or str(me.data.get("slug") or ""),
            str(me.data.get("email") or ""),
            found,
        )

    # -- what is there ------------------------------------------------------------------------------------------------

    def state(self, ids: RemoteIds) -> RemoteState:
        if not ids.dataset_id:
            return RemoteState(Presence.ABSENT)
        try:
            dataset = self._dataset(ids)
        except PortalError as error:
            if error.kind in {Fault.GONE, Fault.MISSING}:
                return RemoteState(Presence.DELETED if error.kind is Fault.GONE else Presence.ABSENT)
            raise
        if dataset.get("deleted"):
            return RemoteState(Presence.DELETED)
        resource = _resource(dataset, ids.resource_id)
        hidden = dataset.get("private") or dataset.get("archived")
        return RemoteState(
            Presence.PRIVATE if hidden else Presence.PUBLIC,
            has_file=resource is not None,
            seen=_seen(dataset, resource or {}),
        )

    def _dataset(self, ids: RemoteIds) -> dict[str, Any]:
        found: dict[str, Any] = self._ask("GET", f"/datasets/{ids.dataset_id}/").data
        return found

    def _marked(self, metadata: Metadata) -> Iterator[dict[str, Any]]:
        """The datasets that bear our mark, the newest first; those that were deleted are none."""
        listed = (
            f"/organizations/{metadata.organisation}/datasets/?page=1&page_size={PAGE_SIZE}&sort=-created"
        )
        page = 1
        while True:
            answer = self._ask(
                "GET", listed.replace("page=1&", f"page={page}&", 1), headers={"X-Fields": _LISTED}
            )
            for one in answer.entry("data") or ():
                if not one.get("deleted") and (one.get("extras") or {}).get(MARK) == metadata.identifier:
                    yield one
            if not answer.entry("next_page"):
                return
            page += 1

    # -- the steps ----------------------------------------------------------------------------------------------------

    def ensure_dataset(self, metadata: Metadata, ids: RemoteIds) -> RemoteIds:
        if ids.dataset_id:
            dataset = self._dataset(ids)
            if dataset.get("deleted"):
                dataset = self._put(metadata, dataset, deleted=None, private=True)
        else:
            found = next(iter(self._marked(metadata)), None)
            dataset = self._create(metadata) if found is None else found
        return replace(ids, dataset_id=str(dataset["id"]), page=str(dataset.get("page") or ""))

    def ensure_resource(self, metadata: Metadata, ids: RemoteIds, file: PortalFile) -> RemoteIds:
        dataset = self._dataset(ids)
        if dataset.get("deleted"):
            raise self._client.fault(Fault.GONE)
        sha1 = file.sha1()
        resource = _resource(dataset, ids.resource_id) or _ours(dataset, metadata, file, sha1)
        if resource is None:
            resource = self._upload(f"/datasets/{ids.dataset_id}/upload/", file)
        elif (resource.get("checksum") or {}).get("value") != sha1:
            resource = self._upload(f"/datasets/{ids.dataset_id}/resources/{resource['id']}/upload/", file)
        return replace(
            ids,
            resource_id=str(resource["id"]),
            url=str(resource.get("latest") or resource.get("url") or ""),
        )

    def describe(self, metadata: Metadata, ids: RemoteIds, file: PortalFile) -> RemoteIds:
        path = f"/datasets/{ids.dataset_id}/resources/{ids.resource_id}/"
        now = self._ask("GET", path).data
        body = {
            "title": file.title[:TITLE],
            "description": file.description[:DESCRIPTION],
            "type": "main",
            "extras": _extras(now, metadata),
        }
        for schema, notice in _schemas(metadata):
            try:
                resource = self._ask("PUT", path, json={**body, "schema": schema}).data
            except PortalError as error:
                if error.kind is Fault.REFUSED and set(error.fields) == {"schema"}:
                    continue
                raise
            self.notices += [notice] if notice else []
            return replace(ids, url=str(resource.get("latest") or ids.url))
        raise AssertionError("the last schema is none, which is not refused")

    def publish(self, metadata: Metadata, ids: RemoteIds) -> RemoteIds:
        dataset = self._put(metadata, self._dataset(ids), private=metadata.private)
        if metadata.licence and dataset.get("license") != metadata.licence:
            self.notices.append("licence")
        return replace(ids, page=str(dataset.get("page") or ids.page))

    def withdraw(self, ids: RemoteIds) -> RemoteIds:
        dataset = self._dataset(ids)
        if not dataset.get("deleted"):
            if (
                _resource(dataset, ids.resource_id) is not None
            ):  # a deleted dataset keeps its files, this erases ours
                self._ask("DELETE", f"/datasets/{ids.dataset_id}/resources/{ids.resource_id}/")
            self._ask("DELETE", f"/datasets/{ids.dataset_id}/")
        return replace(ids, resource_id="", url="")

    def tidy(self, metadata: Metadata, ids: RemoteIds, file: PortalFile) -> None:
        for other in list(self._marked(metadata)):
            if str(other["id"]) != ids.dataset_id:
                self._ask("DELETE", f"/datasets/{other['id']}/")
        sha1 = file.sha1()
        for one in self._dataset(ids).get("resources") or ():
            if str(one["id"]) != ids.resource_id and _is_ours(one, metadata, file, sha1):
                self._ask("DELETE", f"/datasets/{ids.dataset_id}/resources/{one['id']}/")

    # -- what is sent -------------------------------------------------------------------------------------------------

    def _create(self, metadata: Metadata) -> dict[str, Any]:
        return self._lenient("POST", "/datasets/", _body(metadata, {}) | {"private": True})

    def _put(self, metadata: Metadata, now: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        body = _body(metadata, now) | more
        body["contact_points"] = self._contacts(metadata, now)
        return self._lenient("PUT", f"/datasets/{now['id']}/", body)

    def _lenient(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Sent again without a territory that the portal does not know, rather than not at all."""
        try:
            found: dict[str, Any] = self._ask(method, path, json=body).data
        except PortalError as error:
            if error.kind is not Fault.REFUSED or set(error.fields) != {"zones"} or "spatial" not in body:
                raise
            self.notices.append("zones")
            found = self._ask(method, path, json={k: v for k, v in body.items() if k != "spatial"}).data
        return found

    def _contacts(self, metadata: Metadata, now: Mapping[str, Any]) -> list[str]:
        """The contacts that the dataset has, and ours: asked twice, the portal gives the same one."""
        kept = [str(one["id"]) for one in now.get("contact_points") or () if isinstance(one, dict)]
        if not metadata.contact:
            return kept
        contact = {
            "name": metadata.contact.name or metadata.publisher,
            "email": metadata.contact.email,
            "organization": metadata.organisation,
            "role": "contact",
        }
        try:
            ours = str(self._ask("POST", "/contacts/", json=contact).data["id"])
        except PortalError as error:
            if error.passing:
                raise
            self.notices.append("contact")
            return kept
        return list(dict.fromkeys((*kept, ours)))

    def _upload(self, path: str, file: PortalFile) -> dict[str, Any]:
        if file.size > 2 * self._chunk:  # the others go in one
            return self._in_parts(path, file, self._chunk)
        try:
            with file.open() as stream:
                answer = self._ask("POST", path, files={"file": (file.name, stream, file.media_type)})
        except PortalError as error:
            if error.kind is not Fault.TOO_LARGE or file.size <= self._chunk // 4:
                raise
            return self._in_parts(path, file, self._chunk // 4)
        return _uploaded(answer)

    def _in_parts(self, path: str, file: PortalFile, size: int) -> dict[str, Any]:
        parts = max(2, -(-file.size // size))  # one part alone would be taken for a whole file
        told = {"uuid": str(uuid.uuid4()), "filename": file.name, "totalparts": str(parts)}
        with file.open() as stream:
            for index in range(parts):
                part = stream.read(size)
                data = {**told, "partindex": str(index), "chunksize": str(len(part))}
                self._ask("POST", path, data=data, files={"file": (file.name, part, file.media_type)})
        return _uploaded(self._ask("POST", path, data=told))

    def _ask(self, method: str, path: str, **request: Any) -> Answer:
        answer = self._client.call(method, path, **request)
        if answer.ok:
            return answer
        if answer.status == 401:
            raise self._client.fault(Fault.EXPIRED if self._bearer else Fault.BAD_KEY)
        errors = answer.entry("errors")
        if isinstance(errors, dict) and errors:
            if "organization" in errors:  # another's organisation is a 400 here
                raise self._client.fault(Fault.FORBIDDEN, detail=_flat(errors["organization"]))
            fields = {FIELDS.get(key, "other"): _flat(words) for key, words in errors.items()}
            raise self._client.fault(Fault.REFUSED, fields=fields)
        raise self._client.refusal(answer)


def _body(metadata: Metadata, now: Mapping[str, Any]) -> dict[str, Any]:
    """Everything we say of a dataset: whatever is left out may be wiped."""
    body: dict[str, Any] = {
        "title": metadata.title[:TITLE],
        "description": metadata.description[:DESCRIPTION],
        "organization": metadata.organisation,
        "license": metadata.licence or None,
        "frequency": metadata.frequency or "unknown",
        "tags": tags(metadata.tags),
        "extras": _extras(now, metadata),
    }
    if metadata.coverage is not None:  # full days: a bare year would become one of today's day and month
        body["temporal_coverage"] = {
            "start": metadata.coverage.start.isoformat(),
            "end": metadata.coverage.end.isoformat(),
        }
    if metadata.zones or metadata.granularity:
        body["spatial"] = {"zones": list(metadata.zones), "granularity": metadata.granularity or "other"}
    return body


def _extras(now: Mapping[str, Any], metadata: Metadata) -> dict[str, Any]:
    """Those that are there, which would be lost otherwise, and our mark."""
    kept = {key: value for key, value in (now.get("extras") or {}).items() if not key.startswith(RESERVED)}
    return {**kept, MARK: metadata.identifier}


def tags(words: tuple[str, ...]) -> list[str]:
    """Key words as the portal keeps them: without accents, 3 to 96 characters of ``[a-z0-9-]``, each once."""
    return sorted({slug[: TAG[1]].rstrip("-") for word in words if len(slug := slugify(word)) >= TAG[0]})


def slugify(word: str) -> str:
    """``Délibération n° 12`` → ``deliberation-n-12``."""
    plain = unicodedata.normalize("NFKD", word.replace("œ", "oe").replace("Œ", "oe"))
    letters = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")


def _schemas(metadata: Metadata) -> list[tuple[dict[str, str] | None, str]]:
    """How to name the schema, the best way first, with the notice that the way deserves: a portal that knows a catalogue
    refuses a name or a version that is not in it."""
    schema, ways = metadata.schema, list[tuple[dict[str, str] | None, str]]()
    named = {key: value for key, value in (("name", schema.name), ("version", schema.version)) if value}
    if schema.name:
        ways.append((named, ""))
    if schema.url:
        ways.append(({"url": schema.url, **(named if schema.name else {})}, "schema" if ways else ""))
    return [*ways, (None, "schema_left_out" if ways else "")]


def _resource(dataset: Mapping[str, Any], resource_id: str) -> dict[str, Any] | None:
    return next((one for one in dataset.get("resources") or () if str(one["id"]) == resource_id), None)


def _ours(
    dataset: Mapping[str, Any], metadata: Metadata, file: PortalFile, sha1: str
) -> dict[str, Any] | None:
    """The file that we sent without hearing of it."""
    found = dataset.get("resources") or ()
    return next((one for one in found if _is_ours(one, metadata, file, sha1)), None)


def _is_ours(resource: Mapping[str, Any], metadata: Metadata, file: PortalFile, sha1: str) -> bool:
    """By our mark; before it could be put, by the content, or by the name a file has until it is described."""
    if resource.get("filetype") != "file":
        return False
    mark = (resource.get("extras") or {}).get(MARK)
    if mark is not None:
        return bool(mark == metadata.identifier)
    checksum = (resource.get("checksum") or {}).get("value")
    return checksum == sha1 or slugify(str(resource.get("title") or "")) == slugify(file.name)


def _uploaded(answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = answer.data
    return found


def _seen(dataset: Mapping[str, Any], resource: Mapping[str, Any]) -> dict[str, str]:
    coverage, spatial = dataset.get("temporal_coverage") or {}, dataset.get("spatial") or {}
    schema = resource.get("schema") or {}
    hidden = "archived" if dataset.get("archived") else "private" if dataset.get("private") else "public"
    return {
        "title": str(dataset.get("title") or ""),
        "description": str(dataset.get("description") or ""),
        "licence": str(dataset.get("license") or ""),
        "frequency": str(dataset.get("frequency") or ""),
        "tags": " ".join(sorted(dataset.get("tags") or ())),
        "coverage": f"{str(coverage.get('start') or '')[:10]}/{str(coverage.get('end') or '')[:10]}",
        "zones": " ".join(sorted(map(_zone, spatial.get("zones") or ()))),
        "visibility": hidden,
        "file": str((resource.get("checksum") or {}).get("value") or ""),
        "file_title": str(resource.get("title") or ""),
        "file_description": str(resource.get("description") or ""),
        "schema": " ".join(filter(None, (schema.get("name"), schema.get("version"), schema.get("url")))),
    }


def _zone(zone: Any) -> str:
    return str(zone.get("id", "")) if isinstance(zone, dict) else str(zone)


def _flat(words: Any) -> str:
    """``{"name": ["…"]}`` or ``["…"]`` → one text."""
    if isinstance(words, dict):
        return " ".join(filter(None, map(_flat, words.values())))
    if isinstance(words, list | tuple):
        return " ".join(filter(None, map(_flat, words)))
    return str(words)
