"""A subscriber to Belfry's events, with the package pika: it prints a line for each execution that has finished.

It declares a queue of its own and binds it to the exchange belfry.events. The events wait in the queue while the
subscriber is down. An event may come twice, so it does nothing about one whose id it knows.

Settings, by environment variables:
  AMQP_URL  the broker of Belfry, with the user belfry-subscriber. Scripts/up calls it BELFRY_EVENTS_AMQP_URL.
  QUEUE     the name of the queue (belfry.subscriber.example-python). It begins with belfry.subscriber.
  BINDING   the routing keys of the events, as a topic exchange takes them (execution.finished.#)
"""

import collections
import json
import os
import time

import pika

AMQP_URL = os.environ.get("AMQP_URL", "")
if not AMQP_URL.startswith(("amqp://", "amqps://")):
    raise SystemExit("set AMQP_URL to the broker of Belfry: amqp://belfry-subscriber:PASSWORD@HOST:PORT/")
QUEUE = os.environ.get("QUEUE", "belfry.subscriber.example-python")
BINDING = os.environ.get("BINDING", "execution.finished.#")

# The ids of the events that were handled. A real subscriber keeps them in its database, with what it makes of the
# events; this one remembers the latest 10,000.
done = collections.OrderedDict()


def handle(event):
    """Your work goes here."""
    execution = event["execution"]
    reason = f" ({execution['reason']})" if execution["reason"] else ""
    job = f"{execution['service_name']}/{execution['job_name']}"
    print(f"{event['occurred_at']} {job} {execution['execution_id']}: {execution['status']}{reason}", flush=True)


def take(channel, method, properties, body):
    """Called by pika for each message."""
    try:
        event = json.loads(body)
        # Fields may be added to this form. Any other change would give it another name.
        if event["schema"] != "belfry.event/1":
            print(f"ignored an event of the form {event['schema']}", flush=True)
        elif event["id"] in done:
            print(f"{event['id']}: ignored a repeat", flush=True)
        else:
            handle(event)
            done[event["id"]] = True
            if len(done) > 10_000:
                done.popitem(last=False)
    except (ValueError, TypeError, LookupError) as error:
        print(f"ignored a message that can't be read: {error!r}", flush=True)
    # Only now the broker may forget the message. If this process dies before, the message comes again.
    channel.basic_ack(method.delivery_tag)


def consume():
    with pika.BlockingConnection(pika.URLParameters(AMQP_URL)) as connection:
        try:
            connection.channel().queue_declare(QUEUE, passive=True)
        except pika.exceptions.ChannelClosedByBroker:
            # There is no such queue. A quorum queue is kept on several nodes of the broker. When it has a million
            # messages, it takes no more: the broker's disk must not fill up while this subscriber is down. Such events
            # are lost for it.
            connection.channel().queue_declare(
                QUEUE, durable=True,
                arguments={
                    "x-queue-type": "quorum", "x-delivery-limit": 20, "x-max-length": 1_000_000,
                    "x-overflow": "reject-publish",
                })
        channel = connection.channel()
        channel.queue_bind(QUEUE, "belfry.events", BINDING)
        channel.basic_qos(prefetch_count=100)
        channel.basic_consume(QUEUE, take)
        print(f"reading {QUEUE}", flush=True)
        channel.start_consuming()


if __name__ == "__main__":
    # An outage of the broker does not end the subscriber. What was not acknowledged comes again.
    while True:
        try:
            consume()
        except Exception as error:
            print(f"lost the broker, next try in 1 s: {error!r}", flush=True)
        time.sleep(1)
