"""Real CKAN in one process: run with the Python of an environment that has ``ckan[requirements]`` and ``fakeredis``.

Prints one line of JSON when it answers. PostgreSQL is the machine's own (its ``bin`` folder in ``TABELLION_POSTGRES_BIN``), in a
folder of the test; Redis is that of fakeredis; the search index (Solr) takes everything and finds nothing, for nothing that
we ask goes through it.
"""

from __future__ import annotations

import json
import logging
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def postgres(folder: Path) -> tuple[str, subprocess.Popen[bytes]]:
    """An empty server: its address, its process."""
    binaries, port = Path(os.environ["TABELLION_POSTGRES_BIN"]), free_port()
    options: dict[str, object] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses root
        account = pwd.getpwnam("postgres")
        shutil.chown(folder, account.pw_uid, account.pw_gid)  # root writes there all the same
        options = {"user": account.pw_uid, "group": account.pw_gid}
    data = folder / "postgres"
    command = [binaries / "initdb", "-D", data, "-A", "trust", "-U", "ckan", "--no-sync", "-E", "UTF8"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, **options)
    server = subprocess.Popen(
        [binaries / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", folder, "-F"],
        stderr=subprocess.DEVNULL,
        cwd=folder,
        **options,
    )
    ready = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    for _ in range(300):
        if subprocess.run(ready, check=False).returncode == 0:
            break
        threading.Event().wait(0.2)
    create = [binaries / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "ckan", "ckan"]
    subprocess.run(create, check=True)
    return f"postgresql://ckan@127.0.0.1:{port}/ckan", server


class Solr(BaseHTTPRequestHandler):
    """Takes what is indexed, and finds nothing."""

    def _serve(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "schema" in self.path:
            body, kind = b'<schema name="ckan-2.12" version="1.6"/>', "application/xml"
        else:
            found = {"responseHeader": {"status": 0}, "response": {"numFound": 0, "start": 0, "docs": []}}
            body, kind = json.dumps(found).encode(), "application/json"
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _serve  # noqa: N815 (the names of http.server)

    def log_message(self, *_: object) -> None:
        return


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="ckan-"))
    folder.chmod(0o755)
    url, database = postgres(folder)
    try:
        _serve(folder, url)
    finally:
        database.terminate()
        database.wait()
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)  # threads of the false Redis would be waited for


def _serve(folder: Path, database_url: str) -> None:
    from fakeredis import TcpFakeServer

    redis = TcpFakeServer(("127.0.0.1", free_port()))
    solr = ThreadingHTTPServer(("127.0.0.1", 0), Solr)
    for server in (redis, solr):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    port = free_port()
    storage = folder / "files"
    storage.mkdir()
    config = storage / "ckan.ini"
    config.write_text(
        f"""[app:main]
use = egg:ckan
ckan.site_id = test
ckan.site_url = http://127.0.0.1:{port}
sqlalchemy.url = {database_url}
solr_url = http://127.0.0.1:{solr.server_port}/solr/ckan
ckan.redis.url = redis://127.0.0.1:{redis.server_address[1]}/0
ckan.storage_path = {storage}
ckan.max_resource_size = 1
ckan.plugins =
SECRET_KEY = a secret of a test that guards nothing
api_token.jwt.encode.secret = string:a secret of a test that guards nothing
api_token.jwt.decode.secret = string:a secret of a test that guards nothing
WTF_CSRF_SECRET_KEY = a secret of a test that guards nothing
ckan.auth.create_dataset_if_not_in_organization = false
""",
        "utf-8",
    )
    logging.disable(logging.WARNING)
    from ckan.cli import load_config
    from ckan.config.middleware import make_app

    app = make_app(load_config(str(config)))
    from ckan import model
    from ckan.plugins.toolkit import get_action

    with app._wsgi_app.test_request_context():
        model.repo.init_db()
        site = {"user": get_action("get_site_user")({"ignore_auth": True}, {})["name"], "ignore_auth": True}
        people = [{"name": "ada", "email": "ada@mairie.example", "password": "Secret-of-1-test", "fullname": "Ada Martin"}]  # fmt: skip
        for one in people:
            get_action("user_create")(dict(site), one)
        mine = get_action("organization_create")(
            dict(site),
            {"name": "reze", "title": "Commune de Rezé", "users": [{"name": "ada", "capacity": "editor"}]},
        )
        other = get_action("organization_create")(dict(site), {"name": "nantes", "title": "Nantes Métropole"})
        token = get_action("api_token_create")(dict(site), {"user": "ada", "name": "tabellion"})["token"]
        model.repo.commit()
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", port, app, threaded=True)
    told = {
        "site": f"http://127.0.0.1:{port}",
        "key": token,
        "organisation": mine["id"],
        "other_organisation": other["id"],
    }
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    # the end of whoever started us is the end of what we read
    threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main()
