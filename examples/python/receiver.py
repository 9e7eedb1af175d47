"""Hears events with nothing but Python's standard library."""

import base64
import hashlib
import hmac
import json
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BODY_MAX = 1 << 20
TOLERANCE_SECONDS = 300
KEYS = [
    base64.b64decode(secret.removeprefix("whsec_"))
    for secret in os.environ["TENON_WEBHOOK_SECRET"].split(",")
]

# Belongs into your database: events come at least once.
SEEN = set()


def is_signed(headers, body):
    timestamp = headers.get("webhook-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    signed = f"{headers.get('webhook-id', '')}.{timestamp}.".encode() + body
    given = headers.get("webhook-signature", "").split(" ")[:16]
    for key in KEYS:
        expected = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        for one in given:
            if hmac.compare_digest(expected.encode(), one.encode()):
                return True
    return False


class Receiver(BaseHTTPRequestHandler):
    timeout = 15

    def do_POST(self):
        length = int(self.headers.get("content-length", "0"))
        if length > BODY_MAX:
            return self.answer(413)
        # The raw bytes: parsed and written again they have another signature.
        body = self.rfile.read(length)
        if not is_signed(self.headers, body):
            print("refused", flush=True)
            return self.answer(401)
        event = json.loads(body)
        if event["id"] not in SEEN:
            SEEN.add(event["id"])
            print(event["id"], event["type"], flush=True)
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.end_headers()

    def log_message(self, format, *args):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8080"))), Receiver)
print(f"listening on http://127.0.0.1:{server.server_port}/hooks", flush=True)
server.serve_forever()
