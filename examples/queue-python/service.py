"""A service that reads its jobs from a queue of RabbitMQ, with the package pika.

Belfry publishes a message that says "run this job now". The service works, tells Belfry how far it is (a heartbeat),
and reports the end. All of these reports are called callbacks. They go to a URL in the message.

A queue has two advantages over a webhook: nothing has to listen at an address, and runs wait in the queue while the
service is down. The ttl of a job counts that waiting, too.

Settings, by environment variables:
  BELFRY_WEBHOOK_SECRET  the secret that proves a message is from Belfry: `belfry secrets show SERVICE`.
                         While you replace a secret, give the old and the new one, separated by a blank.
  AMQP_URL               the broker that the queue is on. Belfry calls it BELFRY_SERVICE_AMQP_URL.
  QUEUE                  the name of the queue (example). The job's invocation_target is queue:NAME.
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

import pika


def read_secrets(text):
    try:
        secrets = [base64.b64decode(one.removeprefix("whsec_"), validate=True) for one in text.split()]
    except ValueError:
        secrets = []
    if not secrets or min(len(secret) for secret in secrets) < 24:
        raise SystemExit("set BELFRY_WEBHOOK_SECRET to what `belfry secrets show SERVICE` prints: whsec_…")
    return secrets


SECRETS = read_secrets(os.environ.get("BELFRY_WEBHOOK_SECRET", ""))
AMQP_URL = os.environ.get("AMQP_URL", "")
if not AMQP_URL.startswith(("amqp://", "amqps://")):
    raise SystemExit("set AMQP_URL to the broker of the queue: amqp://USER:PASSWORD@HOST:PORT/VHOST")
QUEUE = os.environ.get("QUEUE", "example")
STEP_SECONDS = float(os.environ.get("STEP_SECONDS", "1"))

# The ids of the runs that are done. The broker or Belfry may deliver a message twice. A real service keeps the ids in
# its database; this one remembers the latest 10,000.
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
            # Your work goes here. If it takes long, give pika a moment now and then, as this does: it has to answer the
            # broker, which otherwise takes the connection for dead.
            pause(STEP_SECONDS)
            # A heartbeat says "still alive". Send one at least every heartbeat_interval_seconds of the message.
            if not call_back(url, {"status": "processing", "progress": step * 20}, deadline, pause):
                print(f"{message['execution_id']}: Belfry wants no reports of this run, so the work stops", flush=True)
                return
        call_back(url, {"status": "success", "summary": f"{message['job_name']} did four steps"}, deadline, pause)
    except pika.exceptions.AMQPError:
        raise  # The broker is lost, so the message comes again.
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


def take(channel, method, properties, body):
    """Called by pika for each message."""
    # Others who may publish here can put anything into the headers. Those of Belfry are strings.
    headers = {name: value for name, value in (properties.headers or {}).items() if isinstance(value, str)}
    message = read(headers, body)
    if message is not None:
        run_once(message, channel.connection.sleep)
    # Only now the broker may forget the message. If this process dies before, another one gets it.
    channel.basic_ack(method.delivery_tag)


def consume():
    with pika.BlockingConnection(pika.URLParameters(AMQP_URL)) as connection:
        try:
            connection.channel().queue_declare(QUEUE, passive=True)
        except pika.exceptions.ChannelClosedByBroker:
            # There is no such queue. A quorum queue is kept on several nodes of the broker. The limit rids it of a
            # message that ends the connection each time, such as one whose headers pika can't decode. It also drops
            # a run whose connection was lost 20 times.
            connection.channel().queue_declare(
                QUEUE, durable=True, arguments={"x-queue-type": "quorum", "x-delivery-limit": 20})
        channel = connection.channel()
        # One message at a time. Start more processes to work on more.
        channel.basic_qos(prefetch_count=1)
        channel.basic_consume(QUEUE, take)
        print(f"reading {QUEUE}", flush=True)
        channel.start_consuming()


if __name__ == "__main__":
    # An outage of the broker does not end the service. The broker gives the message that was not acknowledged again.
    while True:
        try:
            consume()
        except Exception as error:
            print(f"lost the broker, next try in 1 s: {error!r}", flush=True)
        time.sleep(1)
