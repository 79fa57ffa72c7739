"""Makes the database, its user and the sample's table, once, however many machines do it at the same time."""

import os
import re
import sys
import time

import pymysql

PATIENCE = 900  # seconds: the servers of the database may still be on their way
HOST, NAME, USER = (os.environ[name] for name in ("DB_HOST", "DB_NAME", "DB_USER"))


def main():
    administrator = os.environ["DB_ADMIN_USER"], os.environ["DB_ADMIN_PASSWORD"]
    with connect(HOST, *administrator) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT GET_LOCK(%s, 600)", ["stackwright." + NAME[:50]])
        if cursor.fetchone() != (1,):
            sys.exit("Another machine has been preparing the database for ten minutes.")
        make_database(cursor, os.environ["DB_PASSWORD"])
        if "DB_TABLE" in os.environ:
            table = quoted(NAME) + "." + quoted(os.environ["DB_TABLE"])
            cursor.execute("CREATE TABLE IF NOT EXISTS " + table + " (dt datetime)")
    # A copy is a moment behind, and the application reads from it.
    connect(os.environ["DB_READ_HOST"], USER, os.environ["DB_PASSWORD"], NAME).close()


def make_database(cursor, password):
    cursor.execute("CREATE DATABASE IF NOT EXISTS " + quoted(NAME) + " CHARACTER SET utf8mb4")
    cursor.execute("CREATE USER IF NOT EXISTS %s@'%%' IDENTIFIED BY %s", [USER, password])
    cursor.execute("ALTER USER %s@'%%' IDENTIFIED BY %s", [USER, password])
    # Where rights are given, an underscore stands for any character.
    exactly = re.sub(r"([\\_%])", r"\\\1", NAME)
    cursor.execute("GRANT ALL PRIVILEGES ON " + quoted(exactly).replace("%", "%%") + ".* TO %s@'%%'", [USER])


def connect(host, user, password, database=None):
    """A database that was just made, or was just let in, needs some time before it answers."""
    authority = os.environ.get("DB_TLS_CA")
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return pymysql.connect(
                host=host,
                port=int(os.environ["DB_PORT"]),
                user=user,
                password=password,
                database=database,
                connect_timeout=10,
                autocommit=True,
                ssl={"ca": authority} if authority else None,
            )
        except pymysql.MySQLError as error:
            if time.monotonic() > until:
                sys.exit("The database %s does not let %s in: %s" % (host, user, error))
            time.sleep(3)


def quoted(name):
    return "`" + name.replace("`", "``") + "`"


main()
