#!/usr/bin/python3
"""
The instance metadata service, version 2 only. Usage: metadata.py ADDRESS PORT FACTS

FACTS is a JSON object of texts by path, read at each request; @NOW@ and @LATER@ (six hours on) in them are times.
"""

import datetime
import http.server
import json
import secrets
import socketserver
import sys

ADDRESS, PORT, FACTS = sys.argv[1:]
TOKENS = set()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        seconds = self.headers.get("X-aws-ec2-metadata-token-ttl-seconds", "")
        if self.path != "/latest/api/token" or not seconds.isdigit():
            return self.reply(400, "")
        token = secrets.token_urlsafe(40)
        TOKENS.add(token)
        self.reply(200, token, seconds)

    def do_GET(self):
        if self.headers.get("X-aws-ec2-metadata-token") not in TOKENS:
            return self.reply(401, "")
        with open(FACTS) as file:
            facts = json.load(file)
        text = facts.get(self.path.split("?")[0].rstrip("/"))
        if text is None:
            return self.reply(404, "")
        self.reply(200, text.replace("@NOW@", hours_from_now(0)).replace("@LATER@", hours_from_now(6)))

    def reply(self, status, text, seconds=None):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        if seconds:
            self.send_header("X-aws-ec2-metadata-token-ttl-seconds", seconds)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def hours_from_now(hours):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


Server((ADDRESS, int(PORT)), Handler).serve_forever()
