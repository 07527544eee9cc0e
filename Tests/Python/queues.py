"""What boto3 and botocore make of queues and of signatures; prints JSON.

Usage: queues.py create ENDPOINT NAME HIDDEN_SECONDS | receive ENDPOINT URL | send ENDPOINT URL BODY ATTRIBUTES |
    fill ENDPOINT URL COUNT BYTES ATTRIBUTES | sign REQUEST
"""

import base64
import json
import sys

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def client(endpoint):
    return boto3.client(
        "sqs", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret"
    )


def create(endpoint, name, hidden_seconds):
    attributes = {"VisibilityTimeout": hidden_seconds}
    if name.endswith(".fifo"):
        attributes["FifoQueue"] = "true"
    return client(endpoint).create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]


def receive(endpoint, url):
    answer = client(endpoint).receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"]
    )
    return [
        {
            "id": message["MessageId"],
            "body": message["Body"],
            "attributes": {name: one["StringValue"] for name, one in message.get("MessageAttributes", {}).items()},
            "group": message["Attributes"].get("MessageGroupId"),
            "deduplication": message["Attributes"].get("MessageDeduplicationId"),
        }
        for message in answer.get("Messages", [])
    ]


def send(endpoint, url, body, attributes):
    texts = {name: {"DataType": "String", "StringValue": text} for name, text in json.loads(attributes).items()}
    return client(endpoint).send_message(QueueUrl=url, MessageBody=body, MessageAttributes=texts)["MessageId"]


def fill(endpoint, url, count, length, attributes):
    return [send(endpoint, url, "x" * int(length), attributes) for _ in range(int(count))]


def count(endpoint, url):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = client(endpoint).get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return sum(int(answer["Attributes"][name]) for name in names)


def sign(request):
    """The signature of a request as it was received, over the headers that it names as signed."""
    given = json.loads(request)
    signed = given["headers"]["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    own = AWSRequest(
        method="POST",
        url=given["url"],
        data=base64.b64decode(given["body"]),
        headers={name: given["headers"][name] for name in signed},
    )
    own.context["timestamp"] = given["headers"]["x-amz-date"]
    auth = SigV4Auth(Credentials(given["key"], given["secret"]), given["service"], given["region"])
    return auth.signature(auth.string_to_sign(own, auth.canonical_request(own)), own)


commands = {"create": create, "receive": receive, "send": send, "fill": fill, "count": count, "sign": sign}
print(json.dumps(commands[sys.argv[1]](*sys.argv[2:])))
