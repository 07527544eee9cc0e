"""Measures dramatiq at the work of `Scripts/bench strike N`. Prints one line of JSON with the same fields.

Starts the scheduler, the workers and the callback endpoint of the peer, and the service that is called. Makes N jobs
that are all due at the same instant, and measures until N successes are on record. Scripts/bench-peer calls it, with a
broker.
"""

import argparse
import contextlib
import json
import math
import os
import signal
import subprocess
import sys
import time

import pika
import processes
import store

HERE = os.path.dirname(os.path.abspath(__file__))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("n", type=int)
    parser.add_argument("--folder", required=True, help="for the store and the logs; it has no store yet")
    parser.add_argument("--amqp-port", type=int, required=True)
    parser.add_argument("--broker-pid", type=int, required=True)
    parser.add_argument("--service", required=True,
                        help="the program that is the service (PROGRAM service), or the URL of one that runs already")
    parser.add_argument("--processes", type=int, default=2, help="of the worker")
    parser.add_argument("--threads", type=int, default=16, help="of each of them")
    parser.add_argument("--prefetch", type=int, default=256, help="messages that each of them may hold")
    parser.add_argument("--publish-batch", type=int, default=1,
                        help="messages that are one write to the broker; above 1 it goes past dramatiq's enqueue")
    parser.add_argument("--durable", action="store_true",
                        help="wait for the confirm of each message, and commit as durably as Belfry does")
    return parser.parse_args()


class Children:
    """The processes that this one has started. All of them are stopped in the end."""

    def __init__(self, folder):
        self.folder = folder
        self.running = {}

    def start(self, name, command, **environment):
        """Starts a process in a group of its own. Its errors go to a file."""
        with open(os.path.join(self.folder, f"{name}.log"), "w") as log:
            self.running[name] = subprocess.Popen(
                command, cwd=HERE, env={**os.environ, **environment}, start_new_session=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        return self.running[name]

    def first_line(self, name):
        line = self.running[name].stdout.readline().decode().strip()
        if not line:
            raise SystemExit(f"{name} did not start; see {self.folder}/{name}.log")
        return line

    def check(self):
        for name, process in self.running.items():
            if process.poll() is not None:
                raise SystemExit(f"{name} has ended; see {self.folder}/{name}.log")

    def stop(self):
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for_consumers(port, queue, count, children):
    """Waits until each process of the worker consumes."""
    with contextlib.closing(pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", port))) as connection:
        channel = connection.channel()
        deadline = time.monotonic() + 60
        while channel.queue_declare(queue, passive=True).method.consumer_count < count:
            children.check()
            if time.monotonic() > deadline:
                raise SystemExit("the workers do not consume")
            time.sleep(0.1)


def start_peer(options, children):
    python = sys.executable
    children.start("callbacks", [python, "callbacks.py"])
    callback_url = children.first_line("callbacks")
    children.start("scheduler", [python, "dramatiq_scheduler.py"], PEER_PUBLISH_BATCH=str(options.publish_batch))
    queue = children.first_line("scheduler")
    children.start(
        "worker",
        [python, "-m", "dramatiq", "--processes", str(options.processes), "--threads", str(options.threads),
         "dramatiq_worker"],
        PEER_CALLBACK_URL=callback_url, dramatiq_queue_prefetch=str(options.prefetch))
    wait_for_consumers(options.amqp_port, queue, options.processes, children)


def start_service(options, children):
    """Returns the service's URL."""
    if options.service.startswith("http://"):
        return options.service
    children.start("bench", [options.service, "service"])
    return children.first_line("bench")


def wait_for_end(connection, count, children):
    """Returns the time at which all executions are over, which is exact to about 5 ms."""
    deadline = time.monotonic() + 60 + count / 100
    while not store.is_over(connection, count):
        children.check()
        if time.monotonic() > deadline:
            raise SystemExit(f"{store.success_count(connection)} of {count} successes are on record; waited too long")
        time.sleep(0.005)
    return time.time()


def arrival_fields(children, instant):
    """Ends the service. Returns the times from the instant to the webhooks."""
    if "bench" not in children.running:
        return {}
    output, _ = children.running.pop("bench").communicate(timeout=30)
    times = sorted(at - instant * 1_000 for at in json.loads(output)["arrivals_ms"])
    fields = {f"p{percent}_ms": times[len(times) * percent // 100] for percent in (50, 95, 99)}
    return {**fields, "max_ms": times[-1]}


def rounded(values, digits):
    return {name: round(value, digits) for name, value in values.items()}


def measure(options, children):
    connection = store.connect()
    store.create(connection)
    start_peer(options, children)
    url = start_service(options, children)
    roots = {"rabbitmq": options.broker_pid}
    roots.update((name, process.pid) for name, process in children.running.items())
    load = os.getloadavg()
    # Time enough to put the jobs.
    instant = math.ceil(time.time() + 2 + options.n / 100_000)
    store.put_jobs(connection, options.n, url, instant * 1_000)
    time.sleep(instant - 0.5 - time.time())
    cpu_before, busy_before = processes.cpu_seconds(roots), processes.busy_seconds()
    seconds = wait_for_end(connection, options.n, children) - instant
    cpu_after, busy = processes.cpu_seconds(roots), processes.busy_seconds() - busy_before
    resident = processes.resident_megabytes(roots)
    successes = store.success_count(connection)
    if successes != options.n:
        raise SystemExit(f"{successes} successes are on record, not {options.n}")
    cpu = {name: after - cpu_before[name] for name, after in cpu_after.items()}
    total = sum(cpu.values())
    return {
        "bench": "dramatiq", "n": options.n, "seconds": round(seconds, 3),
        "exec_per_s": round(options.n / seconds, 1), **arrival_fields(children, instant),
        "cpu_s": round(total, 2), "cpu_s_by_process": rounded(cpu, 2),
        "cpu_us_per_exec": round(total * 1e6 / options.n, 1), "rss_mb": round(sum(resident.values()), 1),
        "rss_mb_by_process": rounded(resident, 1), "other_cpu_s": round(max(0, busy - total), 2),
        "loadavg": [round(value, 2) for value in load],
    }


def main():
    options = arguments()
    os.environ.update(
        PEER_FOLDER=options.folder, PEER_AMQP_PORT=str(options.amqp_port), PEER_DURABLE="1" if options.durable else "")
    # So that the processes are stopped then, too.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    children = Children(options.folder)
    try:
        print(json.dumps(measure(options, children), separators=(",", ":")))
    finally:
        children.stop()


main()
