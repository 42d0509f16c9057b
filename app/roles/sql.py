"""The statements about roles: one a function, in the caller's transaction, as the owner of the database."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.roles.droits import Droit, Exces

_ATTRIBUTS = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
_ICI = "CAST(CAST(current_schema() AS text) AS regnamespace)"
_PROPRIETAIRE = f"(SELECT relowner FROM pg_class WHERE relname = 'alembic_version' AND relnamespace = {_ICI})"
_NOTRE = f"""(NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = {{0}}.oid AND e.deptype = 'e')
    AND ({{1}} = {_PROPRIETAIRE} OR pg_has_role(current_user, {{1}}, 'USAGE')))"""
"""What is not an extension's, and belongs to who made the tables, or to who is connected."""
_TABLE_A_NOUS, _FONCTION_A_NOUS = _NOTRE.format("c", "c.relowner"), _NOTRE.format("p", "p.proowner")
_CESSIBLE = " WITH GRANT OPTION"
_PRIVILEGE = f"x.privilege_type || CASE WHEN x.is_grantable THEN '{_CESSIBLE}' ELSE '' END"


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


async def essayer(connection: AsyncConnection, statement: str) -> bool:
    """Run a statement, unless who is connected has no right to: then nothing changes, and the answer is False."""
    try:
        async with connection.begin_nested():
            await connection.exec_driver_sql(statement)
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != "42501":
            raise
        return False
    return True


def fixer_mot_de_passe(role: str, verificateur: str) -> str:
    """Gives a role its password, as a SCRAM verifier: the password itself reaches neither the server nor its log."""
    return f"ALTER ROLE {citer(role)} PASSWORD '{verificateur}'"


async def autre_proprietaire(connection: AsyncConnection) -> Row[Any] | None:
    """`proprietaire` of the tables and `moi`, who is connected, when the rights of the first are not the second's."""
    statement = text(f"""
        SELECT rolname AS proprietaire, current_user AS moi FROM pg_roles
        WHERE oid = {_PROPRIETAIRE} AND NOT pg_has_role(current_user, oid, 'USAGE')
    """)
    return (await connection.execute(statement)).first()


async def tables_etrangeres(connection: AsyncConnection) -> dict[str, str]:
    """The tables here that are not the owner's, and whose they are."""
    statement = text(f"""
        SELECT c.relname, r.rolname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
        WHERE c.relnamespace = {_ICI} AND c.relkind IN ('r', 'p') AND NOT {_TABLE_A_NOUS}
          AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = c.oid AND e.deptype = 'e') ORDER BY 1
    """)
    return {rang.relname: rang.rolname for rang in await connection.execute(statement)}


async def tables(connection: AsyncConnection) -> list[str]:
    """Every table of the owner's here but the partitions, which are reached through theirs."""
    statement = text(f"""
        SELECT relname FROM pg_class c WHERE relnamespace = {_ICI} AND relkind IN ('r', 'p') AND NOT relispartition
          AND {_TABLE_A_NOUS} ORDER BY 1
    """)
    return list((await connection.execute(statement)).scalars())


async def accordes(connection: AsyncConnection, role: str | None) -> set[Droit]:
    """What was granted to a role by name, or to everybody (None): on tables, columns, sequences, and on functions, of
    which everybody may call those that act as who calls them.
    """
    statement = text(f"""
        WITH accord AS (
            SELECT c.relname AS objet, {_PRIVILEGE} AS privilege, '' AS colonne, x.grantee
            FROM pg_class c, aclexplode(c.relacl) x WHERE c.relnamespace = {_ICI} AND {_TABLE_A_NOUS}
            UNION ALL
            SELECT c.relname, {_PRIVILEGE}, a.attname, x.grantee
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid, aclexplode(a.attacl) x
            WHERE c.relnamespace = {_ICI} AND NOT a.attisdropped AND {_TABLE_A_NOUS}
            UNION ALL
            SELECT quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')', {_PRIVILEGE}, '',
                   x.grantee
            FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x
            WHERE p.pronamespace = {_ICI} AND {_FONCTION_A_NOUS}
              AND (x.grantee <> 0 OR p.prosecdef AND p.prorettype <> CAST('trigger' AS regtype))
        )
        SELECT objet, privilege, colonne FROM accord
        WHERE grantee = coalesce((SELECT oid FROM pg_roles WHERE rolname = CAST(:role AS name)), 0)
    """)
    return {Droit(*rang) for rang in await connection.execute(statement, {"role": role})}


