"""The peer's store: jobs that are due at an instant, and their executions, in one file of SQLite.

The commits of WAL with synchronous=NORMAL survive a crash of a process, but not always one of the machine. Belfry's do
(synchronous=FULL); the peer is allowed to be faster here, unless it is asked to be as durable.
"""

import os
import sqlite3

SCHEMA = """
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY, service_name TEXT NOT NULL, job_name TEXT NOT NULL, url TEXT NOT NULL,
    payload TEXT NOT NULL, due_at INTEGER);
CREATE INDEX jobs_due ON jobs (due_at, id) WHERE due_at IS NOT NULL;
CREATE TABLE executions (
    id INTEGER PRIMARY KEY, job_id INTEGER NOT NULL, due_at INTEGER NOT NULL, status TEXT NOT NULL,
    created_at INTEGER NOT NULL, ended_at INTEGER);
"""


def path():
    return os.path.join(os.environ["PEER_FOLDER"], "store.sqlite")


def connect():
    """A connection without implicit transactions. It waits for other writers."""
    connection = sqlite3.connect(path(), timeout=30, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {'FULL' if os.environ.get('PEER_DURABLE') else 'NORMAL'}")
    return connection


def create(connection):
    connection.executescript(SCHEMA)


def put_jobs(connection, count, url, due_at):
    """Makes jobs that are all due at the same instant, in milliseconds since 1970."""
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "INSERT INTO jobs (service_name, job_name, url, payload, due_at) VALUES ('bench', ?, ?, '', ?)",
        ((f"strike-{number}", url, due_at) for number in range(count)),
    )
    connection.execute("COMMIT")


def create_executions(connection, now, limit):
    """Makes pending executions of jobs that are due, at most `limit`, in one transaction.

    Returns what a message needs of each: (execution id, service name, job name, url, payload).
    """
    connection.execute("BEGIN IMMEDIATE")
    first = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM executions").fetchone()[0]
    connection.execute(
        "INSERT INTO executions (job_id, due_at, status, created_at) "
        "SELECT id, due_at, 'pending', ? FROM jobs WHERE due_at <= ? ORDER BY due_at, id LIMIT ?",
        (now, now, limit),
    )
    connection.execute(
        "UPDATE jobs SET due_at = NULL WHERE id IN (SELECT job_id FROM executions WHERE id >= ?)", (first,)
    )
    rows = connection.execute(
        "SELECT e.id, service_name, job_name, url, payload FROM executions e JOIN jobs j ON j.id = job_id "
        "WHERE e.id >= ? ORDER BY e.id",
        (first,),
    ).fetchall()
    connection.execute("COMMIT")
    return rows


def record_ends(connection, ends):
    """Records the ends of executions in one transaction: (status, time, execution id) of each."""
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "UPDATE executions SET status = ?, ended_at = ? WHERE id = ? AND status = 'pending'", ends
    )
    connection.execute("COMMIT")


def is_over(connection, count):
    """Whether there are `count` executions and none is pending. Cheap, as the newest are the last to end."""
    newest = connection.execute("SELECT max(id) FROM executions").fetchone()[0]
    if newest is None or newest < count:
        return False
    pending = connection.execute("SELECT id FROM executions WHERE status = 'pending' ORDER BY id DESC LIMIT 1")
    return pending.fetchone() is None


def success_count(connection):
    return connection.execute("SELECT count(*) FROM executions WHERE status = 'success'").fetchone()[0]
