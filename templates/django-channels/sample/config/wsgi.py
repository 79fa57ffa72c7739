import os

from django.core.wsgi import get_wsgi_application

from config.health import with_wsgi_health

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = with_wsgi_health(get_wsgi_application(), "/healthz")
