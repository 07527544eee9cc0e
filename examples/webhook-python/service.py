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
import json
import os
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRETS = [base64.b64decode(text.removeprefix("whsec_")) for text in os.environ["BELFRY_WEBHOOK_SECRET"].split()]
if not SECRETS or min(len(secret) for secret in SECRETS) < 24:
    raise SystemExit("BELFRY_WEBHOOK_SECRET is not a secret such as `belfry secrets show SERVICE` prints")
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


def call_back(url, report):
    """Sends a callback. False if Belfry wants no more of them: the run is over (410), or the token is wrong (401)."""
    for attempt in range(10):
        request = urllib.request.Request(
            url, json.dumps(report).encode(), {"Content-Type": "application/json"}, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=10):
                return True
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in (401, 410):
                return False
            if error.code < 500:
                raise  # The report itself is wrong. Sending it again would not help.
        except OSError as error:
            print(f"Belfry can't be reached: {error}", flush=True)
        time.sleep(min(0.2 * 2**attempt, 10))
    raise TimeoutError("Belfry took no callback")


def run(webhook):
    """The work, in a thread of its own."""
    url = webhook["callback_url"]
    try:
        for step in range(1, 5):
            time.sleep(STEP_SECONDS)  # Your work goes here.
            # A heartbeat says "still alive". Send one at least every heartbeat_interval_seconds of the webhook.
            if not call_back(url, {"status": "processing", "progress": step * 20}):
                print(f"{webhook['execution_id']}: Belfry has ended this run, so the work stops", flush=True)
                return
        call_back(url, {"status": "success", "summary": f"{webhook['job_name']} did four steps"})
    except Exception as error:
        print(f"{webhook['execution_id']}: {error!r}", flush=True)
        call_back(url, {"status": "fail", "error": str(error)})


class Handler(BaseHTTPRequestHandler):
    timeout = 30

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or int(length) > BODY_BYTES_MAX:
            return self.answer(413)
        body = self.rfile.read(int(length))
        if not is_genuine(self.headers, body):
            return self.answer(401)
        # A repeat gets the same answer, and starts nothing.
        if is_new(self.headers["webhook-id"]):
            threading.Thread(target=run, args=(json.loads(body),), daemon=True).start()
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
