import uuid

from django.db import models


class Message(models.Model):
    room = models.CharField(max_length=50)
    name = models.CharField(max_length=40)
    text = models.CharField(max_length=1000)
    sent = models.DateTimeField(auto_now_add=True)
    # Made by the page: what it sends again after a lost connection is stored once.
    key = models.UUIDField(unique=True, default=uuid.uuid4)

    class Meta:
        indexes = [models.Index(fields=["room", "id"], name="chat_message_room_id")]

    def as_json(self):
        return {
            "id": self.pk,
            "key": self.key.hex,
            "name": self.name,
            "text": self.text,
            "sent": self.sent.isoformat(),
        }
