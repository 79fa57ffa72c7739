"""Asks Redis as the application would. Exit 1: a sentence what is wrong, then the evidence."""

import os
import socket
import ssl
import sys

host, port = os.environ["REDIS_HOST"], int(os.environ["REDIS_PORT"])
password, tls = os.environ.get("REDIS_PASSWORD", ""), os.environ.get("REDIS_TLS") == "yes"


def stop(sentence, evidence=""):
    print(sentence)
    print(str(evidence).replace(password or "\0", "***").strip())
    sys.exit(1)


def connect():
    try:
        plain = socket.create_connection((host, port), timeout=8)
    except socket.gaierror as error:
        stop("the name %s does not resolve here" % host, error)
    except OSError as error:
        stop("%s:%d cannot be reached from this machine: does its security group allow it?" % (host, port), error)
    if not tls:
        return plain
    context = ssl.create_default_context()
    try:
        return context.wrap_socket(plain, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        stop("its certificate is not for %s, or from an authority that this machine does not know" % host, error)
    except OSError as error:
        stop("it does not talk TLS: is redis.tls right?", error)


def ask(connection, *words):
    """The first line of the answer, in the protocol of Redis (RESP)."""
    parts = [word.encode() for word in words]
    text = b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
    try:
        connection.sendall(text)
        return connection.makefile("rb").readline().decode("utf-8", "replace").strip()
    except OSError as error:
        stop("it does not answer: is redis.tls right?", error)


server = connect()
if password:
    answer = ask(server, "AUTH", password)
    if not answer.startswith("+OK"):
        stop("it refuses the password on this machine", answer)
answer = ask(server, "PING")
if answer.startswith("-NOAUTH"):
    stop("it asks for a password, and this machine has none", answer)
if not answer.startswith("+PONG"):
    stop("it does not answer PING", answer)
answer = ask(server, "SET", "stackwright:check", "1", "EX", "10")
if not answer.startswith("+OK"):
    stop("it takes no message", answer)
