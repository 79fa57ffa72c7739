from django.core.exceptions import SuspiciousFileOperation
from django.db import models
from django.utils import timezone
from django.utils.text import get_valid_filename


def place(note, name):
    """Where the storage keeps a file: a folder a month. Some names have nothing in them that it takes."""
    try:
        name = get_valid_filename(name)
    except SuspiciousFileOperation:
        name = "file"
    return timezone.now().strftime("%Y/%m/") + name


class Note(models.Model):
    text = models.CharField(max_length=200)
    file = models.FileField(upload_to=place, max_length=300, blank=True)
    # As the visitor's computer calls the file; the storage has a name of its own for it.
    file_name = models.CharField(max_length=255, blank=True)
    written = models.DateTimeField(auto_now_add=True)
