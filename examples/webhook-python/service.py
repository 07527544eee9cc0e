"""A service that Belfry runs jobs on, with nothing but Python's standard library.

Belfry calls it with a webhook: an HTTP POST that says "run this job now". The service answers 200 at once, works in the
background, tells Belfry how far it is (a heartbeat), and reports the end. All of these reports are called callbacks.

Settings, by environment variables:
  BELFRY_WEBHOOK_SECRET  the secret that proves a webhook is from Belfry: `belfry secrets show SERVICE`.
                         While you replace a secret, give the old and the new one, separated by a blank.
  LISTEN_PORT            the port to listen on (9000)
  STEP_SECONDS           how long each of the four steps of the example's work takes (1)
"""

import base64
import collections
import hashlib
import hmac
import http.client
import json
import os
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def read_secrets(text):
    try:
        secrets = [base64.b64decode(one.removeprefix("whsec_"), validate=True) for one in text.split()]
    except ValueError:
        secrets = []
    if not secrets or min(len(secret) for secret in secrets) < 24:
        raise SystemExit("set BELFRY_WEBHOOK_SECRET to what `belfry secrets show SERVICE` prints: whsec_…")
    return secrets


SECRETS = read_secrets(os.environ.get("BELFRY_WEBHOOK_SECRET", ""))
STEP_SECONDS = float(os.environ.get("STEP_SECONDS", "1"))
TOLERANCE_SECONDS = 5 * 60
BODY_BYTES_MAX = 2 * 1024 * 1024

# The ids of the webhooks that were taken. Belfry repeats a webhook when it did not see the answer, so the same id may
# come twice. A real service keeps the ids in its database; this one remembers the latest 10,000.
seen = collections.OrderedDict()
seen_lock = threading.Lock()


def is_genuine(headers, body):
    """Checks the signature of Standard Webhooks: only those who know the secret can make it."""
    identifier = headers.get("webhook-id") or ""
    timestamp = headers.get("webhook-timestamp") or ""
    # An old webhook may be a recorded one that someone sends again.
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    # The signature is over the very bytes that arrived, so check it before you parse them.
    signed = f"{identifier}.{timestamp}.".encode() + body
    wanted = [b"v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)) for secret in SECRETS]
    # There may be several signatures, one for each key of Belfry. One that fits is enough.
    # compare_digest takes the same time whether the first or the last byte differs, so nobody can guess byte by byte.
    given = (headers.get("webhook-signature") or "").encode().split(b" ")
    return any(hmac.compare_digest(one, other) for one in wanted for other in given)


def is_new(identifier):
    """Remembers an id. False if it was there already."""
    with seen_lock:
        if identifier in seen:
            return False
        seen[identifier] = True
        if len(seen) > 10_000:
            seen.popitem(last=False)
        return True


def call_back(url, report, deadline):
    """Sends a callback, again and again until `deadline` if Belfry can't take it.

    False if the work should stop: the run is over (410 or past the deadline), or the token is wrong (401).
    """
    wait = 0.2
    while time.monotonic() < deadline:
        request = urllib.request.Request(
            url, json.dumps(report).encode(), {"Content-Type": "application/json"}, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=10):
                return True
        except urllib.error.HTTPError as error:
            error.close()
            print(f"Belfry answered {error.code}", flush=True)
            if error.code < 500 and error.code not in (408, 429):
                # Anything but 401 and 410: the report itself is wrong. Sending it again would not help.
                return error.code not in (401, 410)
        except (OSError, http.client.HTTPException) as error:
            print(f"Belfry can't be reached: {error}", flush=True)
        time.sleep(wait)
        wait = min(2 * wait, 10)
    return False


def run(webhook):
    """The work, in a thread of its own."""
    url = webhook["callback_url"]
    # After the ttl Belfry has ended the run. Until then, an outage of Belfry costs nothing.
    deadline = time.monotonic() + webhook["ttl_seconds"]
    try:
        for step in range(1, 5):
            time.sleep(STEP_SECONDS)  # Your work goes here.
            # A heartbeat says "still alive". Send one at least every heartbeat_interval_seconds of the webhook.
            if not call_back(url, {"status": "processing", "progress": step * 20}, deadline):
                print(f"{webhook['execution_id']}: Belfry wants no reports of this run, so the work stops", flush=True)
                return
        call_back(url, {"status": "success", "summary": f"{webhook['job_name']} did four steps"}, deadline)
    except Exception as error:
        print(f"{webhook['execution_id']}: {error!r}", flush=True)
        call_back(url, {"status": "fail", "error": str(error)}, deadline)


class Handler(BaseHTTPRequestHandler):
    timeout = 30

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit() and len(length) <= 9) or int(length) > BODY_BYTES_MAX:
            return self.answer(413)
        body = self.rfile.read(int(length))
        if not is_genuine(self.headers, body):
            return self.answer(401)
        try:
            webhook = json.loads(body)
            webhook["callback_url"], webhook["execution_id"], webhook["job_name"], webhook["ttl_seconds"]
        except (ValueError, TypeError, LookupError):
            return self.answer(400)
        # A test asks whether a webhook would arrive.
        if webhook.get("test") is True:
            return self.answer(200)
        # A repeat gets the same answer, and starts nothing.
        identifier = self.headers["webhook-id"]
        if is_new(identifier):
            try:
                threading.Thread(target=run, args=(webhook,), daemon=True).start()
            except RuntimeError:  # There are too many threads. Belfry tries again.
                with seen_lock:
                    seen.pop(identifier, None)
                return self.answer(503)
        else:
            print(f"{webhook['execution_id']}: ignored a repeat", flush=True)
        # Any 2xx status means: I have it, the run has begun. Answer before you work.
        self.answer(200)

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("LISTEN_PORT", "9000"))), Handler)
    print(f"listening on {server.server_address[1]}", flush=True)
    server.serve_forever()
