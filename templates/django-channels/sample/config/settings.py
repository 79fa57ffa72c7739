"""Everything that differs between machines, and every secret, comes from the environment."""

import os
from pathlib import Path
from urllib.parse import quote, urlencode

import django

BASE_DIR = Path(__file__).resolve().parent.parent


def words(name):
    return os.environ.get(name, "").replace(",", " ").split()


SECRET_KEY = os.environ["SECRET_KEY"]
DEBUG = False
# Also the sites whose pages may open a WebSocket: see asgi.py.
ALLOWED_HOSTS = words("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")
if django.VERSION < (4, 0):
    CSRF_TRUSTED_ORIGINS = [origin.partition("://")[2] for origin in CSRF_TRUSTED_ORIGINS]
# The load balancer says how visitors came; only it reaches this machine.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

INSTALLED_APPS = ["django.contrib.staticfiles", "channels", "chat"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATIC_ROOT = os.environ.get("STATIC_ROOT", str(BASE_DIR / "static"))

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ["DATABASE_HOST"],
        "PORT": os.environ.get("DATABASE_PORT", "5432"),
        "NAME": os.environ["DATABASE_NAME"],
        "USER": os.environ["DATABASE_USER"],
        "PASSWORD": os.environ["DATABASE_PASSWORD"],
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5},
    }
}
if os.environ.get("DATABASE_TLS_CA"):
    DATABASES["default"]["OPTIONS"].update(sslmode="verify-full", sslrootcert=os.environ["DATABASE_TLS_CA"])


def redis_url():
    """Everything is in the address: not every version of channels_redis takes options beside it."""
    options = {"socket_connect_timeout": "5", "socket_keepalive": "true"}
    scheme, login = "redis", ""
    if os.environ.get("REDIS_TLS") == "yes":
        scheme = "rediss"
        # Older versions of redis-py compare the name only when they are told to.
        options.update(ssl_cert_reqs="required", ssl_check_hostname="true")
    if os.environ.get("REDIS_PASSWORD"):
        login = ":%s@" % quote(os.environ["REDIS_PASSWORD"], safe="")
    place = "%s:%s" % (os.environ["REDIS_HOST"], os.environ.get("REDIS_PORT", "6379"))
    return "%s://%s%s/0?%s" % (scheme, login, place, urlencode(options))


CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [redis_url()], "prefix": "chat"},
    }
}
