"""The statements about roles: one a function, in the caller's transaction, as the owner of the database."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.roles.droits import Droit

_ATTRIBUTS = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
_ICI = "CAST(CAST(current_schema() AS text) AS regnamespace)"


def citer(nom: str) -> str:
    """A name as an identifier."""
    return '"' + nom.replace('"', '""') + '"'


async def lire(connection: AsyncConnection, role: str | None = None) -> Row[Any] | None:
    """A role (the current one: None): `nom`, `superutilisateur` (or may become one), `proprietaire` (of a table here).

    None when there is no such role.
    """
    statement = text(f"""
        SELECT r.rolname AS nom,
               EXISTS (SELECT FROM pg_roles s WHERE s.rolsuper AND pg_has_role(r.oid, s.oid, 'MEMBER'))
                 AS superutilisateur,
               EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = {_ICI} AND c.relkind IN ('r', 'p')
                       AND pg_has_role(r.oid, c.relowner, 'MEMBER')) AS proprietaire
        FROM pg_roles r WHERE r.rolname = coalesce(CAST(:role AS name), current_user)
    """)
    return (await connection.execute(statement, {"role": role})).first()


async def peut_creer(connection: AsyncConnection) -> bool:
    """Whether who is connected may make roles."""
    statement = text("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
    return bool((await connection.execute(statement)).scalar())


async def creer(connection: AsyncConnection, role: str) -> None:
    """Make a role that may connect, and nothing else."""
    await connection.exec_driver_sql(f"CREATE ROLE {citer(role)} {_ATTRIBUTS}")


async def fixer_mot_de_passe(connection: AsyncConnection, role: str, verificateur: str) -> None:
    """Give a role its password, as a SCRAM verifier: the password itself reaches neither the server nor its log."""
    await connection.exec_driver_sql(f"ALTER ROLE {citer(role)} PASSWORD '{verificateur}'")


async def tables(connection: AsyncConnection) -> list[str]:
    """Every table here but the partitions, which are reached through theirs."""
    statement = text(f"""
        SELECT relname FROM pg_class WHERE relnamespace = {_ICI} AND relkind IN ('r', 'p') AND NOT relispartition
        ORDER BY 1
    """)
    return list((await connection.execute(statement)).scalars())


async def accordes(connection: AsyncConnection, role: str) -> set[Droit]:
    """What was granted to a role by name: on tables, columns, sequences, and the functions that are not for all."""
    statement = text(f"""
        SELECT c.relname AS objet, x.privilege_type AS privilege, '' AS colonne, x.grantee
        FROM pg_class c, aclexplode(c.relacl) x WHERE c.relnamespace = {_ICI}
        UNION ALL
        SELECT c.relname, x.privilege_type, a.attname, x.grantee
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid, aclexplode(a.attacl) x
        WHERE c.relnamespace = {_ICI} AND NOT a.attisdropped
        UNION ALL
        SELECT p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', x.privilege_type, '', x.grantee
        FROM pg_proc p, aclexplode(p.proacl) x WHERE p.pronamespace = {_ICI}
    """)
    rangs = await connection.execute(
        text(f"SELECT objet, privilege, colonne FROM ({statement.text}) d JOIN pg_roles r ON r.oid = d.grantee"
             " WHERE r.rolname = :role"),
        {"role": role},
    )  # fmt: skip
    return {Droit(*rang) for rang in rangs}


async def retirer_tout(connection: AsyncConnection, role: str) -> None:
    """Take back all that a role was granted in this schema."""
    schema = citer(str((await connection.execute(text("SELECT current_schema()"))).scalar_one()))
    for objets in ("TABLES", "SEQUENCES", "FUNCTIONS"):
        await connection.exec_driver_sql(f"REVOKE ALL ON ALL {objets} IN SCHEMA {schema} FROM {citer(role)}")
    await connection.exec_driver_sql(f"REVOKE CREATE ON SCHEMA {schema} FROM {citer(role)}, PUBLIC")
    await connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {schema} TO {citer(role)}")


async def accorder(connection: AsyncConnection, role: str, droits: Iterable[Droit]) -> None:
    """Grant these to a role."""
    for objet, privilege, colonne in sorted(droits):
        quoi = f"FUNCTION {objet}" if privilege == "EXECUTE" else f"TABLE {citer(objet)}"
        sur = f" ({citer(colonne)})" if colonne else ""
        await connection.exec_driver_sql(f"GRANT {privilege}{sur} ON {quoi} TO {citer(role)}")


async def fermer_la_base(connection: AsyncConnection) -> None:
    """Only the owner makes temporary tables: a warning, and no more, when somebody else owns the database."""
    base = citer(str((await connection.execute(text("SELECT current_database()"))).scalar_one()))
    await connection.exec_driver_sql(f"REVOKE TEMPORARY ON DATABASE {base} FROM PUBLIC")
