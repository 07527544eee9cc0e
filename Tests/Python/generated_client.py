"""Generates a client from the OpenAPI document of the admin API, and manages a job with it.

Usage: generated_client.py API_URL FOLDER SERVICE_URL, with the key in BELFRY_API_KEY. SERVICE_URL/succeed is a target that
reports success, and SERVICE_URL/silent one that reports nothing. Exits with 1 if the generator warns, or if the API does
otherwise than the client expects.
"""

import os
import pathlib
import subprocess
import sys
import time

url, folder, service = sys.argv[1:]
# The generator runs its formatter by name.
path = f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
subprocess.run(
    [sys.executable, "-m", "openapi_python_client", "generate", "--url", f"{url}/openapi.json",
     "--output-path", f"{folder}/belfry_client", "--meta", "none", "--overwrite", "--fail-on-warning"],
    check=True, stdout=sys.stderr, env={**os.environ, "PATH": path})
sys.path.insert(0, folder)

from belfry_client import AuthenticatedClient
from belfry_client.api.executions import (
    cancel_execution, get_execution, list_job_executions, retry_execution, run_job, search_executions)
from belfry_client.api.jobs import (
    change_jobs, delete_job, get_job, list_jobs, list_service_jobs, put_job, search_jobs)
from belfry_client.api.keys import create_key, list_keys, revoke_key
from belfry_client.api.pauses import list_pauses, pause_job, resume_job
from belfry_client.api.status import get_status
from belfry_client.models import (
    Error, ErrorCode, ExecutionsSearch, ExecutionStatus, FailureReason, InvocationType, JobBatchDeletion, JobBatchInput,
    JobInput, JobsSearch, KeyInput, PauseInput, RunInput, Trigger)

client = AuthenticatedClient(base_url=url, token=os.environ["BELFRY_API_KEY"], raise_on_unexpected_status=True)


def job(target):
    return JobInput(
        async_=True, enabled=True, exclusive=False, invocation_type=InvocationType.HTTP,
        invocation_target=f"{service}/{target}", schedule="cron(0 0 1 1 ? 2199)", ttl_seconds=60, tags=["generated"])


def until(status, execution_id):
    end = time.monotonic() + 40
    while time.monotonic() < end:
        execution = get_execution.sync(execution_id, client=client)
        # It is on record a moment after the request.
        if not isinstance(execution, Error) and execution.status == status:
            return execution
        time.sleep(0.1)
    sys.exit(f"{execution_id} did not become {status}: {execution}")


assert put_job.sync_detailed("generated", "first", client=client, body=job("succeed")).status_code == 201
replaced = put_job.sync_detailed("generated", "first", client=client, body=job("succeed"))
assert replaced.status_code == 200 and replaced.parsed.tags == ["generated"], replaced
put_job.sync_detailed("generated", "second", client=client, body=job("silent"))
page = list_service_jobs.sync("generated", client=client, limit=1)
rest = list_service_jobs.sync("generated", client=client, limit=1, more=page.paging.more)
assert [item.job_name for item in page.results + rest.results] == ["first", "second"], (page, rest)
assert rest.paging.more is None and get_job.sync("generated", "first", client=client) == page.results[0]

both = ["first", "second"]
listed = list_jobs.sync(client=client, service_name=["generated"], job_name=both)
found = search_jobs.sync(client=client, body=JobsSearch(service_name="generated", job_name=both, tag="generated"))
assert [item.job_name for item in listed.results] == [item.job_name for item in found.results] == both, (listed, found)
stale = put_job.sync_detailed("generated", "first", client=client, body=job("succeed"), if_match='"0"')
assert stale.status_code == 412 and stale.parsed.code == ErrorCode.PRECONDITION_FAILED, stale
kept = get_job.sync_detailed("generated", "first", client=client, if_none_match=f'"{page.results[0].etag}"')
assert kept.status_code == 304, kept
paused = pause_job.sync("generated", "first", client=client, body=PauseInput(note="a generated client"))
assert paused.jobs == 1 and get_job.sync("generated", "first", client=client).paused.note == paused.note, paused
assert [pause.job_name for pause in list_pauses.sync(client=client, service_name="generated").results] == ["first"]
assert resume_job.sync("generated", "first", client=client).resumed_at is not None
key = create_key.sync(client=client, body=KeyInput(name="generated", scope="service:generated"))
assert key.key and "generated" in [item.name for item in list_keys.sync(client=client).results], key.name
assert revoke_key.sync_detailed("generated", client=client).status_code == 204
assert get_status.sync(client=client).jobs.total >= 2

run = run_job.sync("generated", "first", client=client, body=RunInput(payload="from a generated client"))
execution = until(ExecutionStatus.SUCCESS, run.execution_id)
assert execution.payload == "from a generated client" and execution.reason is None, execution
events = [entry.event.value for entry in execution.timeline]
assert events[0] == "created" and events[-1] == "success", events
retry = retry_execution.sync(run.execution_id, client=client)
assert until(ExecutionStatus.SUCCESS, retry.execution_id).trigger == Trigger.RETRY and retry.retry_of == run.execution_id
listed = list_job_executions.sync("generated", "first", client=client, status=ExecutionStatus.SUCCESS)
assert [item.execution_id for item in listed.results] == [retry.execution_id, run.execution_id], listed

cancelled = run_job.sync("generated", "second", client=client)
until(ExecutionStatus.INVOKED, cancelled.execution_id)
assert cancel_execution.sync_detailed(cancelled.execution_id, client=client).status_code == 202
assert until(ExecutionStatus.FAIL, cancelled.execution_id).reason == FailureReason.CANCELLED
found = search_executions.sync(
    client=client, body=ExecutionsSearch(service_name="generated", reason=FailureReason.CANCELLED))
assert [item.execution_id for item in found.results] == [cancelled.execution_id], found

wrong = job("succeed")
wrong.ttl_seconds = 0
refused = put_job.sync_detailed("generated", "third", client=client, body=wrong)
assert refused.status_code == 422 and refused.parsed.code == ErrorCode.INVALID, refused
assert [error.field for error in refused.parsed.errors] == ["/ttl_seconds"], refused.parsed
assert delete_job.sync_detailed("generated", "first", client=client).status_code == 204
batch = change_jobs.sync(client=client, body=JobBatchInput(
    delete=[JobBatchDeletion(service_name="generated", job_name=name) for name in both]))
assert [item.job_name for item in batch.deleted] == ["second"], batch
missing = get_job.sync("generated", "first", client=client)
assert missing.code == ErrorCode.NOT_FOUND and missing.request_id, missing
