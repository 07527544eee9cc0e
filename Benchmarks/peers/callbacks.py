"""The peer's callback endpoint: answers 202 once the end of the execution is committed.

All callbacks that wait share one transaction. Tuned: uvloop, and httptools in the place of a framework.
"""

import asyncio
import sys
import time

import httptools
import orjson
import store
import uvloop

# How long a callback waits for others to share its transaction, in seconds.
GROUP_FOR = 0.002
ANSWERS = {
    status: f"HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n".encode()
    for status in ("202 Accepted", "400 Bad Request")
}


class Recorder:
    """Collects ends of executions and commits them together."""

    def __init__(self, loop):
        self.loop = loop
        self.connection = store.connect()
        self.waiting = []

    def add(self, transport, status, execution_id):
        if not self.waiting:
            self.loop.call_later(GROUP_FOR, self.commit)
        self.waiting.append((transport, status, execution_id))

    def commit(self):
        waiting, self.waiting = self.waiting, []
        now = int(time.time() * 1_000)
        store.record_ends(self.connection, [(status, now, execution_id) for _, status, execution_id in waiting])
        for transport, _, _ in waiting:
            transport.write(ANSWERS["202 Accepted"])


class Endpoint(asyncio.Protocol):
    """One connection. Its methods that begin with on_ are called by the parser."""

    def __init__(self, recorder):
        self.recorder = recorder
        self.parser = httptools.HttpRequestParser(self)

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.parser.feed_data(data)

    def on_message_begin(self):
        self.body = b""

    def on_url(self, url):
        self.url = url

    def on_body(self, part):
        self.body += part

    def on_message_complete(self):
        try:
            status = orjson.loads(self.body)["status"]
            execution_id = int(self.url.removeprefix(b"/callback/"))
            if status not in ("success", "fail"):
                raise ValueError(status)
        except (KeyError, TypeError, ValueError):
            self.transport.write(ANSWERS["400 Bad Request"])
            return
        self.recorder.add(self.transport, status, execution_id)


async def run():
    loop = asyncio.get_running_loop()
    recorder = Recorder(loop)
    server = await loop.create_server(lambda: Endpoint(recorder), "127.0.0.1", 0, backlog=1_024)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


try:
    uvloop.run(run())
except KeyboardInterrupt:
    sys.exit(130)
