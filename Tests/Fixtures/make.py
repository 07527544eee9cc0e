"""Gives an installation that Scripts/up has started a past, stops its stages one by one so that messages of every kind
stay in the queues, and writes the store, the messages, and what must become of both.

Usage: make.py HOME FOLDER
"""

import json
import os
import random
import shlex
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pika
from messages import SERVICE_PORT, put, record, take

home, folder = sys.argv[1:]
settings = dict(shlex.split(line)[0].split("=", 1) for line in open(f"{home}/env"))
NEVER = "cron(0 0 1 1 ? 2199)"
webhooks = {}
tokens = {}


class Service(BaseHTTPRequestHandler):
    """Answers as the path says, which is also what the tests' service understands."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        kind = self.path.split("/")[1]
        tokens[body["execution_id"]] = body["callback_url"].rsplit("/", 1)[1]
        webhooks.setdefault(body["job_name"], []).append(body["execution_id"])
        if kind == "slow":
            time.sleep(8)
        # The tests' service repairs what was missing here.
        codes = {"recover": 404, "status": int(self.path.rsplit("/", 1)[1]) if kind == "status" else 0}
        self.send_response(codes.get(kind, 200))
        self.send_header("Content-Length", "0")
        self.end_headers()
        end = {
            "succeed": {"status": "success", "summary": "500 sent", "state": "page 7 ü", "correlation_id": "inv-1"},
            "fail": {"status": "fail", "error": {"code": 7, "at": ["a", "b"]}, "summary": "went wrong"},
        }.get(kind)
        if end and not body.get("test"):
            threading.Thread(target=report, args=(body["execution_id"], [{"progress": 40}, end])).start()

    def log_message(self, *_):
        pass


def call(url, body=None, method=None, **headers):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} | headers
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=40) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def api(method, path, body=None, expect=range(200, 300)):
    status, answer = call(
        settings["BELFRY_API_URL"] + path, body, method, Authorization="Bearer " + settings["BELFRY_API_KEY"]
    )
    assert status in expect, f"{method} {path}: {status} {answer}"
    return answer


def report(execution, callbacks):
    for callback in callbacks:
        time.sleep(0.3)
        url = f"{settings['BELFRY_CALLBACK_URL']}/callback/{tokens[execution]}"
        status, answer = call(url, {"status": "processing"} | callback)
        assert status == 202, f"{status} {answer}"


def job(name, path="succeed", **fields):
    service, short = name.split("/")
    fields = {
        "async": True, "enabled": True, "exclusive": False, "invocation_type": "http", "ttl_seconds": 60,
        "invocation_target": f"http://127.0.0.1:{SERVICE_PORT}/{path}", "schedule": NEVER,
        "heartbeat_interval_seconds": 60,
    } | fields  # fmt: skip
    api("PUT", f"/services/{service}/jobs/{short}", fields)
    return name


def path(name):
    return "/services/{}/jobs/{}".format(*name.split("/"))


def run(name, **body):
    return api("POST", path(name) + "/run", body or None)["execution_id"]


def at(seconds):
    """A schedule with one occurrence, this many seconds from now."""
    return time.strftime("at(%Y-%m-%dT%H:%M:%S)", time.gmtime(time.time() + seconds))


def until(what, ask, seconds=40):
    deadline = time.time() + seconds
    while time.time() < deadline:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.2)
    raise SystemExit(f"not reached within {seconds} s: {what}")


def status(execution):
    found = api("GET", f"/executions/{execution}", expect=[200, 404])
    return ":".join(filter(None, [found.get("status"), found.get("reason")]))


def reach(execution, expected):
    until(f"{execution} is {expected}", lambda: status(execution) == expected)
    return execution


def is_running(pid):
    try:
        # Of a zombie, which its parent has not waited for, it can't be read.
        return bool(os.readlink(f"/proc/{pid}/exe"))
    except OSError:
        return False


def stop(*stages):
    pids = [int(open(f"{home}/pids/{stage}.1").read()) for stage in stages]
    for pid in pids:
        os.kill(pid, signal.SIGTERM)
    until(f"{stages} have ended", lambda: not any(map(is_running, pids)))


def start(stage, **environment):
    with open(f"{home}/logs/{stage}.1.log", "a") as log:
        process = subprocess.Popen(
            [f"{home}/stages/{stage}.1"], stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
            env=os.environ | environment,
        )  # fmt: skip
    threading.Thread(target=process.wait, daemon=True).start()
    with open(f"{home}/pids/{stage}.1", "w") as file:
        file.write(str(process.pid))
    line = next(line for line in open(f"{home}/stages/{stage}.1") if "BELFRY_HEALTH_LISTEN=" in line)
    url = "http://" + line.strip().split("=", 1)[1] + "/readyz"

    def ready():
        try:
            return urllib.request.urlopen(url, timeout=2).status == 200
        except OSError:
            return False

    until(f"{stage} is ready", ready)


def broker():
    return pika.BlockingConnection(pika.URLParameters(settings["BELFRY_AMQP_URL"]))


def send(exchange, key, body, url="BELFRY_AMQP_URL", **headers):
    connection = pika.BlockingConnection(pika.URLParameters(settings[url]))
    channel = connection.channel()
    channel.confirm_delivery()
    properties = pika.BasicProperties(delivery_mode=2, message_id=str(uuid.uuid4()), headers=headers)
    channel.basic_publish(exchange, key, json.dumps(body).encode(), properties, mandatory=True)
    connection.close()


def callback(execution, body):
    """Reports by a message, as a service may."""
    token = {"x-belfry-token": tokens[execution]}
    send("belfry.callbacks", "left", body, "BELFRY_CALLBACKS_AMQP_URL", **token)


def depth(queue):
    connection = broker()
    count = connection.channel().queue_declare(queue, passive=True).method.message_count
    connection.close()
    return count


def letters(queue):
    until(f"{queue} has a dead letter", lambda: depth(f"belfry.{queue}.dead"))


def belfry(*arguments):
    return subprocess.run(
        [f"{settings['BELFRY_BIN']}/belfry", *arguments], env=os.environ | settings, check=True, text=True,
        stdout=subprocess.PIPE,
    ).stdout.strip()  # fmt: skip


def step(text):
    print(time.strftime("%X"), text, file=sys.stderr, flush=True)


def operators():
    """Keys, secrets and pauses."""
    made = {}
    for name, scope in [("reader", "read"), ("billing-team", "service:billing"), ("gone", "admin")]:
        made[name] = api("POST", "/keys", {"name": name, "scope": scope})["key"]
    api("DELETE", "/keys/gone")
    belfry("secrets", "rotate", "shop", "--overlap", "30d")
    belfry("secrets", "rotate", "shop", "--overlap", "30d")
    job("ops/paused", tags=["nightly"])
    job("ops/paused-until")
    job("night/by-tag", tags=["nightly", "pause test/ä"])
    job("quiet/by-service")
    api("POST", "/services/ops/jobs/paused/pause", {"note": "ticket 4711 ü"})
    api("POST", "/services/ops/jobs/paused-until/pause", {"until": "2199-01-01T00:00:00Z"})
    api("POST", "/tags/pause%20test%2F%C3%A4/pause", {"note": "moving"})
    api("POST", "/services/quiet/pause")
    api("POST", "/services/shop/pause", {"note": "over"})
    api("POST", "/services/shop/resume")
    return {"keys": made, "shop_secret": belfry("secrets", "show", "shop")}


def history():
    """Jobs of several kinds, with executions that have ended in each way, and dead letters."""
    job(
        "billing/invoices", exclusive=True, misfire="all", misfire_max_age_seconds=86400, time_zone="Europe/Madrid",
        dst="shift,both", schedule="cron(30 2 ? * MON-FRI 2199)", payload='{"batch": "500 ü"}',
        retry={"max_attempts": 5, "backoff_seconds": [1, 2, 30]}, timeout_seconds=20, headers={"x-team": "billing"},
        start_at="2020-01-01T00:00:00Z", end_at="2199-12-31T00:00:00Z", tags=["nightly", "money"], owner="billing-repo",
        description="Sends the invoices.",
    )  # fmt: skip
    job("billing/trips", "fail")
    job("billing/refused", "recover", retry={"max_attempts": 2, "backoff_seconds": [1]})
    job("billing/short", "silent", ttl_seconds=2, heartbeat_interval_seconds=1)
    job("billing/silent", "silent", heartbeat_interval_seconds=1)
    job("billing/disabled", enabled=False)
    job("shop/signed")
    job("shop/by-queue", invocation_type="rabbitmq", invocation_target="queue:orders")
    job("shop/gone")
    connection = pika.BlockingConnection(pika.URLParameters(settings["BELFRY_SERVICE_AMQP_URL"]))
    connection.channel().queue_declare("orders", durable=True)
    ended = {
        reach(run("billing/invoices"), "success"): "success",
        reach(run("billing/trips"), "fail:reported"): "fail:reported",
        reach(run("shop/signed", payload="another one"), "success"): "success",
        reach(run("shop/gone"), "success"): "success",
    }
    api("DELETE", path("shop/gone"))
    job("billing/locked", "silent", exclusive=True, schedule=at(4))
    held = reach(run("billing/locked"), "invoked")
    refused = reach(run("billing/refused"), "fail:invocation")
    retried = api("POST", f"/executions/{refused}/retry")["execution_id"]
    cancelled = reach(run("shop/by-queue"), "invoked")
    api("POST", f"/executions/{cancelled}/cancel")
    ended |= {
        refused: "fail:invocation", reach(retried, "fail:invocation"): "fail:invocation",
        reach(cancelled, "fail:cancelled"): "fail:cancelled",
        reach(run("billing/silent"), "fail:heartbeat"): "fail:heartbeat",
        reach(run("billing/short"), "fail:ttl"): "fail:ttl",
    }  # fmt: skip
    locked = until("an occurrence was locked", lambda: api("POST", "/executions", {"reason": "locked"})["results"])
    ended[locked[0]["execution_id"]] = "fail:locked"
    report(held, [{"status": "fail", "error": "no such account"}])
    ended[reach(held, "fail:reported")] = "fail:reported"
    connection.channel().queue_purge("orders")
    connection.close()
    unknown = uuid.UUID(int=random.Random(8).getrandbits(128), version=4)
    send("belfry", "schedule.due", {"schedule": "none"})
    letters("dispatcher.due")
    send("belfry", f"execution.cancelled.{unknown.bytes[0] % 4}", {
        "execution_id": str(unknown), "cancelled_at_ms": 1_700_000_000_000,
    })  # fmt: skip
    letters(f"ingester.reports.{unknown.bytes[0] % 4}")
    send("belfry.callbacks", "forged", {"status": "success"}, "BELFRY_CALLBACKS_AMQP_URL", **{"x-belfry-token": "v1.x"})
    letters("ingester.callbacks")
    letters("courier.deliveries")
    return ended


def late():
    """Occurrences that were handled late: one missed, two buffered. And a request for a job that was deleted."""
    job("late/skipped", schedule=at(3), misfire="skip")
    opened = []
    for name in ["late/buffered", "late/released"]:
        job(name, "later", exclusive=True, misfire="all", schedule=at(3), ttl_seconds=600)
        opened.append(run(name))
    for execution in opened:
        reach(execution, "invoked")
    job("late/deleted")
    stop("dispatcherd")
    run("late/deleted")
    api("DELETE", path("late/deleted"))
    step("waits until the occurrences are late")
    time.sleep(66)
    start("dispatcherd")
    letters("dispatcher.runs")

    def waiting():
        found = api("POST", "/executions", {"service_name": "late"})["results"]
        return len([one for one in found if one["buffered"]]) == 2 and found

    found = until("two executions are buffered", waiting)
    missed = next(one for one in found if one.get("reason") == "missed")
    return opened, {missed["execution_id"]: "fail:missed"}


def name_of(message):
    """The job of a delivery; of a mark None."""
    return json.loads(message["body"]).get("job")


def intercepted(queue, act):
    """Takes the first message that comes into a queue after `act`, before any stage gets it."""
    connection = broker()
    channel = connection.channel()
    taken = channel.consume(queue, arguments={"x-priority": 10}, inactivity_timeout=20)
    thread = threading.Thread(target=act)
    thread.start()
    method, properties, body = next(taken)
    channel.basic_ack(method.delivery_tag)
    connection.close()
    thread.join()
    return record(queue, method, properties, body)


def with_progress(seconds):
    """Waits. Meanwhile reaperd reads that the lines of reports are handled, although no recorder runs: it would report
    nothing otherwise."""
    store = sqlite3.connect(f"{home}/belfry.sqlite", timeout=10, isolation_level=None)
    before = store.execute("SELECT latest_sign_ms, latest_mark_ms, line FROM report_line").fetchall()
    for _ in range(seconds):
        now = int(time.time() * 1000)
        store.execute("UPDATE report_line SET latest_sign_ms = ?, latest_mark_ms = ?", [now, now])
        time.sleep(1)
    store.executemany("UPDATE report_line SET latest_sign_ms = ?, latest_mark_ms = ? WHERE line = ?", before)
    store.close()


def leftovers(opened):
    """Stops the stages in turn, so that the messages of each kind stay. Returns those that were taken aside."""
    job("left/running", "later", ttl_seconds=600)
    job("left/by-message", "later", ttl_seconds=600)
    job("left/cancelled", "later", ttl_seconds=600)
    job("left/accepted", "later")
    job("left/lost")
    job("left/too-late", "status/503", retry={"max_attempts": 5, "backoff_seconds": [1]})
    job("left/waits", "status/503", retry={"max_attempts": 5, "backoff_seconds": [300]}, ttl_seconds=604800)
    job("left/refused", "recover")
    job("left/slow", "slow", ttl_seconds=600)
    job("left/expired", "later", ttl_seconds=15, heartbeat_interval_seconds=5)
    for name in ["left/requested", "left/due", "left/asked", "shop/left"]:
        job(name)
    job("left/by-queue", invocation_type="rabbitmq", invocation_target="queue:orders")
    ids = {name: reach(run("left/" + name), "invoked") for name in ["running", "by-message", "cancelled", "expired"]}
    report(ids["running"], [{"progress": 30, "extend_seconds": 500}])
    reach(ids["running"], "processing")

    step("loses a delivery")
    stop("courierd")
    ids["lost"] = run("left/lost")
    until("the delivery waits", lambda: depth("belfry.courier.deliveries"))
    assert [name_of(message) for message in take(broker(), "belfry.courier.deliveries", removes=True)] == ["left/lost"]
    stop("ingesterd")
    # By it the next recorder releases the buffered run.
    callback(opened[1], {"status": "success", "summary": "done"})
    mark = intercepted("belfry.courier.deliveries", lambda: start("courierd"))
    # A mark that is ten seconds younger than the lost delivery must reach a courier.
    time.sleep(18)
    stop("courierd")

    step("fills the queue of couriers")
    job("left/at-courier", schedule=at(2))
    until("the occurrence waits for couriers", lambda: depth("belfry.courier.deliveries"))
    until("marks wait", lambda: depth("belfry.courier.bulk") >= 3)
    marks = take(broker(), "belfry.courier.bulk", removes=True)
    put(broker(), marks[1:])
    # From here on all must be done within ten seconds: a courier asks the record about older deliveries.
    for name in ["accepted", "too-late", "waits", "refused", "slow", "requested", "by-queue"]:
        ids[name] = run("left/" + name)
    ids["shop"] = run("shop/left")
    ids["slow-too"], ids["slow-three"] = run("left/slow"), run("left/slow")
    until("the deliveries wait", lambda: depth("belfry.courier.deliveries") >= 11)
    stop("dispatcherd")

    step("finds the lost delivery, and releases the buffered run")
    start("ingesterd")
    until("both are requested", lambda: depth("belfry.dispatcher.redeliveries") >= 2, 60)
    stop("ingesterd")
    # Those that are left aside stay in the queue, as it were. A courier would ask the record about requeued ones.
    waiting = take(broker(), "belfry.courier.deliveries", removes=True)
    names = ["left/requested", "left/by-queue", "shop/left", "left/at-courier"]
    aside = [message for message in waiting if name_of(message) in names]
    assert len(aside) == 4, waiting
    put(broker(), [message for message in waiting if message not in aside])
    start("courierd")

    step("collects reports")
    start("ingesterd", BELFRY_ROLE="callback")
    until("the webhook", lambda: "accepted" in webhooks and len(webhooks.get("slow", [])) >= 1)
    report(ids["accepted"], [{"progress": 10}])
    api("POST", f"/executions/{ids['cancelled']}/cancel")
    with_progress(14)
    stop("ingesterd", "courierd")
    callback(ids["by-message"], {"status": "success", "summary": "by message"})

    step("collects requests")
    job("left/ticked", schedule=at(3))
    ids["asked"] = run("left/asked", payload="by hand")
    failed = api("POST", "/executions", {"job_name": "trips", "status": "fail"})["results"][0]["execution_id"]
    ids["retry"] = api("POST", f"/executions/{failed}/retry")["execution_id"]
    stop("deadletterd")
    for method, url, body in [
        ("PUT", path("left/due") + "?verify=true", api("GET", path("left/due"))),
        ("GET", "/dead-letters?queue=courier.deliveries", None),
        ("POST", "/dead-letters:drop", {"reason": "unreadable", "dry_run": True}),
    ]:
        threading.Thread(target=lambda *given: call_quietly(*given), args=(method, url, body), daemon=True).start()
    until("an occurrence waits", lambda: depth("belfry.dispatcher.due"))
    until("the test waits", lambda: depth("belfry.dispatcher.runs") >= 3)
    until("the requests wait", lambda: depth("belfry.deadletter.requests") >= 2)
    # They expire after half a minute.
    requests = take(broker(), "belfry.deadletter.requests", removes=True)
    return ids, [*aside, mark, marks[0], *requests]


def bulk():
    """Due events and deliveries beyond a service's share. Their jobs would make the store large, so they come later."""
    start("consoled")
    start("tickerd")
    schedule = at(5)
    for part in range(3):
        names = [f"job-{part}-{number}" for number in range(400)]
        fields = api("GET", path("left/due"))
        shown_only = ["job_guid", "created_at", "updated_at", "next_occurrence", "paused", "etag"]
        fields = {key: value for key, value in fields.items() if key not in shown_only} | {"service_name": "bulk"}
        puts = [fields | {"job_name": name, "schedule": schedule} for name in names]
        api("POST", "/jobs:batch", {"put": puts})
    until("the bulk is due", lambda: depth("belfry.dispatcher.bulk"))
    found = take(broker(), "belfry.dispatcher.bulk")[:1]
    start("dispatcherd")
    until("the bulk waits", lambda: depth("belfry.courier.bulk") >= 3)
    stop("dispatcherd", "tickerd", "consoled")
    bulky = [one for one in take(broker(), "belfry.courier.bulk") if one["routing_key"] == "delivery.requested.bulk"]
    return found + bulky[:1]