def exces(droit: Droit, role: str | None) -> Exces:
    """A privilege that a role should not have (None: everybody), and how it is taken back."""
    privilege = droit.privilege.removesuffix(_CESSIBLE)
    colonne = f" ({citer(droit.colonne)})" if droit.colonne else ""
    qui = "PUBLIC" if role is None else citer(role)
    quoi = f"{droit.privilege} sur {droit.objet}{f'.{droit.colonne}' if droit.colonne else ''}"
    return Exces(
        f"{quoi}{' donné à tous' if role is None else ''}",
        f"REVOKE {privilege}{colonne} ON {_objet(droit)} FROM {qui} CASCADE",
    )


def _objet(droit: Droit) -> str:
    return f"FUNCTION {droit.objet}" if droit.privilege.startswith("EXECUTE") else f"TABLE {citer(droit.objet)}"


async def exces_hors_des_tables(connection: AsyncConnection, role: str) -> list[Exces]:
    """What a role has besides privileges on tables and functions: memberships, attributes, the right to make objects
    here, the right to put triggers aside.
    """
    statement = text(f"""
        WITH moi AS (SELECT * FROM pg_roles WHERE rolname = CAST(:role AS name)),
        acces AS (
            SELECT 'CREATE' AS quoi, 'SCHEMA' AS sorte, n.nspname AS nom, x.grantee
            FROM pg_namespace n, aclexplode(n.nspacl) x WHERE n.oid = {_ICI} AND x.privilege_type = 'CREATE'
            UNION ALL
            SELECT 'CREATE', 'DATABASE', d.datname, x.grantee
            FROM pg_database d, aclexplode(d.datacl) x
            WHERE d.datname = current_database() AND x.privilege_type = 'CREATE'
            UNION ALL
            SELECT x.privilege_type, 'PARAMETER', p.parname, x.grantee
            FROM pg_parameter_acl p, aclexplode(p.paracl) x WHERE p.parname = 'session_replication_role'
        )
        SELECT 'membre de ' || g.rolname,
               format('REVOKE %I FROM %I', g.rolname, moi.rolname) || CASE
                   WHEN CAST(current_setting('server_version_num') AS integer) < 160000 OR o.rolname IS NULL THEN ''
                   ELSE format(' GRANTED BY %I', o.rolname) END || ' CASCADE'
        FROM moi JOIN pg_auth_members m ON m.member = moi.oid JOIN pg_roles g ON g.oid = m.roleid
        LEFT JOIN pg_roles o ON o.oid = m.grantor
        UNION ALL
        SELECT 'attribut ' || a.nom, format('ALTER ROLE %I NO%s', moi.rolname, a.nom)
        FROM moi, LATERAL (VALUES ('CREATEDB', moi.rolcreatedb), ('CREATEROLE', moi.rolcreaterole),
                                  ('REPLICATION', moi.rolreplication), ('BYPASSRLS', moi.rolbypassrls)) a(nom, la)
        WHERE a.la
        UNION ALL
        SELECT quoi || CASE sorte WHEN 'SCHEMA' THEN ' dans le schéma ' WHEN 'DATABASE' THEN ' dans la base '
                                  ELSE ' du réglage ' END || nom
                   || CASE grantee WHEN 0 THEN ' donné à tous' ELSE '' END,
               format('REVOKE %s ON %s %I FROM ', quoi, sorte, nom)
                   || CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(moi.rolname) END || ' CASCADE'
        FROM moi JOIN acces ON grantee IN (0, moi.oid)
        ORDER BY 1
    """)
    return [Exces(*rang) for rang in await connection.execute(statement, {"role": role})]


async def accorder(connection: AsyncConnection, role: str, droits: Iterable[Droit]) -> None:
    """Grant these to a role, and the way to them."""
    schema = citer(str((await connection.execute(text("SELECT current_schema()"))).scalar_one()))
    await connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {schema} TO {citer(role)}")
    for droit in sorted(droits):
        sur = f" ({citer(droit.colonne)})" if droit.colonne else ""
        await connection.exec_driver_sql(f"GRANT {droit.privilege}{sur} ON {_objet(droit)} TO {citer(role)}")


async def fermer_la_base(connection: AsyncConnection) -> None:
    """Only the owner makes temporary tables: a warning, and no more, when somebody else owns the database."""
    base = citer(str((await connection.execute(text("SELECT current_database()"))).scalar_one()))
    await connection.exec_driver_sql(f"REVOKE TEMPORARY ON DATABASE {base} FROM PUBLIC")
