"""Asks the database as the application would. Exit 1: a sentence what is wrong, then the evidence."""

import os
import socket
import sys

engine, port = os.environ.get("DB_ENGINE", "mysql"), int(os.environ["DB_PORT"])
user, password, name = os.environ["DB_USER"], os.environ["DB_PASSWORD"], os.environ["DB_NAME"]
authority = os.environ.get("DB_TLS_CA")
hosts = dict.fromkeys([os.environ["DB_HOST"], os.environ.get("DB_READ_HOST") or os.environ["DB_HOST"]])


def stop(sentence, evidence=""):
    print(sentence)
    print(str(evidence).replace(password, "***").strip())
    sys.exit(1)


def connect(host):
    if engine == "mysql":
        try:
            import MySQLdb as driver
        except ImportError:
            import pymysql as driver
        options = {"ssl": {"ca": authority}} if authority else {}
        return driver.connect(
            host=host, port=port, user=user, password=password, database=name, connect_timeout=8, **options
        )
    try:
        import psycopg as driver
    except ImportError:
        import psycopg2 as driver
    options = {"sslmode": "verify-full", "sslrootcert": authority} if authority else {}
    return driver.connect(
        host=host, port=port, user=user, password=password, dbname=name, connect_timeout=8, **options
    )


for host in hosts:
    try:
        socket.create_connection((host, port), timeout=8).close()
    except socket.gaierror as error:
        stop(f"the name {host} does not resolve here", error)
    except OSError as error:
        stop(f"{host}:{port} cannot be reached from this machine: is it allowed (access list, security group)?", error)
    try:
        connect(host).cursor().execute("SELECT 1")
    except Exception as error:
        text = str(error)
        # The driver says both where it tried once more, without TLS, after the password was refused.
        refused = "password authentication failed" in text
        if "pg_hba" in text and not refused or "not allowed to connect" in text:
            stop("it refuses the address of this machine: it is not in the access list", text)
        if "password" in text or "Access denied" in text:
            stop(f"it refuses the user {user}: the password on this machine is not that of the database", text)
        if "does not exist" in text or "Unknown database" in text:
            stop(f"there is no database {name}, or no user {user}", text)
        stop("it refuses the application", text)
