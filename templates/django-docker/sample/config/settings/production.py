"""Many containers behind a load balancer: data in PostgreSQL, files in S3, nothing in the container."""

import os

import django

from .base import *  # noqa: F403

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

# No keys here: boto3 takes those of the machine's role. The bucket is private, so addresses of files are signed.
AWS_STORAGE_BUCKET_NAME = os.environ["S3_BUCKET"]
AWS_S3_REGION_NAME = os.environ["AWS_REGION"]
AWS_S3_ENDPOINT_URL = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
AWS_S3_SIGNATURE_VERSION = "s3v4"
# The bucket's name in the host, with the region: signed addresses elsewhere are redirected, and a signature does not
# survive that. A certificate for *.s3… does not cover a name with dots.
AWS_S3_ADDRESSING_STYLE = "path" if AWS_S3_ENDPOINT_URL or "." in AWS_STORAGE_BUCKET_NAME else "virtual"
AWS_QUERYSTRING_AUTH = True
AWS_QUERYSTRING_EXPIRE = 3600  # seconds
AWS_DEFAULT_ACL = None

STORAGES = {
    "default": {"BACKEND": "config.storage.Uploads"},
    "staticfiles": {"BACKEND": "config.storage.Static"},
}
if django.VERSION < (4, 2):
    DEFAULT_FILE_STORAGE = STORAGES["default"]["BACKEND"]
    STATICFILES_STORAGE = STORAGES["staticfiles"]["BACKEND"]
