"""What an operator is given stays true: settings, image and composition, entry points, errors at start."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from app.settings import Settings
from tests.serveur import COMMAND, ROOT, environment, free_port

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
    assert re.search(r"^USER jdma$", lines, re.M)
    assert "/readyz" in lines.split("HEALTHCHECK")[1]
    for copied in re.findall(r"^COPY (?!--from)(.*) \S+$", lines, re.M):
        for name in copied.split():
            assert (ROOT / name).exists(), name


def test_the_composition_migrates_before_it_serves_and_sets_only_known_settings():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    assert services["base"]["image"] == "postgres:18"
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
        ({"database_url": "mysql://x/y", "secret_key": "k"}, "seul PostgreSQL est pris en charge"),
        ({"database_url": "pas une adresse", "secret_key": "k"}, "ce n'est pas une adresse de base"),
        ({"database_url": "postgresql://127.0.0.1:1/x", "secret_key": "k"}, "la base de données ne répond pas"),
        ({"database_url": "postgresql://127.0.0.1:1/x"}, "JDMA_SECRET_KEY est obligatoire"),
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
    settings = {"database_url": of_database(cluster, "vide"), "secret_key": "k", "port": free_port()}
    refused = run("serve", cwd=tmp_path, **settings)
    assert (refused.returncode, "jdma migrate" in refused.stderr) == (1, True)
    assert run("migrate", cwd=tmp_path, **settings).returncode == 0
    assert run("verify", cwd=tmp_path, **settings).stdout == "0 avis, 0 démarche : 0 écart.\n"
    assert run("migrate", cwd=tmp_path, **settings).returncode == 0
