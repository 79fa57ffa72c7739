import logging
import platform

from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse, JsonResponse
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_GET, require_POST, require_safe

from .models import Person

log = logging.getLogger(__name__)

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Django works</title>
<h1>Django works</h1>
<p>Answered by {}. {} in the database, the latest first:</p>
<ul>{}</ul>
<form method="post" action="/demo/add">
<label>Name <input name="name" required maxlength="100"></label>
<label>Email <input name="email" type="email" required></label>
<button>Add</button>
</form>
</html>
"""


@require_safe
def index(request):
    people = Person.objects.order_by("-id")[:20]
    items = format_html_join("", "<li>{} ({})</li>", ((person.name, person.email) for person in people))
    return HttpResponse(format_html(PAGE, platform.node(), Person.objects.count(), items))


@require_POST
def add(request):
    """No session stands behind this page, so there is none that a foreign site could misuse."""
    person = Person(name=request.POST.get("name", "").strip(), email=request.POST.get("email", "").strip())
    if "\0" in person.name:
        return JsonResponse({"errors": {"name": ["Null characters are not allowed."]}}, status=400)
    try:
        person.full_clean()
    except ValidationError as error:
        return JsonResponse({"errors": error.message_dict}, status=400)
    person.save()
    return HttpResponse("Saved\n", content_type="text/plain")


@require_GET
def everyone(request):
    return JsonResponse(list(Person.objects.order_by("id").values("id", "name", "email")[:1000]), safe=False)


@require_safe
def health(request):
    """Well when the database is: a machine that cannot reach it should get no visitors."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        log.warning("the database does not answer: %s", error)
        return JsonResponse({"ok": False, "database": "does not answer"}, status=503)
    return JsonResponse({"ok": True})


@require_safe
def check(request):
    """A write and a read through the database, taken back: it proves the whole way and leaves nothing."""
    # On a connection of its own: one that was kept would not notice a new password or access list.
    connection.close()
    try:
        with transaction.atomic():
            person = Person.objects.create(name="check", email="check@example.com")
            read = Person.objects.filter(pk=person.pk).count()
            transaction.set_rollback(True)
    except DatabaseError as error:
        log.warning("the database does not take a write: %s", error)
        return JsonResponse({"ok": False, "database": "does not take a write"}, status=503)
    return JsonResponse({"ok": read == 1})


@require_safe
def live(request):
    return JsonResponse({"ok": True})
