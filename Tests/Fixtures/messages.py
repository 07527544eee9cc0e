"""Takes messages out of a broker and publishes them again, with the types of all header values.

Usage: messages.py publish AMQP_URL FILE PORT | store SQLITE_FILE PORT
PORT is that of the test's service, which takes the place of the fixture's in the messages, or in the targets of jobs.
"""

import base64
import datetime
import decimal
import json
import sqlite3
import sys

import pika

# The port of the services in the fixtures. Nobody listens there.
SERVICE_PORT = 29999
PROPERTIES = [
    "content_type", "content_encoding", "delivery_mode", "priority", "correlation_id", "reply_to", "expiration",
    "message_id", "type", "user_id", "app_id",
]  # fmt: skip


def packed(value):
    """A header value with its AMQP type, as JSON can hold it."""
    if isinstance(value, bool):
        return {"bool": value}
    if isinstance(value, int):
        return {"int": value}
    if isinstance(value, str):
        return {"text": value}
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, datetime.datetime):
        return {"time": int(value.replace(tzinfo=datetime.timezone.utc).timestamp())}
    if isinstance(value, dict):
        return {"table": {key: packed(one) for key, one in value.items()}}
    if isinstance(value, list):
        return {"list": [packed(one) for one in value]}
    if isinstance(value, (decimal.Decimal, float)):
        return {type(value).__name__.lower(): str(value)}
    return {"none": value}


def unpacked(value):
    (kind, content), = value.items()
    match kind:
        case "bytes":
            return base64.b64decode(content)
        case "time":
            return datetime.datetime.fromtimestamp(content, datetime.timezone.utc).replace(tzinfo=None)
        case "table":
            return {key: unpacked(one) for key, one in content.items()}
        case "list":
            return [unpacked(one) for one in content]
        case "decimal":
            return decimal.Decimal(content)
        case "float":
            return float(content)
    return content


def record(queue, method, properties, body):
    """A message as a line of JSON: the queue where it waits, and where it was published to."""
    found = {name: getattr(properties, name) for name in PROPERTIES}
    return {
        "queue": queue,
        "exchange": method.exchange,
        "routing_key": method.routing_key,
        "properties": {name: value for name, value in found.items() if value is not None},
        "headers": {name: packed(value) for name, value in (properties.headers or {}).items()},
        "body": body.decode(),
    }


def take(connection, queue, removes=False):
    """Reads all that waits in a queue. What is not removed goes back to its place, as redelivered."""
    channel = connection.channel()
    taken = []
    for method, properties, body in channel.consume(queue, inactivity_timeout=0.3):
        if method is None:
            break
        taken.append(record(queue, method, properties, body))
        if removes:
            channel.basic_ack(method.delivery_tag)
    channel.close()
    return taken


def put(connection, messages):
    """Publishes messages as they were published first: their exchanges and routing keys lead to their queues."""
    channel = connection.channel()
    channel.confirm_delivery()
    for message in messages:
        headers = {name: unpacked(value) for name, value in message["headers"].items()}
        properties = pika.BasicProperties(headers=headers or None, **message["properties"])
        body = message["body"].encode()
        channel.basic_publish(message["exchange"], message["routing_key"], body, properties, mandatory=True)
    channel.close()


def publish(url, path, port):
    connection = pika.BlockingConnection(pika.URLParameters(url))
    with open(path, encoding="utf-8") as file:
        put(connection, [json.loads(line.replace(f":{SERVICE_PORT}/", f":{port}/")) for line in file])
    connection.close()


def store(path, port):
    with sqlite3.connect(path) as database:
        database.execute(
            "UPDATE job SET document = replace(document, ?, ?)", [f":{SERVICE_PORT}/", f":{port}/"]
        )


if __name__ == "__main__":
    {"publish": publish, "store": store}[sys.argv[1]](*sys.argv[2:])
