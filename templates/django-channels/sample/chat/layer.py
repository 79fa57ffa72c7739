import asyncio
import logging

from channels.layers import get_channel_layer

log = logging.getLogger(__name__)

PATIENCE = 5  # seconds


async def passes_on():
    """Whether a message comes back through the channel layer, that is, through Redis."""
    layer = get_channel_layer()
    channel = await layer.new_channel()
    try:
        await asyncio.wait_for(layer.send(channel, {"type": "check"}), PATIENCE)
        await asyncio.wait_for(layer.receive(channel), PATIENCE)
    # Each version of the client has exceptions of its own.
    except Exception as error:
        log.warning("the channel layer does not pass a message on: %r", error)
        return False
    return True
