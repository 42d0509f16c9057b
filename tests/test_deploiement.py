"""What an operator is given stays true: settings, image and composition, entry points, errors at start."""

import itertools
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

from app.settings import Settings
from tests.serveur import COMMAND, ROOT, SECRET, as_service, environment, free_port

NAMES = {f"JDMA_{name.upper()}" for name in Settings.model_fields}


def test_every_setting_is_in_the_example_with_its_default_and_in_the_documentation():
    example = (ROOT / ".env.example").read_text()
    shown = dict(re.findall(r"^#(JDMA_\w+)=(.*)$", example, re.M))
    assert shown.keys() == NAMES
    settings = Settings(_env_file=None)
    for name, value in shown.items():
        default = getattr(settings, name.removeprefix("JDMA_").lower())
        if value:
            field = type(default)(value) if not isinstance(default, bool) else value.lower() in {"1", "oui", "true"}
            assert field == default, name
        else:
            assert default in (None, []), name
    documentation = (ROOT / "docs" / "exploitation.md").read_text()
    assert {name for name in NAMES if f"`{name}`" not in documentation} == set()


def test_every_metric_and_log_event_is_documented():
    documentation = (ROOT / "docs" / "exploitation.md").read_text()
    sources = "\n".join(path.read_text() for path in (ROOT / "app").rglob("*.py"))
    names = set(re.findall(r'(?:Counter|Histogram|Gauge)\(\s*"(\w+)"', sources))
    names |= set(re.findall(r'\blog\.\w+\(\s*"(\w+)"', sources))
    assert len(names) > 8
    assert {name for name in names if not re.search(rf"`{name}[`{{]", documentation)} == set()


def test_the_image_runs_the_same_command_as_the_demonstration_without_root():
    lines = (ROOT / "Dockerfile").read_text()
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert scripts == {"jdma": "app.cli:main"}
    assert re.findall(r"^CMD (.*)$", lines, re.M) == ['["jdma", "serve"]']
    assert lines.count("FROM ") == 2
    assert re.findall(r"^FROM (\S+)", lines, re.M) == ["${IMAGE_PYTHON}"] * 2
    assert re.search(r"^USER jdma$", lines, re.M)
    assert "/readyz" in lines.split("HEALTHCHECK")[1]
    for copied in re.findall(r"^COPY (?!--from)(.*) \S+$", lines, re.M):
        for name in copied.split():
            assert (ROOT / name).exists(), name


def test_the_image_has_the_packages_of_the_service_and_none_that_only_builds_use():
    def locked(name):
        return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / name).read_text(), re.M))

    everything, image = locked("requirements.lock"), locked("requirements-image.lock")
    assert image.items() < everything.items()
    only_builds = {"hatchling", "editables", "django", "django-dsfr", "django-widget-tweaks", "asgiref", "sqlparse"}
    assert only_builds <= everything.keys() - image.keys()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {re.split(r"[\[>=;]", wanted)[0] for wanted in project["dependencies"]}
    assert names <= image.keys()
    dockerfile = (ROOT / "Dockerfile").read_text()
    into_the_image = re.findall(r"--python /opt/jdma/bin/python install (.*)$", dockerfile, re.M)
    assert into_the_image == ["--require-hashes -r requirements-image.lock", "--no-deps /roue/*.whl"]
    assert "COPY --from=construction /opt/jdma /opt/jdma" in dockerfile
    assert "venv --without-pip /opt/jdma" in dockerfile


def test_without_the_package_of_the_design_system_the_style_is_the_same_from_the_copied_files(tmp_path, monkeypatch):
    from app import polices
    from app.site import dsfr

    made = {officiel: dsfr.lire(officiel) for officiel in (False, True)}
    fonts = [polices.fichier_police(*which) for which in itertools.product((False, True), repeat=2)]
    faces = {graisse: police.corps for graisse, police in dsfr.polices().items()}
    monkeypatch.setattr(polices, "COPIES", tmp_path / "dsfr")
    assert dsfr.copier(polices.COPIES) > 40
    monkeypatch.setattr(polices.importlib.util, "find_spec", lambda _name: None)
    for cached in (dsfr.polices, polices.fichier_police):
        cached.cache_clear()
    try:
        assert {officiel: dsfr.lire(officiel) for officiel in (False, True)} == made
        assert [polices.fichier_police(*which) for which in itertools.product((False, True), repeat=2)] == fonts
        assert {graisse: police.corps for graisse, police in dsfr.polices().items()} == faces
    finally:
        for cached in (dsfr.polices, polices.fichier_police):
            cached.cache_clear()


@pytest.fixture
def services():
    return yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]


def test_every_setting_reaches_the_service_and_the_commands_of_the_composition(services):
    example = set(re.findall(r"^#(JDMA_\w+)=", (ROOT / ".env.example").read_text(), re.M))
    owner = "JDMA_DATABASE_URL_PROPRIETAIRE"
    assert services["commande"]["environment"].keys() == example == NAMES
    assert services["service"]["environment"].keys() == NAMES - {owner}
    fixed = {"JDMA_DATABASE_URL", owner, "JDMA_DATA_DIR", "JDMA_HOST", "JDMA_PORT"}  # the container's own
    for name, value in services["commande"]["environment"].items():
        assert name in fixed or re.fullmatch(rf"\$\{{{name}:[-?].*\}}", value), name


