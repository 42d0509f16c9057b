"""Every setting of the service, read from `JDMA_…` environment variables and `.env` (see `docs/exploitation.md`)."""

import os
import re
import secrets
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, HttpUrl, IPvAnyNetwork, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

CLE_OCTETS: Final = 32
"""What a secret key has at least."""
_TEXTES: Final = (
    *("database_url", "database_url_proprietaire", "host", "url_publique", "limites_url", "responsable", "contact"),
)
_NOM: Final = re.compile(r"(?![.-])[A-Za-z0-9._-]{1,253}(?<!-)|[0-9A-Fa-f.]*+:[0-9A-Fa-f:.]*+")
"""A name of a host, or its IPv6 address."""


class Settings(BaseSettings):
    """What an operator may change; names in the environment are these in capitals, behind `JDMA_`."""

    model_config = SettingsConfigDict(
        env_prefix="JDMA_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    database_url: str | None = None
    database_url_proprietaire: str | None = None
    accepter_superutilisateur: bool = False
    data_dir: Path = Path(".jdma")
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    workers: int = Field(1, ge=1, le=64)
    secret_key: SecretStr | None = None
    secret_key_precedente: SecretStr | None = None
    cle_signature: SecretStr | None = None
    cle_signature_precedente: SecretStr | None = None
    url_publique: str | None = None
    hotes: Annotated[list[str], NoDecode] = []
    officiel: bool = False
    mentions_legales: HttpUrl | None = None

    limite_par_adresse: int = Field(60, ge=0)
    limite_par_bouton: int = Field(20, ge=0)
    limite_lectures: int = Field(120_000, ge=0)
    limites_url: str = "async+memory://"
    proxys_de_confiance: Annotated[list[IPvAnyNetwork], NoDecode] = []

    responsable: str | None = None
    contact: str | None = None
    masquer_noms: bool = False

    seuil_publication: int = Field(100, ge=1)

    file_max: int = Field(2_000, ge=1)
    lot_max: int = Field(200, ge=1, le=5_000)
    delai_lot: float = Field(5.0, gt=0)
    delai_entetes: float = Field(10.0, gt=0)
    delai_corps: float = Field(10.0, gt=0)
    connexions: int = Field(5, ge=2)
    clients_max: int = Field(10_000, ge=10)
    clients_par_adresse: int = Field(256, ge=0)

    metriques_cle: SecretStr | None = Field(None, min_length=16)
    journal_niveau: Literal["debug", "info", "warning", "error"] = "info"
    journal_format: Literal["auto", "json", "console"] = "auto"

    @field_validator("proxys_de_confiance", "hotes", mode="before")
    @classmethod
    def split_list(cls, value: Any) -> Any:
        """Accept `10.0.0.0/8, 192.168.1.4` as well as a JSON-like list."""
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("database_url", "database_url_proprietaire")
    @classmethod
    def check_database_url(cls, value: str | None) -> str | None:
        """Refuse an address that is not PostgreSQL's before anything is started."""
        if value is not None:
            parse_database_url(value)
        return value

    @field_validator("database_url_proprietaire")
    @classmethod
    def check_proprietaire(cls, value: str | None, info: ValidationInfo) -> str | None:
        """The owner of the embedded database is known; that of another owns the very one that is served."""
        if value is None or "database_url" not in info.data:
            return value
        service = info.data["database_url"]
        if service is None:
            raise ValueError("ne va pas sans JDMA_DATABASE_URL")
        if (sienne := _database_of(value)) != (servie := _database_of(service)):
            raise ValueError(
                f"la base « {sienne} » n'est pas celle de JDMA_DATABASE_URL, « {servie} » : ce doit être la même"
            )
        return value

    @field_validator("journal_niveau", "journal_format", mode="before")
    @classmethod
    def lower(cls, value: Any) -> Any:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("limites_url")
    @classmethod
    def check_limites(cls, value: str) -> str:
        """Refuse what nothing could count in, before anything is started."""
        if value in {"memory://", "async+memory://"}:
            return value
        from limits.errors import ConfigurationError
        from limits.storage import storage_from_string

        try:
            if value.startswith("async+"):
                storage_from_string(value, **limites_options(value))
                return value
        except (ConfigurationError, ValueError, TypeError, AssertionError, OSError):
            pass
        schema = value.partition(":")[0][:20]
        raise ValueError(f"async+memory:// ou async+redis://hote:6379/0 est attendu (reçu : « {schema}:… »)")

    @field_validator("url_publique")
    @classmethod
    def check_url_publique(cls, value: str | None) -> str | None:
        if value is not None and not _est_publique(value):
            raise ValueError("une adresse http(s)://nom, sans « ? » ni « # », est attendue (https://avis.exemple.fr)")
        return value

    @field_validator("hotes")
    @classmethod
    def check_hotes(cls, value: list[str]) -> list[str]:
        for nom in value:
            if nom != "*" and not _NOM.fullmatch(nom):
                raise ValueError("des noms de machine sont attendus (avis.exemple.fr, sans https:// ni port)")
        return value

    @field_validator(*_TEXTES, mode="before")
    @classmethod
    def strip_text(cls, value: Any, info: ValidationInfo) -> Any:
        """Blanks are no value."""
        if not isinstance(value, str):
            return value
        return value.strip() or cls.model_fields[str(info.field_name)].default

    @property
    def embedded(self) -> bool:
        """Whether the service runs its own PostgreSQL under the data directory."""
        return self.database_url is None

    @property
    def database_url_commandes(self) -> str | None:
        """Where migrations and commands connect: as the owner, or as the service when there is but one address."""
        return self.database_url_proprietaire or self.database_url

    @property
    def base(self) -> str:
        """The public address of the service, without a final slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host.replace("0.0.0.0", "127.0.0.1")  # noqa: S104
        return (self.url_publique or f"http://{host}:{self.port}").rstrip("/")


def _database_of(address: str) -> str:
    """The name of the database at an address, found as PostgreSQL's clients do."""
    url = make_url(address)
    named = url.query.get("database") or url.database or os.environ.get("PGDATABASE") or url.username or ""
    return named if isinstance(named, str) else named[-1]


def _est_publique(address: str) -> bool:
    try:
        url = urlsplit(address)
        nom, _ = url.hostname or "", url.port
    except ValueError:
        return False
    seule = not (url.query or url.fragment or "?" in address or "#" in address or "@" in url.netloc)
    return url.scheme in {"http", "https"} and seule and _NOM.fullmatch(nom) is not None and " " not in address


def limites_options(url: str) -> dict[str, Any]:
    """What the library `limits` wants to know besides the address of its storage."""
    return {"wrap_exceptions": True} | ({"implementation": "redispy"} if "redis" in url else {})


def parse_database_url(value: str) -> URL:
    """`postgresql://…`, `postgres://…` or `postgresql+asyncpg://…` as SQLAlchemy wants it; ValueError otherwise."""
    try:
        url = make_url(value)
    except ArgumentError as error:
        raise ValueError("ce n'est pas une adresse de base (attendu : postgresql://…)") from error
    if url.drivername not in {"postgresql", "postgres", "postgresql+asyncpg"}:
        raise ValueError("seul PostgreSQL est pris en charge (attendu : postgresql://…)")
    return url.set(drivername="postgresql+asyncpg")


def read_secret_key(settings: Settings) -> bytes:
    """The key that signs jetons: the setting or, beside an embedded database, one made once and kept.

    Raises ValueError for a key that could be guessed, since whoever has a jeton can try keys at leisure; and when the
    database is elsewhere and no key is set: two servers with two keys would refuse each other's jetons.
    """
    if settings.secret_key is not None:
        return _long_enough("JDMA_SECRET_KEY", settings.secret_key.get_secret_value().encode())
    if not settings.embedded:
        raise ValueError("JDMA_SECRET_KEY est obligatoire quand JDMA_DATABASE_URL est définie")
    path = settings.data_dir / "cle_secrete"
    return _long_enough(str(path), read_kept(path, lambda: secrets.token_urlsafe(48)))


def read_previous_secret_key(settings: Settings) -> bytes | None:
    """The key whose jetons are still accepted, during a change of key. Raises ValueError like the current one."""
    cle = settings.secret_key_precedente
    return None if cle is None else _long_enough("JDMA_SECRET_KEY_PRECEDENTE", cle.get_secret_value().encode())


def _long_enough(name: str, octets: bytes) -> bytes:
    if len(octets.strip()) < CLE_OCTETS:
        raise ValueError(
            f"{name} : {CLE_OCTETS} octets au moins sont attendus (pour en faire une : openssl rand -base64 48)"
        )
    return octets


def read_kept(path: Path, make: Callable[[], str]) -> bytes:
    """What a file of the data directory holds, made the first time."""
    if not path.exists():
        create_private(path, make())
    return path.read_bytes().strip()


def create_private(path: Path, text: str) -> None:
    """Write a file only its owner may read; whoever came first wins, so that concurrent starts agree."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    with draft.open("w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())  # a power cut must not leave an empty key
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


@lru_cache
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
