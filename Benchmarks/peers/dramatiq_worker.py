"""The peer's broker and actor, for `dramatiq dramatiq_worker`: it posts the webhook of each message.

Tuned: JSON by orjson, of the middleware only Retries (a webhook that fails is repeated), and a kept connection of
libcurl for each thread. The time limit is libcurl's, so that no middleware needs to watch the threads.
"""

import os
import threading

import dramatiq
import orjson
import pycurl
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.middleware import Retries

QUEUE = "webhooks"


class OrjsonEncoder(dramatiq.Encoder):
    def encode(self, data):
        return orjson.dumps(data)

    def decode(self, data):
        return orjson.loads(data)


dramatiq.set_encoder(OrjsonEncoder())
broker = RabbitmqBroker(
    host="127.0.0.1", port=int(os.environ["PEER_AMQP_PORT"]), middleware=[Retries(max_retries=5)],
    confirm_delivery=bool(os.environ.get("PEER_DURABLE")))
dramatiq.set_broker(broker)
callback_url = os.environ.get("PEER_CALLBACK_URL", "")
kept = threading.local()


def connection():
    """This thread's handle of libcurl, which keeps its connections."""
    handle = getattr(kept, "handle", None)
    if handle is None:
        handle = kept.handle = pycurl.Curl()
        handle.setopt(pycurl.POST, 1)
        # An empty Expect, so that libcurl never waits for "100 Continue".
        handle.setopt(pycurl.HTTPHEADER, ["Content-Type: application/json", "Expect:"])
        handle.setopt(pycurl.NOSIGNAL, 1)
        handle.setopt(pycurl.PROXY, "")
        handle.setopt(pycurl.TIMEOUT, 30)
        handle.setopt(pycurl.WRITEFUNCTION, len)
    return handle


@dramatiq.actor(queue_name=QUEUE)
def deliver(execution_id, service_name, job_name, url, payload):
    body = {
        "callback_url": f"{callback_url}/callback/{execution_id}", "service_name": service_name, "job_name": job_name,
        "execution_id": execution_id, "payload": payload,
    }
    handle = connection()
    handle.setopt(pycurl.URL, url)
    handle.setopt(pycurl.POSTFIELDS, orjson.dumps(body))
    handle.perform()
    status = handle.getinfo(pycurl.RESPONSE_CODE)
    if not 200 <= status < 300:
        raise RuntimeError(f"the service answered {status}")