def test_the_composition_gives_the_owner_of_the_database_to_commands_and_never_to_the_service(services):
    for name in ("migration", "commande"):
        address = services[name]["environment"]["JDMA_DATABASE_URL_PROPRIETAIRE"]
        assert address.startswith("postgresql://jdma:${POSTGRES_PASSWORD:?}@")
    served = services["service"]["environment"]
    assert served["JDMA_DATABASE_URL"].startswith("postgresql://jdma_service:${POSTGRES_PASSWORD_SERVICE:?}@")
    assert not any("${POSTGRES_PASSWORD:" in str(value) for value in served.values())
    assert services["base"]["environment"]["POSTGRES_USER"] == "jdma"
    assert "env_file" not in services["service"]


def test_the_containers_of_the_composition_write_nowhere_and_have_no_capability(services):
    assert services.keys() == {"base", "migration", "commande", "service"}
    for name, service in services.items():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "/tmp" in service["tmpfs"]
        assert ("cap_add" in service) == (name == "base")
        assert not service.get("privileged")


def test_the_address_of_the_composition_follows_the_port_that_it_publishes(services):
    (port,) = services["service"]["ports"]
    published = port.rpartition(":")[0]
    for name in ("service", "commande"):
        assert services[name]["environment"]["JDMA_URL_PUBLIQUE"] == (
            f"${{JDMA_URL_PUBLIQUE:-http://127.0.0.1:{published}}}"
        )
    assert published == "${JDMA_PORT:-8000}"


def test_the_commands_of_the_composition_have_a_directory_to_read_and_write(services):
    commande = services["commande"]
    assert commande["volumes"] == ["./donnees:/donnees"]
    assert commande["working_dir"] == "/donnees"
    assert not any("volumes" in services[name] for name in ("migration", "service"))
    assert {"donnees", "/donnees/"} & set((ROOT / ".dockerignore").read_text().split())
    assert "/donnees/" in (ROOT / ".gitignore").read_text().split()
    documentation = (ROOT / "docs/exploitation.md").read_text()
    for said in ("mkdir -p donnees", "UTILISATEUR_COMMANDE", "commande import-avis", "--rejets /dev/stdout"):
        assert said in documentation


def test_the_licence_goes_with_the_wheel_that_the_image_installs(tmp_path):
    copied = re.findall(r"^COPY (?!--from)(.*) \./$", (ROOT / "Dockerfile").read_text(), re.M)
    assert "LICENSE" in " ".join(copied).split()
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (licence,) = (name for name in archive.namelist() if name.endswith("licenses/LICENSE"))
        assert archive.read(licence) == (ROOT / "LICENSE").read_bytes()


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed: its refusals are not tried")
def test_pinning_the_images_says_that_docker_lacks_buildx(tmp_path):
    fake = tmp_path / "docker"
    fake.write_text('#!/bin/sh\necho "unknown flag: --format" >&2; exit 125\n')
    fake.chmod(0o755)
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["make", "digests"], cwd=ROOT, env=os.environ | path, capture_output=True, text=True)
    assert done.returncode != 0
    assert "buildx" in done.stderr
    assert "unknown flag" not in done.stderr


def test_the_composition_migrates_before_it_serves_and_sets_only_known_settings(services):
    assert re.fullmatch(r"postgres:18(@sha256:[0-9a-f]{64})?", services["base"]["image"])
    assert services["migration"]["command"] == ["jdma", "migrate"]
    assert services["service"]["depends_on"]["migration"]["condition"] == "service_completed_successfully"
    assert services["service"]["environment"].keys() <= NAMES


def run(*arguments: str, cwd: Path, **settings: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], env=environment(**settings), cwd=cwd, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"database_url": "mysql://x/y", "secret_key": SECRET}, "seul PostgreSQL est pris en charge"),
        ({"database_url": "pas une adresse", "secret_key": SECRET}, "ce n'est pas une adresse de base"),
        ({"database_url": "postgresql://127.0.0.1:1/x", "secret_key": SECRET}, "la base de données ne répond pas"),
        ({"database_url": "postgresql://127.0.0.1:1/x"}, "JDMA_SECRET_KEY est obligatoire"),
        ({"database_url_proprietaire": "postgresql://x/y"}, "ne va pas sans JDMA_DATABASE_URL"),
        ({"port": "99999"}, "JDMA_PORT"),
        ({"proxys_de_confiance": "pas-une-adresse"}, "JDMA_PROXYS_DE_CONFIANCE"),
        ({"data_dir": "/proc/nulle-part"}, "/proc/nulle-part"),
    ],
)
def test_what_prevents_a_start_is_said_in_one_line(tmp_path, settings, said):
    done = run("serve", cwd=tmp_path, **({"port": free_port()} | settings))
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_taken_port_is_said_before_the_database_is_started(tmp_path):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("serve", cwd=tmp_path, port=taken.getsockname()[1])
    assert (done.returncode, "impossible d'écouter" in done.stderr) == (1, True)
    assert not (tmp_path / ".jdma" / "postgres").exists()


def test_missing_migrations_are_said_and_migrate_applies_them(cluster, tmp_path):
    import asyncio

    from tests.conftest import execute, of_database

    asyncio.run(execute(cluster, "CREATE DATABASE vide"))
    settings = {"database_url": of_database(cluster, "vide"), "secret_key": SECRET, "port": free_port()}
    refused = run("serve", cwd=tmp_path, **(settings | {"database_url": as_service(settings["database_url"])}))
    assert (refused.returncode, "jdma migrate" in refused.stderr) == (1, True)
    assert run("migrate", cwd=tmp_path, **settings).returncode == 0
    assert run("verify", cwd=tmp_path, **settings).stdout == "0 avis, 0 démarche : 0 écart.\n"
    assert run("migrate", cwd=tmp_path, **settings).returncode == 0
