"""Asks uWSGI in its own protocol, as Apache does: probe.py PORT PATH. Exit 0 when the answer is a success."""

import socket
import struct
import sys

port, (path, _, query) = int(sys.argv[1]), sys.argv[2].partition("?")
variables = {
    "REQUEST_METHOD": "GET",
    "REQUEST_URI": sys.argv[2],
    "SCRIPT_NAME": "",
    "PATH_INFO": path,
    "QUERY_STRING": query,
    "SERVER_NAME": "localhost",
    "SERVER_PORT": str(port),
    "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": "127.0.0.1",
    "HTTP_HOST": "localhost",
}
block = b"".join(struct.pack("<H", len(part)) + part for pair in variables.items() for part in map(str.encode, pair))
try:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(struct.pack("<BHB", 0, len(block), 0) + block)
        status = connection.makefile("rb").readline().decode("latin-1").strip()
except OSError as error:
    sys.exit(str(error))
print(status)
sys.exit(not status.partition(" ")[2].startswith("2"))
