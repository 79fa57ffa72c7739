from django.urls import path, re_path

from . import consumers, rooms  # noqa: F401

websocket_urlpatterns = [
    path("ws/chat/<room:room>/", consumers.Chat.as_asgi()),
    path("ws/check/", consumers.Check.as_asgi()),
    re_path("", consumers.Nowhere.as_asgi()),
]
