import json
import logging
import platform
import uuid
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.core.exceptions import ValidationError
from django.db import DatabaseError

from .layer import passes_on
from .models import Message
from .rooms import group_of

log = logging.getLogger(__name__)

HISTORY = 100
# Ids are given out before a message is stored: one with a smaller id can appear after one with a larger.
OVERLAP = 20


class Chat(AsyncWebsocketConsumer):
    """One page in one room. What it says is stored and then sent to the room's group, on whichever machine its pages are."""

    group = None

    async def connect(self):
        self.room = self.scope["url_route"]["kwargs"]["room"]
        group = group_of(self.room)
        # First the group, then the history: what is said in between arrives twice, and the page shows it once.
        await self.channel_layer.group_add(group, self.channel_name)
        self.group = group
        await self.accept()
        await self.tell({"server": platform.node()})
        for message in await history(self.room, since(self.scope)):
            await self.tell(message)

    async def disconnect(self, code):
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data=None, bytes_data=None):
        key = None
        try:
            said = parsed(text_data)
            key = said["key"]
            message = await store(self.room, said)
        except ValueError as error:
            return await self.tell({"error": str(error), "key": key})
        except DatabaseError as error:
            log.warning("the database does not take a message: %s", error)
            return await self.close(code=1011)
        await self.channel_layer.group_send(self.group, {"type": "said", "message": message})

    async def said(self, event):
        await self.tell(event["message"])

    async def tell(self, what):
        await self.send(text_data=json.dumps(what))


class Check(AsyncWebsocketConsumer):
    """Opens when the channel layer passes a message on."""

    async def connect(self):
        if await passes_on():
            await self.accept()
        await self.close()


class Nowhere(AsyncWebsocketConsumer):
    """Refuses what no room's name can be."""

    async def connect(self):
        await self.close()


def since(scope):
    """The last message that the page has; 0 for none."""
    asked = parse_qs(scope["query_string"].decode("latin-1")).get("since", ["0"])[0]
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= 18 else 0


@database_sync_to_async
def history(room, last):
    messages = Message.objects.filter(room=room, id__gt=last - OVERLAP if last else 0)
    return [message.as_json() for message in reversed(messages.order_by("-id")[:HISTORY])]


@database_sync_to_async
def store(room, said):
    """The message as it is sent on; one that was stored before is not stored again. Throws a ValueError that says what is wrong."""
    message = Message(room=room, key=said["key"], name=storable(said["name"]), text=storable(said["text"]))
    try:
        message.full_clean(validate_unique=False)
    except ValidationError as error:
        raise ValueError("; ".join("%s: %s" % (field, " ".join(wrong)) for field, wrong in error.message_dict.items()))
    stored, _ = Message.objects.get_or_create(
        room=room, key=message.key, defaults={"name": message.name, "text": message.text}
    )
    return stored.as_json()


def parsed(text_data):
    """Throws a ValueError that says what a message is."""
    try:
        said = json.loads(text_data or "")
        name, text = said["name"], said["text"]
        if isinstance(name, str) and isinstance(text, str):
            return {"key": uuid.UUID(said["key"]).hex, "name": name, "text": text}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise ValueError("A message is JSON with key, name and text.")


def storable(text):
    """PostgreSQL stores neither NUL nor half a character."""
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("A message has a character that cannot be stored.")
    return text.strip()
