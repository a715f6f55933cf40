"""Agent0's Celery app: ``celery -A agent0.celery worker``. All its settings stand in ``agent0.settings`` as
CELERY_*.

In the flow: a page stores a Run and publishes its id; the worker takes the Run and acts. The broker carries
ids and nothing else, so what lies in a queue folder or in Redis is worth nothing to whoever reads it.

Deliberately does not: keep results. What a page shows is the Run and its Steps in Agent0's own database.
"""

import os

from celery import Celery
from celery.signals import worker_init

from stage.kit import gate, telemetry

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agent0.settings")

app = Celery("agent0")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def be_staged(**_signal: object) -> None:
    telemetry.start("worker")
    gate.install()
