"""Checks what the example that reads SQS does in long work, and after errors, on a clock and a queue of its own."""

import json
import time

import service
from botocore.exceptions import EndpointConnectionError

now = 0.0
hidden_until = service.HIDDEN_SECONDS
reports = []
deleted = []
body = {"callback_url": "u", "execution_id": "e", "job_name": "j", "ttl_seconds": 3600}
received = {"Body": json.dumps(body), "ReceiptHandle": "h", "MessageAttributes": {}}
received["MessageAttributes"]["webhook-timestamp"] = {"StringValue": str(int(time.time()))}


class Queue:
    def change_message_visibility(self, VisibilityTimeout, **_):
        global hidden_until
        hidden_until = now + VisibilityTimeout

    def delete_message(self, **_):
        deleted.append(True)


def sleep(seconds):
    global now
    now += seconds
    assert now < hidden_until, f"shown again after {hidden_until} s"


def fail_with(error):
    def fail(_):
        raise error

    return fail


service.is_genuine = lambda *_: True
service.call_back = lambda url, report, *_: reports.append(report) or True
service.time.sleep = sleep
service.take(Queue(), received)
assert now == 800 and reports[-1]["status"] == "success" and len(deleted) == 1, (now, reports)

for error in [KeyError("k"), RuntimeError("r"), TypeError("t")]:
    service.done.clear()
    service.time.sleep = fail_with(error)
    service.take(Queue(), received)
    assert reports[-1] == {"status": "fail", "error": str(error)}, reports[-1]
assert len(deleted) == 4

service.done.clear()
service.time.sleep = fail_with(EndpointConnectionError(endpoint_url="e"))
try:
    service.take(Queue(), received)
    raise SystemExit("the loss of SQS was taken for an error of the work")
except EndpointConnectionError:
    assert len(deleted) == 4 and not service.done
