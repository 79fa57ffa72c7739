import os

from django.core.asgi import get_asgi_application

from config.health import with_asgi_health

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Before anything that has models.
django_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402

from chat.routing import websocket_urlpatterns  # noqa: E402

protocols = {
    # Without it every plain request, the health check too, would end with 500.
    "http": django_application,
    "websocket": AllowedHostsOriginValidator(URLRouter(websocket_urlpatterns)),
}
application = with_asgi_health(ProtocolTypeRouter(protocols), "/ws/healthz")
