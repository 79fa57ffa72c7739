import logging
import platform
import re

from asgiref.sync import async_to_sync
from django.db import DatabaseError, connection, transaction
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from .layer import passes_on
from .models import Message
from .rooms import ROOM

log = logging.getLogger(__name__)


@require_safe
def index(request):
    return render(request, "chat/index.html", {"pattern": ROOM, "server": platform.node()})


@require_safe
def enter(request):
    """The form's target; a room has an address of its own."""
    wanted = request.GET.get("room", "")
    return redirect("room", wanted) if re.fullmatch(ROOM, wanted) else redirect("index")


@require_safe
def room(request, room):
    return render(request, "chat/room.html", {"room": room, "server": platform.node()})


@require_safe
def check(request):
    """A message through the database and one through the channel layer, both taken back: they prove the whole way."""
    # On a connection of its own: one that was kept would not notice a new password or firewall rule.
    connection.close()
    try:
        with transaction.atomic():
            message = Message.objects.create(room="check", name="check", text="check")
            read = Message.objects.filter(pk=message.pk).count()
            transaction.set_rollback(True)
    except DatabaseError as error:
        log.warning("the database does not take a write: %s", error)
        return JsonResponse({"ok": False, "database": "does not take a write"}, status=503)
    if not async_to_sync(passes_on)():
        return JsonResponse({"ok": False, "redis": "does not pass a message on"}, status=503)
    return JsonResponse({"ok": read == 1})
