import logging
import platform

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from .forms import NoteForm
from .models import Note

log = logging.getLogger(__name__)

SHOWN = 20


@require_safe
def index(request):
    return page(request, NoteForm())


@require_POST
def add(request):
    form = NoteForm(request.POST, request.FILES)
    if not form.is_valid():
        return page(request, form, status=400)
    form.save()
    return redirect("index")


def page(request, form, status=200):
    notes = Note.objects.order_by("-id")[:SHOWN]
    return render(request, "notes/index.html", {"form": form, "notes": notes, "server": platform.node()}, status=status)


@require_safe
def check(request):
    """A note through the database and a file through the storage, both taken back: they prove the whole way."""
    # On a connection of its own: one that was kept would not notice a new password or firewall rule.
    connection.close()
    try:
        with transaction.atomic():
            note = Note.objects.create(text="check")
            read = Note.objects.filter(pk=note.pk).count()
            transaction.set_rollback(True)
    except DatabaseError as error:
        log.warning("the database does not take a write: %s", error)
        return JsonResponse({"ok": False, "database": "does not take a write"}, status=503)
    try:
        kept = keeps_files()
    except (BotoCoreError, ClientError, OSError) as error:
        log.warning("the storage does not keep a file: %s", error)
        return JsonResponse({"ok": False, "storage": "does not keep a file"}, status=503)
    return JsonResponse({"ok": read == 1 and kept})


def keeps_files():
    name = default_storage.save("check", ContentFile(b"check"))
    try:
        with default_storage.open(name) as file:
            return file.read() == b"check"
    finally:
        default_storage.delete(name)
