"""Stores the time of a visit through the database's writer and lists the stored times through its reader."""

import datetime
import json
import os
import platform

import pymysql
from flask import Flask

FORMAT = "%Y-%m-%d %H:%M:%S"
WRITER = os.environ["DB_HOST"]
READER = os.environ["DB_READ_HOST"]
TABLE = "`%s`" % os.environ["DB_TABLE"].replace("`", "``").replace("%", "%%")

app = application = Flask(__name__)


def connect(host):
    """Verified encryption where the authority is known; a container's database has none."""
    authority = os.environ.get("DB_TLS_CA")
    return pymysql.connect(
        host=host,
        port=int(os.environ["DB_PORT"]),
        user=os.environ["DB_USER"],
        password=os.environ["DB_PASSWORD"],
        database=os.environ["DB_NAME"],
        connect_timeout=5,
        read_timeout=20,
        write_timeout=20,
        autocommit=True,
        ssl={"ca": authority} if authority else None,
    )


def run(host, sql, *values):
    connection = connect(host)
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()
    finally:
        connection.close()


@app.get("/")
@app.get("/read")
def read():
    rows = run(READER, "SELECT dt FROM " + TABLE + " ORDER BY dt DESC LIMIT %s", 1000)
    times = [row[0].strftime(FORMAT) for row in reversed(rows)]
    return json.dumps(times, indent=2), {"Content-Type": "application/json"}


@app.route("/write", methods=["GET", "POST"])
def write():
    now = datetime.datetime.now(datetime.timezone.utc).strftime(FORMAT)
    run(WRITER, "INSERT INTO " + TABLE + " VALUES (%s)", now)
    return "Saved: " + now, {"Content-Type": "text/plain"}


@app.get("/health")
def health():
    """Well when both ends of the database are."""
    for host in (WRITER, READER):
        run(host, "SELECT 1")
    return {"ok": True}


@app.get("/demo/check")
def check():
    """A write and a read through the database, taken back: it proves the whole way and leaves nothing."""
    connection = connect(WRITER)
    try:
        connection.begin()
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM " + TABLE, ())
            before = cursor.fetchone()[0]
            cursor.execute("INSERT INTO " + TABLE + " VALUES (NOW())", ())
            cursor.execute("SELECT COUNT(*) FROM " + TABLE, ())
            return {"ok": cursor.fetchone()[0] == before + 1}
    finally:
        connection.rollback()
        connection.close()


@app.get("/health/live")
def live():
    return {"ok": True}


@app.errorhandler(pymysql.MySQLError)
def away(error):
    app.logger.error("database: %s", error)
    return {"ok": False, "database": "does not answer"}, 503


@app.after_request
def sign(response):
    response.headers["X-App-Server"] = platform.node()
    response.headers["Cache-Control"] = "no-store"
    return response
