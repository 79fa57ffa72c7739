"""A server on which people try things: no debugging pages, a key of its own, and the data in one folder."""

from .base import *  # noqa: F403
