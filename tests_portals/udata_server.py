"""Real udata in one process: run with the Python of an environment that has ``udata`` and ``mongomock``.

Prints one line of JSON when it answers: its address, a key, a revoked key, the organisations, an OAuth client. The database is
in memory (mongomock), tasks run at once, nothing is cached. ``/_test/…`` does what a person or an administrator would.
"""

from __future__ import annotations

import json
import logging
import shutil
import socket
import sys
import tempfile
import threading
from pathlib import Path


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="udata-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site = f"http://127.0.0.1:{port}"
    catalogue = folder / "schemas.json"
    catalogue.write_text(json.dumps(CATALOGUE), "utf-8")

    import mongoengine
    import mongomock

    plain = mongoengine.connect

    def connect(name: str, **settings: object) -> object:
        for unused in ("read_preference", "connect", "is_mock"):
            settings.pop(unused, None)
        return plain(name, **settings, mongo_client_class=mongomock.MongoClient)

    mongoengine.connect = connect

    from udata import settings
    from udata.app import create_app, standalone

    class Here(settings.Testing):
        TESTING = False
        SERVER_NAME = f"127.0.0.1:{port}"
        PREFERRED_URL_SCHEME = "http"
        MONGODB_HOST = "mongodb://localhost:27017/udata"
        SECRET_KEY = "of a test"  # noqa: S105 (it guards nothing)
        FS_ROOT = str(folder / "fs")
        URLS_ALLOWED_TLDS = settings.Testing.URLS_ALLOWED_TLDS | {"example"}
        URLS_ALLOW_LOCAL = True
        URLS_ALLOW_PRIVATE = True
        CELERY_BROKER_URL = "memory://"
        CELERY_RESULT_BACKEND = "cache+memory://"
        HARVESTER_BACKENDS = ["dcat"]  # noqa: RUF012 (how udata writes its settings)
        SESSION_COOKIE_SECURE = False
        CDATA_BASE_URL = site
        METHOD_BLOCKLIST = ["DatasetListAPI.post", "UploadNewDatasetResource.post"]  # noqa: RUF012 (how udata writes its settings)

    logging.disable(logging.WARNING)
    app = standalone(create_app(settings.Defaults, override=Here))
    for name in ("resources", "avatars", "logos", "images", "chunks", "references"):
        app.config[f"{name.upper()}_FS_BACKEND"] = "local"
        app.config.pop(f"{name.upper()}_FS_ROOT", None)
    from udata.core import storages

    storages.init_app(app)
    _control(app, site)
    with app.app_context():
        told = _seed(site)

    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", port, app, threaded=False)
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    # the end of whoever started us is the end of the line we read
    threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
    server.serve_forever()
    shutil.rmtree(folder, ignore_errors=True)


CATALOGUE = {
    "schemas": [
        {
            "name": "scdl/deliberations",
            "title": "Délibérations",
            "schema_url": "https://schema.data.gouv.fr/schemas/scdl/deliberations/latest/schema.json",
            "schema_type": "tableschema",
            "versions": [
                {
                    "version_name": "2.1.5",
                    "schema_url": "https://schema.data.gouv.fr/schemas/scdl/deliberations/2.1.5/schema.json",
                }
            ],
        }
    ]
}


def _seed(site: str) -> dict[str, object]:
    from udata.api.oauth2 import OAuth2Client
    from udata.core.api_token.models import ApiToken
    from udata.core.dataset.models import License
    from udata.core.organization.factories import OrganizationFactory
    from udata.core.spatial.models import GeoLevel, GeoZone
    from udata.core.user.factories import UserFactory

    ada = UserFactory(first_name="Ada", last_name="Martin", email="ada@mairie.example")
    mine = OrganizationFactory(name="Commune de Rezé", editors=[ada])
    other = OrganizationFactory(name="Nantes Métropole")
    _token, key = ApiToken.generate(ada, name="tabellion")
    revoked, old_key = ApiToken.generate(ada, name="old")
    revoked.revoke()
    for name, title, url in (
        ("notspecified", "License Not Specified", None),
        (
            "lov2",
            "Licence Ouverte / Open Licence version 2.0",
            "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
        ),
        (
            "odc-odbl",
            "Open Data Commons Open Database License (ODbL)",
            "http://opendatacommons.org/licenses/odbl/summary/",
        ),
    ):
        License.objects.create(id=name, title=title, url=url, active=True)
    GeoLevel.objects.create(id="fr:commune", name="Commune", admin_level=80)
    GeoZone.objects.create(id="fr:commune:44143", code="44143", level="fr:commune", name="Rezé", slug="reze")
    client = OAuth2Client.objects.create(
        name="Tabellion", owner=ada, redirect_uris=["https://tabellion.example/retour"], scope="default"
    )
    return {
        "site": site,
        "key": key,
        "revoked_key": old_key,
        "organisation": str(mine.id),
        "other_organisation": str(other.id),
        "client_id": str(client.id),
    }


