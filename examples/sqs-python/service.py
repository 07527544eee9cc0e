"""A service that reads its jobs from a queue of Amazon SQS, with the package boto3.

Belfry sends a message that says "run this job now". The service works, tells Belfry how far it is (a heartbeat), and
reports the end. All of these reports are called callbacks. They go to a URL in the message.

A queue has two advantages over a webhook: nothing has to listen at an address, and runs wait in the queue while the
service is down. The ttl of a job counts that waiting, too.

Settings, by environment variables:
  BELFRY_WEBHOOK_SECRET  the secret that proves a message is from Belfry: `belfry secrets show SERVICE`.
                         While you replace a secret, give the old and the new one, separated by a blank.
  SQS_QUEUE_URL          the URL of the queue, which is also the job's invocation_target
  SQS_ENDPOINT           a server to use instead of AWS, for tests
  AWS_REGION, AWS_ACCESS_KEY_ID, …   as for every program that uses boto3
  STEP_SECONDS           how long each of the four steps of the example's work takes (1)
"""

import base64
import collections
import hashlib
import hmac
import http.client
import json
import os
import time
import urllib.error
import urllib.request

import boto3
from botocore.exceptions import BotoCoreError, ClientError


def read_secrets(text):
    try:
        secrets = [base64.b64decode(one.removeprefix("whsec_"), validate=True) for one in text.split()]
    except ValueError:
        secrets = []
    if not secrets or min(len(secret) for secret in secrets) < 24:
        raise SystemExit("set BELFRY_WEBHOOK_SECRET to what `belfry secrets show SERVICE` prints: whsec_…")
    return secrets


SECRETS = read_secrets(os.environ.get("BELFRY_WEBHOOK_SECRET", ""))
QUEUE = os.environ.get("SQS_QUEUE_URL", "")
if not QUEUE.startswith(("https://", "http://")):
    raise SystemExit("set SQS_QUEUE_URL to the URL of the queue: https://sqs.REGION.amazonaws.com/ACCOUNT/NAME")
# SQS hides a message for this long from other readers. It is shown again unless it is deleted, or hidden for longer.
HIDDEN_SECONDS = 60
STEP_SECONDS = float(os.environ.get("STEP_SECONDS", "1"))

# The ids of the runs that are done. SQS or Belfry may deliver a message twice. A real service keeps the ids in its
# database; this one remembers the latest 10,000.
done = collections.OrderedDict()


def is_genuine(headers, body):
    """Checks the signature of Standard Webhooks: only those who know the secret can make it."""
    identifier = headers.get("webhook-id") or ""
    timestamp = headers.get("webhook-timestamp") or ""
    # The signature is over the very bytes that arrived, so check it before you parse them.
    signed = f"{identifier}.{timestamp}.".encode(errors="replace") + body
    wanted = [b"v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)) for secret in SECRETS]
    # There may be several signatures, one for each key of Belfry. One that fits is enough.
    # compare_digest takes the same time whether the first or the last byte differs, so nobody can guess byte by byte.
    given = (headers.get("webhook-signature") or "").encode(errors="replace").split(b" ")
    return any(hmac.compare_digest(one, other) for one in wanted for other in given)


def read(headers, body):
    """The run that a message asks for. None if nothing is to be done."""
    if not is_genuine(headers, body):
        return print("ignored a message that is not from Belfry", flush=True)
    try:
        message = json.loads(body)
        message["callback_url"], message["execution_id"], message["job_name"]
        too_old = abs(time.time() - int(headers["webhook-timestamp"])) > message["ttl_seconds"] + 300
    except (ValueError, TypeError, LookupError) as error:
        return print(f"ignored a message that can't be read: {error!r}", flush=True)
    # A test asks whether a message would arrive.
    if message.get("test") is True:
        return None
    # After its ttl a run is over, however long its message waited. The 5 minutes are for clocks that differ.
    if too_old:
        return print(f"{message['execution_id']}: ignored a message that is too old", flush=True)
    return message


def call_back(url, report, deadline, pause):
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
        pause(wait)
        wait = min(2 * wait, 10)
    return False


def run(message, pause):
    """The work."""
    url = message["callback_url"]
    # After the ttl Belfry has ended the run. Until then, an outage of Belfry costs nothing.
    deadline = time.monotonic() + message["ttl_seconds"]
    try:
        for step in range(1, 5):
            # Your work goes here. If it takes long, keep the message hidden, as this does.
            pause(STEP_SECONDS)
            # A heartbeat says "still alive". Send one at least every heartbeat_interval_seconds of the message.
            if not call_back(url, {"status": "processing", "progress": step * 20}, deadline, pause):
                print(f"{message['execution_id']}: Belfry wants no reports of this run, so the work stops", flush=True)
                return
        call_back(url, {"status": "success", "summary": f"{message['job_name']} did four steps"}, deadline, pause)
    except (BotoCoreError, ClientError):
        raise  # SQS is lost, so the message comes again.
    except Exception as error:
        print(f"{message['execution_id']}: {error!r}", flush=True)
        call_back(url, {"status": "fail", "error": str(error)}, deadline, pause)


def run_once(message, pause):
    identifier = message["execution_id"]
    if identifier in done:
        return print(f"{identifier}: ignored a repeat", flush=True)
    run(message, pause)
    done[identifier] = True
    if len(done) > 10_000:
        done.popitem(last=False)


def take(sqs, received):
    headers = {name: value.get("StringValue") for name, value in received.get("MessageAttributes", {}).items()}
    handle = {"QueueUrl": QUEUE, "ReceiptHandle": received["ReceiptHandle"]}

    def pause(seconds):
        while seconds > 0:
            time.sleep(min(seconds, HIDDEN_SECONDS / 3))
            seconds -= HIDDEN_SECONDS / 3
            sqs.change_message_visibility(**handle, VisibilityTimeout=HIDDEN_SECONDS)

    message = read(headers, received["Body"].encode(errors="replace"))
    if message is not None:
        run_once(message, pause)
    # Only now SQS may forget the message. If this process dies before, another one gets it.
    sqs.delete_message(**handle)


if __name__ == "__main__":
    try:
        sqs = boto3.client("sqs", endpoint_url=os.environ.get("SQS_ENDPOINT"), region_name=os.environ.get("AWS_REGION"))
    except (BotoCoreError, ValueError) as error:
        raise SystemExit(f"check AWS_REGION and SQS_ENDPOINT: {error}")
    print(f"reading {QUEUE}", flush=True)
    while True:
        # An outage of SQS does not end the service. SQS gives a message again that was not deleted.
        try:
            # Waits for at most 20 seconds. The signature is in the attributes of the message, so ask for all of them.
            answer = sqs.receive_message(
                QueueUrl=QUEUE, WaitTimeSeconds=20, MaxNumberOfMessages=1, MessageAttributeNames=["All"],
                VisibilityTimeout=HIDDEN_SECONDS)
            for received in answer.get("Messages", []):
                take(sqs, received)
        except (BotoCoreError, ClientError) as error:
            print(f"lost SQS, next try in 1 s: {error}", flush=True)
            time.sleep(1)
