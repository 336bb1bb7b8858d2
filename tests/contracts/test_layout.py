"""What holds for every file of the project: where it lies, how long it is, what it may say; and for the locks."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.corpus import ROOT

PACKAGES = {"app", "forms", "schema_loader", "importers", "exporters"}
LOCKS = ("requirements.lock", "requirements-dev.lock")
UNMIRRORED = {"contracts", "e2e"}  # tests of the whole, not of one module

CODE = {".py", ".html", ".css", ".js"}
MOST_LINES = 450  # "about 400"
MOST_BYTES = 900_000

# written in two parts, so that this file may be searched too
HOSTS = (
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "registry.npmjs" + ".org",
    "yarnpkg" + ".com",
    "deb.debian" + ".org",
)
SHARED_PLACES = {"/", "/home", "/opt", "/root", "/srv", "/tmp"}  # noqa: S108 (compared with, never written to)

PINNED = re.compile(r"^([a-z0-9][a-z0-9.-]*)==([^ ;]+)", re.M)


def tracked() -> list[Path]:
    """The project's own files: what git tracks, and what it would track."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in sorted(set(listed.split("\0")) - {""}) if (path := ROOT / name).is_file()]


def text_of(path: Path) -> str:
    return path.read_text("utf-8", errors="replace")


def pyproject() -> dict[str, dict]:
    return tomllib.loads(text_of(ROOT / "pyproject.toml"))


def pins(lock: str) -> dict[str, str]:
    """Project → version."""
    return dict(PINNED.findall(text_of(ROOT / lock)))


# -- files ------------------------------------------------------------------------------------------------------------


def test_no_file_of_code_is_long() -> None:
    lengths = {path: text_of(path).count("\n") for path in tracked() if path.suffix in CODE}
    assert not {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > MOST_LINES}


def test_no_large_file_is_kept_in_git() -> None:
    assert not [path for path in tracked() if path.stat().st_size > MOST_BYTES]


def test_no_file_names_a_package_registry_or_the_place_of_a_checkout() -> None:
    words = list(HOSTS)
    if str(ROOT.parent) not in SHARED_PLACES:
        words.append(f"{ROOT.parent}/")
    assert not [(path, word) for path in tracked() for word in words if word in text_of(path)]


def test_each_exemption_from_a_lint_says_which_rule_and_why() -> None:
    bare = re.compile(r"# noqa(?!: [A-Z]+\d+(, [A-Z]+\d+)* \(.{10,}\))")
    held = [path for path in tracked() if path.suffix == ".py" and path != Path(__file__)]
    assert not [path for path in held if bare.search(text_of(path))]


def test_tests_mirror_the_source() -> None:
    places = [path.relative_to(ROOT).parent.parts for path in tracked() if path.name.startswith("test_")]
    folders = {parts[1:] for parts in places if parts[0] == "tests"}
    mirrors = {parts for parts in folders if parts and ROOT.joinpath(*parts).is_dir()}
    assert folders - mirrors <= {(name,) for name in UNMIRRORED}


# -- packages ---------------------------------------------------------------------------------------------------------


def test_the_import_rules_watch_every_package() -> None:
    found = {
        path.parent.name for path in tracked() if path.match("*/__init__.py") and path.parent.parent == ROOT
    }
    assert found == PACKAGES
    assert set(pyproject()["tool"]["importlinter"]["root_packages"]) == PACKAGES
    assert set(pyproject()["tool"]["setuptools"]["packages"]["find"]["include"]) == {
        f"{name}*" for name in PACKAGES
    }


def test_types_are_checked_in_every_pure_package() -> None:
    assert set(pyproject()["tool"]["mypy"]["files"]) == PACKAGES - {"app"}


def test_the_command_is_installed() -> None:
    (command,) = importlib.metadata.entry_points(group="console_scripts", name="tabellion")
    assert command.value == "app.cli:main"


# -- locks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_pinned_projects_with_hashes_and_nothing_else(lock: str) -> None:
    entries = re.sub(r" *\\\n *", " ", text_of(ROOT / lock)).splitlines()
    form = re.compile(r"[a-z0-9][a-z0-9.-]*==[^ ;]+( ; [^\\]+?)?( --hash=sha256:[0-9a-f]{64})+")
    assert not [entry for entry in entries if not entry.startswith("#") and not form.fullmatch(entry)]
    assert pins(lock)


def test_checks_run_with_the_versions_that_serve() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


def test_every_direct_dependency_is_locked() -> None:
    project = pyproject()["project"]
    extras = [name for group in project["optional-dependencies"].values() for name in group]
    name = re.compile(r"[A-Za-z0-9.-]+")
    for lock, needed in zip(LOCKS, (project["dependencies"], extras), strict=True):
        names = {name.match(requirement)[0] for requirement in needed}
        assert names <= pins(lock).keys()