def _control(app: object, site: str) -> None:
    from flask import jsonify, request
    from udata.app import csrf

    def act(name: str) -> object:
        from udata.core.dataset.models import Dataset, ResourceSchema
        from udata.core.organization.models import Organization

        told = request.get_json()
        if name == "read-only":
            app.config["READ_ONLY_MODE"] = told["on"]
        elif name == "catalogue":
            found = CATALOGUE["schemas"] if told["on"] else []
            ResourceSchema.all = staticmethod(lambda: found)
        elif name == "dataset":
            Dataset.objects.get(id=told["id"]).update(**told["set"])
        elif name == "count":
            found = Dataset.objects(
                organization=Organization.objects.get(id=told["organisation"]), deleted=None
            )
            return jsonify(datasets=[{"id": str(one.id), "resources": len(one.resources)} for one in found])
        elif name == "harvest":
            return jsonify(_harvest(told))
        elif name == "authorise":
            return jsonify(_authorise(told))
        return jsonify({})

    app.add_url_rule("/_test/<name>", "test_control", csrf.exempt(act), methods=["POST"])


def _harvest(told: dict[str, str]) -> dict[str, object]:
    """What the harvester of data.gouv.fr makes of a feed."""
    from udata.core.dataset.models import Dataset
    from udata.core.organization.models import Organization
    from udata.harvest.backends.dcat import DcatBackend
    from udata.harvest.models import HarvestSource

    organisation = Organization.objects.get(id=told["organisation"])
    source = HarvestSource.objects.create(
        name="Tabellion", url=told["url"], backend="dcat", organization=organisation
    )
    job = DcatBackend(source).harvest()
    found = []
    for item in job.items:
        if item.dataset is None:
            continue
        one = Dataset.objects.get(id=item.dataset.id)
        found.append(
            {
                "identifier": item.remote_id,
                "title": one.title,
                "description": one.description,
                "tags": list(one.tags),
                "licence": one.license.id if one.license else None,
                "frequency": str(one.frequency),
                "coverage": [str(one.temporal_coverage.start), str(one.temporal_coverage.end)]
                if one.temporal_coverage
                else None,
                "contacts": [point.email for point in one.contact_points],
                "page": one.harvest.remote_url,
                "modified": str(one.harvest.modified_at),
                "issued": str(one.harvest.issued_at),
                "resources": [
                    {
                        "url": held.url,
                        "title": held.title,
                        "description": held.description,
                        "format": held.format,
                        "mime": held.mime,
                        "size": held.filesize,
                        "checksum": [held.checksum.type, held.checksum.value] if held.checksum else None,
                        "schema": held.schema.to_dict() if held.schema else None,
                    }
                    for held in one.resources
                ],
            }
        )
    errors = [error.message for error in job.errors] + [
        error.message for item in job.items for error in item.errors
    ]
    return {"status": job.status, "errors": errors, "datasets": found}


def _authorise(told: dict[str, str]) -> dict[str, str]:
    """What the page of consent does when a person accepts: a code for our client."""
    from datetime import UTC, datetime, timedelta

    from udata.api.oauth2 import OAuth2Client, OAuth2Code
    from udata.core.user.models import User

    code = "code-of-a-test"
    OAuth2Code.objects.create(
        user=User.objects.first(),
        client=OAuth2Client.objects.get(id=told["client_id"]),
        code=code,
        redirect_uri=told["redirect_uri"],
        expires=datetime.now(UTC) + timedelta(seconds=100),
        scope="default",
        code_challenge=told["code_challenge"],
        code_challenge_method="S256",
    )
    return {"code": code}


if __name__ == "__main__":
    main()
