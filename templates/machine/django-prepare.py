"""Brings the database and the static files up to date, once, however many machines do it at the same time.

Usage: prepare.py WSGI_MODULE, in the project's folder. Importing the WSGI module sets Django up the way gunicorn will.
"""

import contextlib
import importlib
import os
import sys
import time

LOCK = 7_305_021_318
PATIENCE = 60  # seconds


def main():
    sys.path.insert(0, os.getcwd())
    importlib.import_module(sys.argv[1].partition(":")[0])
    try:
        from django.conf import settings
    except ImportError:
        return print("Not a Django project: there is nothing to migrate.")
    if not settings.configured:
        return print("Not a Django project: there is nothing to migrate.")
    migrate()
    collect_static(settings)


def migrate():
    from django.core.management import call_command
    from django.db import connections

    connection = connections.create_connection("default")
    wait_for(connection)
    with contextlib.closing(connection), only_one(connection):
        call_command("migrate", interactive=False)


def wait_for(connection):
    """A database that was just let in needs some seconds before it answers."""
    from django.db import OperationalError

    until = time.monotonic() + PATIENCE
    while True:
        try:
            return connection.ensure_connection()
        except OperationalError as error:
            if time.monotonic() > until:
                sys.exit("The database does not let us in: %s" % error)
            time.sleep(3)


@contextlib.contextmanager
def only_one(connection):
    """The server keeps the lock for as long as this connection lives."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    elif connection.vendor == "mysql":
        name = "stackwright." + connection.settings_dict["NAME"][:50]
        with connection.cursor() as cursor:
            cursor.execute("SELECT GET_LOCK(%s, 600)", [name])
            if cursor.fetchone() != (1,):
                sys.exit("Another machine has been migrating the database for ten minutes.")
    yield


def collect_static(settings):
    """nginx serves /static/ from a link to where the project wants its static files."""
    from django.core.management import call_command

    if "django.contrib.staticfiles" not in settings.INSTALLED_APPS or not settings.STATIC_ROOT:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    link = "/opt/stackwright/public/static"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(link)
    os.symlink(os.path.abspath(settings.STATIC_ROOT), link)


main()