def call_quietly(*given):
    try:
        api(*given)
    except (AssertionError, OSError) as error:
        step(f"no answer: {error}")


def all_messages():
    listed = subprocess.run(
        ["Scripts/broker", "ctl", f"{home}/broker", "list_queues", "name", "messages", "--no-table-headers"],
        check=True, text=True, stdout=subprocess.PIPE,
    ).stdout  # fmt: skip
    connection = broker()
    found = []
    for line in sorted(listed.splitlines()):
        queue, count = line.split("\t")
        if int(count) and not queue.startswith(("belfry.answers", "belfry.subscriber")):
            found += take(connection, queue)
    connection.close()
    return found


def thinned(messages, accepted):
    """Signs of life and marks come every second; two of a kind in a queue are enough. Of the deliveries that seem to be
    lost, one that was made stays: those that were taken aside would be made twice."""
    kept, counts = [], {}
    for message in messages:
        key = (message["queue"], message["routing_key"])
        counts[key] = counts.get(key, 0) + 1
        if ".overdue." in message["routing_key"] and accepted not in message["body"]:
            continue
        if counts[key] <= 2 or not message["routing_key"].startswith(("sign_of_life", "mark.taken", "delivery.mark")):
            kept.append(message)
    return kept


def write_messages(name, messages):
    with open(f"{folder}/{name}.jsonl", "w", encoding="utf-8") as file:
        for message in messages:
            print(json.dumps(message, ensure_ascii=False), file=file)
    print(name, sorted({(m["queue"], m["routing_key"]) for m in messages}), file=sys.stderr)


