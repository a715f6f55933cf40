"""The Celery tasks. They carry the id of a row; everything else is read where it is kept, tokens above all.

Deliberately does not: use Celery's retries, results or acknowledgements for anything that matters. A message
may be lost or come twice; the lease makes both harmless.
"""

import uuid

from agent0.celery import app
from agent0.jobs import lease, revocation, worker
from stage.kit import state


@app.task(name="agent0.run_job")
def run_job(run_id: str) -> None:
    try:
        taken = lease.take(uuid.UUID(run_id))
    except lease.LeaseNotFree:
        return
    worker.work(taken)


@app.task(name="agent0.revoke_token")
def revoke_token(row_id: str) -> None:
    state.load()
    revocation.revoke(uuid.UUID(row_id))
