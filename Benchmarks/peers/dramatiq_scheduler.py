"""The peer's scheduler: makes the executions of the jobs that are due, and enqueues one message of dramatiq for each.

dramatiq has no way to enqueue several messages at once, so that is a loop, and pika writes each message to the socket
by itself. With PEER_PUBLISH_BATCH above 1 the messages go past dramatiq's enqueue and the public part of pika, and that
number of them is one write; this shows what dramatiq's way costs. The executions are on record before their messages
exist; those of a scheduler that dies in between stay pending, as there is no outbox.
"""

import os
import time

import pika
import store
from dramatiq_worker import QUEUE, broker, deliver

# Executions of one transaction. The first messages are enqueued after the first transaction.
CHUNK = 2_000
# How often an idle scheduler looks for new jobs, in seconds.
LOOK_EVERY = 0.1
BATCH = int(os.environ.get("PEER_PUBLISH_BATCH", "1"))
PERSISTENT = pika.BasicProperties(delivery_mode=pika.DeliveryMode.Persistent.value)


def enqueue(messages):
    if BATCH == 1:
        for message in messages:
            broker.enqueue(message)
        return
    for start in range(0, len(messages), BATCH):
        for message in messages[start:start + BATCH]:
            broker.channel._impl.basic_publish("", QUEUE, message.encode(), PERSISTENT)
        broker.connection._flush_output()


def run():
    connection = store.connect()
    broker.declare_queue(QUEUE, ensure=True)
    # From now on the queue exists, and workers may consume.
    print(QUEUE, flush=True)
    while True:
        next_due = connection.execute("SELECT min(due_at) FROM jobs WHERE due_at IS NOT NULL").fetchone()[0]
        wait = LOOK_EVERY if next_due is None else next_due / 1_000 - time.time()
        if wait > 0:
            time.sleep(min(wait, LOOK_EVERY))
            continue
        rows = store.create_executions(connection, int(time.time() * 1_000), CHUNK)
        enqueue([deliver.message(*fields) for fields in rows])


run()
