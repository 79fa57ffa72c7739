from django.urls import register_converter

ROOM = "[A-Za-z0-9_-]{1,50}"


class RoomConverter:
    """A room's name, as it stands in addresses and in the name of its group."""

    regex = ROOM

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value


register_converter(RoomConverter, "room")


def group_of(room):
    return "room." + room
