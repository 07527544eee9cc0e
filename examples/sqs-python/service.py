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
  TOLERANCE_SECONDS      how old a message may be (300). If runs may wait in the queue for longer, because the service
                         is down or busy, give the ttl of the job. The check of repeats covers the rest.
  STEP_SECONDS           how long each of the four steps of the example's work takes (1)
"""

import base64
import collections
import hashlib
import hmac
import json
import os
import time
import urllib.error
import urllib.request

import boto3

SECRETS = [base64.b64decode(text.removeprefix("whsec_")) for text in os.environ["BELFRY_WEBHOOK_SECRET"].split()]
if not SECRETS or min(len(secret) for secret in SECRETS) < 24:
    raise SystemExit("BELFRY_WEBHOOK_SECRET is not a secret such as `belfry secrets show SERVICE` prints")
QUEUE = os.environ["SQS_QUEUE_URL"]
# SQS hides a message for this long from other readers. It is shown again unless it is deleted, or hidden for longer.
HIDDEN_SECONDS = 60
STEP_SECONDS = float(os.environ.get("STEP_SECONDS", "1"))
TOLERANCE_SECONDS = float(os.environ.get("TOLERANCE_SECONDS", "300"))

# The ids of the runs that are done. SQS or Belfry may deliver a message twice. A real service keeps the ids in its
# database; this one remembers the latest 10,000.
done = collections.OrderedDict()


def is_genuine(headers, body):
    """Checks the signature of Standard Webhooks: only those who know the secret can make it."""
    identifier = headers.get("webhook-id") or ""
    timestamp = headers.get("webhook-timestamp") or ""
    # An old message may be a recorded one that someone sends again.
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


def run(message, keep_hidden):
    """The work."""
    url = message["callback_url"]
    try:
        for step in range(1, 5):
            time.sleep(STEP_SECONDS)  # Your work goes here.
            keep_hidden()
            # A heartbeat says "still alive". Send one at least every heartbeat_interval_seconds of the message.
            if not call_back(url, {"status": "processing", "progress": step * 20}):
                print(f"{message['execution_id']}: Belfry has ended this run, so the work stops", flush=True)
                return
        call_back(url, {"status": "success", "summary": f"{message['job_name']} did four steps"})
    except (urllib.error.HTTPError, ValueError) as error:  # Add the errors of your work.
        print(f"{message['execution_id']}: {error!r}", flush=True)
        call_back(url, {"status": "fail", "error": str(error)})


def take(sqs, received):
    headers = {name: value.get("StringValue") for name, value in received.get("MessageAttributes", {}).items()}
    handle = {"QueueUrl": QUEUE, "ReceiptHandle": received["ReceiptHandle"]}
    identifier = headers.get("webhook-id")
    body = received["Body"].encode()
    if not is_genuine(headers, body):
        print("ignored a message that is not from Belfry", flush=True)
    elif identifier in done:
        print(f"{identifier}: ignored a repeat", flush=True)
    else:
        run(json.loads(body), lambda: sqs.change_message_visibility(**handle, VisibilityTimeout=HIDDEN_SECONDS))
        done[identifier] = True
        if len(done) > 10_000:
            done.popitem(last=False)
    # Only now SQS may forget the message. If this process dies before, another one gets it.
    sqs.delete_message(**handle)


if __name__ == "__main__":
    sqs = boto3.client("sqs", endpoint_url=os.environ.get("SQS_ENDPOINT"), region_name=os.environ.get("AWS_REGION"))
    print(f"reading {QUEUE}", flush=True)
    while True:
        # Waits for at most 20 seconds. The signature is in the attributes of the message, so ask for all of them.
        answer = sqs.receive_message(
            QueueUrl=QUEUE, WaitTimeSeconds=20, MaxNumberOfMessages=1, MessageAttributeNames=["All"],
            VisibilityTimeout=HIDDEN_SECONDS)
        for received in answer.get("Messages", []):
            take(sqs, received)
