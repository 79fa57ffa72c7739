from django.db import models


class Note(models.Model):
    text = models.CharField(max_length=200)
    file = models.FileField(upload_to="%Y/%m", max_length=300, blank=True)
    # As the visitor's computer calls the file; the storage has a name of its own for it.
    file_name = models.CharField(max_length=255, blank=True)
    written = models.DateTimeField(auto_now_add=True)
