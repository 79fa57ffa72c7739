"""Your own computer."""

from .base import *  # noqa: F403

DEBUG = True
SECRET_KEY = "for this computer only"
ALLOWED_HOSTS = ["*"]