def pages(url):
    """All results of a list."""
    found, more = [], ""
    while more is not None:
        page = api("GET", url + (f"&more={more}" if more else ""))
        found += page["results"]
        more = page.get("paging", {}).get("more")
    return found


def shown():
    """What the API of this version shows."""
    executions = pages("/executions?limit=100")
    return {
        "jobs": pages("/jobs?limit=100"),
        "executions": executions,
        "timelines": [api("GET", f"/executions/{one['execution_id']}") for one in executions],
        "pauses": api("GET", "/pauses")["results"],
        "audit": pages("/audit?limit=100"),
        "keys": api("GET", "/keys")["results"],
    }


def write_json(name, value):
    with open(f"{folder}/{name}.json", "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)
        file.write("\n")


def write_store():
    if os.path.exists(f"{folder}/store.sqlite"):
        os.remove(f"{folder}/store.sqlite")
    store = sqlite3.connect(f"{home}/belfry.sqlite")
    # One file, and no journal beside it.
    store.execute("VACUUM INTO ?", [f"{folder}/store.sqlite"])
    store.close()


def main():
    server = ThreadingHTTPServer(("127.0.0.1", SERVICE_PORT), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    facts = operators()
    step("makes a history")
    connection = broker()
    channel = connection.channel()
    channel.queue_declare("belfry.subscriber.fixtures", durable=True)
    channel.queue_bind("belfry.subscriber.fixtures", "belfry.events", "#")
    connection.close()
    ended = history()
    opened, missed = late()
    ids, aside = leftovers(opened)
    stop("tickerd", "reaperd")
    write_json("api", shown())
    stop("consoled")
    write_messages("messages", aside + thinned(all_messages(), ids["accepted"]))
    write_store()
    events = {}
    for event in take(broker(), "belfry.subscriber.fixtures"):
        events.setdefault(event["routing_key"].split(".")[1], event)
    write_messages("events", events.values())
    facts |= {
        "made_ms": int(time.time() * 1000),
        "ended": ended | missed, "left": ids, "opened": opened,
        "tokens": {one: tokens[one] for one in [*ids.values(), *opened] if one in tokens},
    }  # fmt: skip
    write_json("facts", facts)
    write_messages("more-messages", bulk())


main()
