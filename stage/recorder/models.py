"""The evidence, one row a span, in the order in which it arrived (docs/decisions/0009).

In the flow: the parties' spans arrive over OTLP and are appended here. Every page of the recorder, the lab checks
and the exports are views of these rows; none writes one.

Deliberately does not: hold a secret or a signature. Redaction happens in the party, before a span leaves it.
"""

from django.db import models


class Record(models.Model):
    """One span. ``seq`` orders records by arrival; the times are the party's own, in UTC."""

    class Kind(models.TextChoices):
        SERVER = "server"
        CLIENT = "client"
        PRODUCER = "producer"
        CONSUMER = "consumer"
        INTERNAL = "internal"

    seq = models.BigAutoField(primary_key=True)
    trace_id = models.CharField(max_length=32, db_index=True)
    span_id = models.CharField(max_length=16)
    parent_span_id = models.CharField(max_length=16, blank=True)
    linked_trace_ids = models.JSONField(default=list)
    place = models.CharField(max_length=40)
    instance = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    # {"method", "url", "request": {"target", "headers", "body", "size"}, "response": {"status", "headers", "body",
    # "size"} or None, "error", "redactions": [...], "tokens": [{"fp", "kind", "where"}]}; empty: no HTTP exchange.
    exchange = models.JSONField(default=dict)
    # [{"number", "name", "title", "outcome", "note", "at"}], in the order in which they ran.
    checks = models.JSONField(default=list)
    faults = models.JSONField(default=list)
    # What else the span says, such as the name of a Celery task.
    attributes = models.JSONField(default=dict)
    dropped = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trace_id", "span_id"], name="record_is_one_span")]

    def __str__(self) -> str:
        return f"{self.seq} {self.place} {self.name}"
