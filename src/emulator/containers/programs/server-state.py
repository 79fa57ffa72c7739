#!/usr/bin/python3
"""
Writes what HAProxy is to know of each server when it loads a new configuration.
Usage: server-state.py SOCKET SERVERS STATE

A server keeps the state that the running proxy has of it, or is down until a check of its own has passed: HAProxy would
take a new server for healthy. SERVERS lists those of the new configuration; STATE is written in the format of `show
servers state`.
"""

import socket
import sys

SOCKET, SERVERS, STATE = sys.argv[1:]

old = {}
try:
    proxy = socket.socket(socket.AF_UNIX)
    proxy.settimeout(5)
    proxy.connect(SOCKET)
    proxy.sendall(b"show servers state\n")
    answer = b"".join(iter(lambda: proxy.recv(65536), b"")).decode()
    old = {(row[1], row[3], row[4], row[18]): row for row in map(str.split, answer.splitlines()) if len(row) > 20}
except OSError:
    pass
with open(SERVERS) as servers, open(STATE, "w") as state:
    print(1, file=state)
    for back, name, address, port, weight in map(str.split, servers):
        fresh = f"0 {back} 0 {name} {address} 0 0 {weight} {weight} 0 1 0 0 6 0 0 0 - {port} - 0 0 - - 0".split()
        print(*old.get((back, name, address, port), fresh), file=state)
