"""Makes the application's role and its database, as an administrator who is no superuser (RDS's master user).

It may run any number of times, on many machines at once. It reads DB_HOST DB_PORT DB_NAME DB_USER DB_PASSWORD
DB_ADMIN_USER DB_ADMIN_PASSWORD and DB_TLS_CA from its environment and needs psql. The server is never told the
password, only what proves it: its log holds what it is told. Exit 1: a sentence what is wrong, then what psql says.
"""

import base64
import hashlib
import hmac
import os
import subprocess
import sys
import time
import unicodedata

LOCK = 7_305_021_319
PATIENCE = 120  # seconds
NO_CONNECTION = 2  # psql's exit code


def main():
    wait_for_server()
    ask("postgres", make_sql(os.environ["DB_USER"], os.environ["DB_NAME"], verifier(os.environ["DB_PASSWORD"])))
    ask(os.environ["DB_NAME"], schema_sql(os.environ["DB_USER"]))


def wait_for_server():
    """A server that was just made, or whose firewall was just opened, needs some seconds before it answers."""
    until = time.monotonic() + PATIENCE
    while True:
        ran = psql("postgres", "SELECT 1")
        if ran.returncode != NO_CONNECTION:
            return
        final = "password authentication failed" in ran.stderr or "certificate" in ran.stderr
        if final or time.monotonic() > until:
            stop("The database does not let the administrator in.", ran.stderr)
        time.sleep(3)


def make_sql(user, name, proof):
    """The role may log in and owns the database. Owning takes the administrator's membership of the role; from
    PostgreSQL 16 on, making a role does not bring the right to act as it."""
    own, database, secret = literal(user), literal(name), literal(proof)
    there = "EXISTS (SELECT FROM pg_database WHERE datname = %s)" % database
    foreign = "FROM pg_database WHERE datname = %s AND datdba <> %s::regrole" % (database, literal(quoted(user)))
    return [
        "SELECT format('CREATE ROLE %%I', %s) WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)" % (own, own),
        "SELECT format('ALTER ROLE %%I LOGIN PASSWORD %%L', %s, %s)" % (own, secret),
        "SELECT format('GRANT %%I TO CURRENT_USER', %s) || CASE WHEN current_setting('server_version_num')::int"
        " >= 160000 THEN ' WITH INHERIT TRUE, SET TRUE' ELSE '' END" % own,
        "SELECT format('CREATE DATABASE %%I OWNER %%I ENCODING ''UTF8'' TEMPLATE template0', %s, %s) WHERE NOT %s"
        % (database, own, there),
        "SELECT format('ALTER DATABASE %%I OWNER TO %%I', %s, %s) %s" % (database, own, foreign),
    ]


def schema_sql(user):
    """From PostgreSQL 15 on only the database's owner may create in `public`, unless somebody changed that."""
    can = " AND ".join("has_schema_privilege(%s, oid, '%s')" % (literal(user), right) for right in ("USAGE", "CREATE"))
    return [
        "SELECT format('GRANT USAGE, CREATE ON SCHEMA public TO %%I', %s) FROM pg_namespace"
        " WHERE nspname = 'public' AND NOT (%s)" % (literal(user), can)
    ]


def ask(database, statements):
    """Runs what each statement answers, as SQL; no other machine is at the same work in this database meanwhile."""
    begin = "SET client_min_messages = warning;\nSET lock_timeout = '15min';\nSELECT pg_advisory_lock(%d);\n" % LOCK
    ran = psql(database, begin + "".join("%s\n\\gexec\n" % statement for statement in statements))
    if ran.returncode != 0:
        stop("The role and its database could not be made.", ran.stderr)


def psql(database, sql):
    """Passwords go through the environment: arguments can be read by everybody on the machine."""
    authority = os.environ.get("DB_TLS_CA")
    tls = {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": authority} if authority else {"PGSSLMODE": "require"}
    settings = {
        "PATH": os.environ["PATH"],
        "LC_ALL": "C.UTF-8",
        "PGHOST": os.environ["DB_HOST"],
        "PGPORT": os.environ["DB_PORT"],
        "PGUSER": os.environ["DB_ADMIN_USER"],
        "PGPASSWORD": os.environ["DB_ADMIN_PASSWORD"],
        "PGDATABASE": database,
        "PGCLIENTENCODING": "UTF8",
        "PGCONNECT_TIMEOUT": "10",
        **tls,
    }
    command = ["psql", "-X", "-q", "-A", "-t", "-w", "-v", "ON_ERROR_STOP=1", "-f", "-"]
    sql = "SET standard_conforming_strings = on;\n" + sql
    return subprocess.run(command, input=sql, env=settings, encoding="utf-8", capture_output=True)


def verifier(password):
    """What PostgreSQL itself keeps of a password (RFC 5803, SCRAM-SHA-256)."""
    salt, rounds = os.urandom(16), 4096
    text = unicodedata.normalize("NFKC", password).encode()
    salted = hashlib.pbkdf2_hmac("sha256", text, salt, rounds)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    words = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return "SCRAM-SHA-256$%d:%s$%s:%s" % (rounds, *words)


def literal(text):
    return "'%s'" % text.replace("'", "''")


def quoted(name):
    return '"%s"' % name.replace('"', '""')


def stop(sentence, evidence):
    for name in ("DB_PASSWORD", "DB_ADMIN_PASSWORD"):
        evidence = evidence.replace(os.environ[name], "***")
    print(sentence)
    print(evidence.strip())
    sys.exit(1)


main()
