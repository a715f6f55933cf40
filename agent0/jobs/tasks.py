"""The Celery task. It carries a Run's id; everything else is read where it is kept.

Deliberately does not: use Celery's retries, results or acknowledgements for anything that matters. A message
may be lost or come twice; the lease makes both harmless.
"""

import uuid

from agent0.celery import app
from agent0.jobs import lease, worker


@app.task(name="agent0.run_job")
def run_job(run_id: str) -> None:
    try:
        taken = lease.take(uuid.UUID(run_id))
    except lease.LeaseNotFree:
        return
    worker.work(taken)
