"""The container image and the compose file follow the Makefile's steps, and name only things that exist."""

from __future__ import annotations

import re
import shlex
from fnmatch import fnmatch

import pytest
import yaml

from app.settings import Settings
from tests.contracts.test_layout import PACKAGES, pyproject, tracked
from tests.corpus import ROOT

OLDEST_POSTGRESQL = 15


def instructions() -> list[tuple[str, str]]:
    """``(instruction, words)`` of the Dockerfile, with continued lines joined."""
    content = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.M)
    lines = re.sub(r"\\\n\s*", " ", content).splitlines()
    return [
        (word.upper(), rest.strip())
        for word, _, rest in (line.partition(" ") for line in lines if line.strip())
    ]


def stages() -> list[list[tuple[str, str]]]:
    found: list[list[tuple[str, str]]] = []
    for instruction in instructions():
        if instruction[0] == "FROM":
            found.append([])
        found[-1].append(instruction)
    return found


def copied() -> set[str]:
    """What is copied from the checkout."""
    return {
        source
        for word, rest in instructions()
        if word == "COPY" and "--from=" not in rest
        for source in shlex.split(rest)[:-1]
    }


def environment() -> dict[str, str]:
    return dict(
        pair.split("=", 1) for word, rest in instructions() if word == "ENV" for pair in shlex.split(rest)
    )


@pytest.fixture(scope="module")
def services() -> dict:
    return yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]


def recipe() -> str:
    return (ROOT / "Makefile").read_text("utf-8")


def test_the_image_is_built_in_stages_and_the_last_has_no_builder() -> None:
    first, *_, last = stages()
    assert len(stages()) >= 3
    assert "node" in first[0][1]
    assert not any(tool in rest for word, rest in last if word == "RUN" for tool in ("pip", "npm", "apt"))


def test_the_image_runs_as_nobody_in_particular() -> None:
    users = [rest for word, rest in stages()[-1] if word == "USER"]
    assert users
    assert not re.match(r"(root|0)\b", users[-1])
    order = [word for word, _ in stages()[-1]]
    assert order.index("USER") > order.index("RUN")
    assert ("ENTRYPOINT", '["tabellion"]') in stages()[-1]


def test_the_image_says_whether_it_is_well() -> None:
    from app.health import router

    (check,) = [rest for word, rest in stages()[-1] if word == "HEALTHCHECK"]
    (path,) = re.findall(r"http://127\.0\.0\.1:8000(/\w+)", check)
    assert path in {route.path for route in router.routes}
    assert environment()["TABELLION_PORT"] == "8000"


@pytest.mark.parametrize(
    "step",
    [
        "npm ci --ignore-scripts --no-audit --no-fund --loglevel=error",
        "node vendor.mjs",
        "--require-hashes -r requirements.lock",
        "--no-deps --no-build-isolation --editable .",
        "pybabel --quiet compile --input-file",
    ],
)
def test_the_image_takes_the_makefile_s_steps(step: str) -> None:
    assert step in recipe() or step in recipe().replace("$(BIN)/", "")
    assert step in " ".join(rest for word, rest in instructions() if word == "RUN")


def test_what_is_copied_exists_and_reaches_the_engine() -> None:
    files = {str(path.relative_to(ROOT)) for path in tracked()}
    for source in copied():
        assert any(name == source or name.startswith(f"{source}/") for name in files), source
    allowed = {
        line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")
    }
    assert copied() <= allowed


def test_every_part_that_runs_is_copied() -> None:
    assert PACKAGES | {"migrations", "templates", "static", "alembic.ini"} <= copied()
    assert pyproject()["project"]["readme"] in copied()


def test_no_secret_and_no_data_reaches_the_engine() -> None:
    lines = [
        line
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]
    assert lines[0] == "*"
    allowed = [line[1:] for line in lines if line.startswith("!")]
    assert not [
        name for name in (".env", "data", ".git", "tests") if any(fnmatch(name, form) for form in allowed)
    ]


def test_compose_brings_a_postgresql_that_we_support(services: dict) -> None:
    image, _, tag = services["database"]["image"].partition(":")
    assert image == "postgres"
    assert int(re.match(r"\d+", tag)[0]) >= OLDEST_POSTGRESQL
    assert services["service"]["depends_on"]["database"]["condition"] == "service_healthy"
    assert services["database"]["healthcheck"]["test"]
    assert "ports" not in services["database"]


def test_compose_sets_what_the_settings_know(services: dict) -> None:
    known = {f"TABELLION_{name.upper()}" for name in Settings.model_fields} | {"DATABASE_URL"}
    assert set(services["service"]["environment"]) <= known
    assert {name for name in environment() if name.startswith("TABELLION_")} <= known


def test_compose_holds_no_secret_and_opens_the_loopback_alone(services: dict) -> None:
    text = (ROOT / "compose.yaml").read_text("utf-8")
    for name in ("POSTGRES_PASSWORD", "TABELLION_SECRET_KEY"):
        assert re.search(rf"\$\{{{name}:\?", text)  # refused where it is not given
    assert all(port.startswith("127.0.0.1:") for port in services["service"]["ports"])


def test_what_is_kept_is_in_volumes(services: dict) -> None:
    kept = environment()["TABELLION_DATA_DIR"]
    assert any(volume.endswith(f":{kept}") for volume in services["service"]["volumes"])
    assert ("VOLUME", kept) in stages()[-1]
    grace = int(services["service"]["stop_grace_period"].removesuffix("s"))
    assert grace > Settings.model_fields["shutdown_seconds"].default
