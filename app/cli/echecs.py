"""What can go wrong whatever the command, said in one line of French."""

from __future__ import annotations

import asyncpg
from pydantic import ValidationError
from sqlalchemy.exc import DisconnectionError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.cli.roles import explain_lack, lacks_right
from app.cli.socle import Erreur
from app.database import AWAY, is_away
from app.settings import Settings
from app.systeme import raison
from app.validation import french_message


def explain(error: Exception) -> str | None:
    """The line for the operator; None for what nobody foresaw."""
    if isinstance(error, ValidationError):
        return "réglage non valide : " + " ; ".join(map(_setting, error.errors()))
    if isinstance(error, Erreur | ValueError) and not isinstance(error, AWAY):
        return str(error)
    if isinstance(error, AWAY) and lacks_right(error):
        return explain_lack(error)
    if isinstance(error, AWAY) and is_away(error):
        return f"la base de données ne répond pas ({_cause(error)})"
    if isinstance(error, OSError):
        return f"{error.filename or 'écriture impossible'} : {raison(error)}"
    return None


_SECRETS = {name for name, field in Settings.model_fields.items() if "Secret" in str(field.annotation)} | {
    *("database_url", "database_url_proprietaire", "limites_url")
}
"""Settings whose value is never said: a key, or an address with a password in it."""


def _setting(detail: object) -> str:
    assert isinstance(detail, dict)
    name, value = str(detail["loc"][0]), detail.get("input")
    given = f" (reçu : « {str(value)[:80]} »)" if name not in _SECRETS and isinstance(value, str | int | float) else ""
    return f"JDMA_{name.upper()} : {french_message(detail)}{given}"


def _cause(error: BaseException) -> str:
    """Why, from the error of the driver underneath."""
    cause = getattr(error, "orig", None) or error
    cause = cause.__cause__ if isinstance(cause.__cause__, _PILOTE) else cause
    for kinds, sentence in _CAUSES:
        if isinstance(cause, kinds):
            return sentence
    if isinstance(cause, OSError):
        return raison(cause)
    return f"code {getattr(cause, 'sqlstate', None) or type(cause).__name__}"


_PILOTE = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
_CAUSES: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((asyncpg.exceptions.ClientConfigurationError,), "son adresse n'est pas comprise"),
    ((asyncpg.InvalidPasswordError,), "mot de passe refusé"),
    ((asyncpg.InvalidAuthorizationSpecificationError,), "utilisateur refusé"),
    ((asyncpg.InvalidCatalogNameError,), "cette base n'existe pas"),
    ((asyncpg.InsufficientPrivilegeError,), "droits insuffisants"),
    ((asyncpg.TooManyConnectionsError,), "trop de connexions"),
    ((asyncpg.CannotConnectNowError,), "elle démarre ou s'arrête"),
    ((asyncpg.DiskFullError,), "son disque est plein"),
    ((asyncpg.OutOfMemoryError,), "sa mémoire est pleine"),
    ((asyncpg.LockNotAvailableError,), "elle est occupée : réessayez"),
    ((asyncpg.QueryCanceledError,), "requête trop longue"),
    (
        (
            *(asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.InternalClientError),
            *(DisconnectionError, PendingRollbackError),
        ),
        "connexion coupée",
    ),
    ((PoolTimeout,), "trop de connexions"),
    ((asyncpg.AdminShutdownError, asyncpg.CrashShutdownError), "elle s'est arrêtée"),
    ((asyncpg.ReadOnlySQLTransactionError,), "elle est en lecture seule"),
    ((asyncpg.SerializationError, asyncpg.DeadlockDetectedError), "un autre changement est passé avant : réessayez"),
    ((TimeoutError,), "pas de réponse à temps"),
)
