"""What can go wrong whatever the command, said in one line of French."""

from __future__ import annotations

import asyncpg
from pydantic import ValidationError
from sqlalchemy.exc import DisconnectionError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.cli.roles import DROIT_MANQUANT, lacks_right
from app.cli.socle import Erreur
from app.database import AWAY, is_away
from app.systeme import raison
from app.validation import french_message


def explain(error: Exception) -> str | None:
    """The line for the operator; None for what nobody foresaw."""
    if isinstance(error, ValidationError):
        return "réglage non valide : " + " ; ".join(map(_setting, error.errors()))
    if isinstance(error, Erreur | ValueError) and not isinstance(error, AWAY):
        return str(error)
    if isinstance(error, AWAY) and lacks_right(error):
        return f"{DROIT_MANQUANT} ({_cause(error)})"
    if isinstance(error, AWAY) and is_away(error):
        return f"la base de données ne répond pas ({_cause(error)})"
    if isinstance(error, OSError):
        return f"{error.filename or 'écriture impossible'} : {raison(error)}"
    return None


def _setting(detail: object) -> str:
    assert isinstance(detail, dict)
    return f"JDMA_{str(detail['loc'][0]).upper()} : {french_message(detail)}"


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
