"""Carry a request out at most once for one ``Idempotency-Key``, whoever is killed when.

In the flow: the key is claimed, the todo made and the answer kept in *one* transaction. Killed before its
end, nothing happened and the repeat starts afresh; killed after, the repeat gets the kept answer. Two at
once: the unique constraint lets one claim, and the other waits for it and then finds the answer.
See draft-ietf-httpapi-idempotency-key-header.

Deliberately does not: take a key from anybody else. It counts per user and client, so no app can read what
another was answered.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.http import HttpRequest, JsonResponse

from todo0.api.errors import ApiError
from todo0.api.models import KEPT_FOR, IdempotentRequest
from todo0.api.presented import Access

HEADER: Final = "Idempotency-Key"
MAX_KEY: Final = 255

Answer = tuple[int, dict[str, Any]]


def answer_once(
    request: HttpRequest, access: Access, *, at: datetime, payload: Any, carry_out: Callable[[], Answer]
) -> JsonResponse:
    """``carry_out``'s answer, or the one it gave the first time this key came with this ``payload``."""
    key = _read_key(request)
    if not key:
        status, body = carry_out()
        return JsonResponse(body, status=status)
    digest = hash_meaning(request.method, request.path, payload)
    kept, is_replay = carry_out_once(access, key=key, digest=digest, at=at, carry_out=carry_out)
    return JsonResponse(kept.body, status=kept.status, headers={"Idempotent-Replay": "true"} if is_replay else {})


def carry_out_once(
    access: Access, *, key: str, digest: str, at: datetime, carry_out: Callable[[], Answer]
) -> tuple[IdempotentRequest, bool]:
    """The answer under ``key``, and whether it had been given before. ``digest`` tells the meaning of the request.

    For whatever carried the request, HTTP or an MCP tool: the same key with another meaning is refused.
    """
    try:
        with transaction.atomic():
            kept = _claim(access, key=key, digest=digest, at=at)
            kept.status, kept.body = carry_out()
            kept.save(update_fields=["status", "body"])
    except _AlreadyClaimed:
        return _load_kept(access, key=key, digest=digest), True
    return kept, False


class _AlreadyClaimed(Exception):
    """Another request has this key; its transaction is over, since the database made us wait for it."""


def _claim(access: Access, *, key: str, digest: str, at: datetime) -> IdempotentRequest:
    mine = IdempotentRequest.objects.filter(user=access.user, client=access.client)
    mine.filter(created_at__lt=at - KEPT_FOR).delete()
    try:
        with transaction.atomic():
            return IdempotentRequest.objects.create(
                user=access.user, client=access.client, key=key, request_hash=digest, created_at=at
            )
    except IntegrityError as error:
        raise _AlreadyClaimed from error


def _load_kept(access: Access, *, key: str, digest: str) -> IdempotentRequest:
    kept = IdempotentRequest.objects.get(user=access.user, client=access.client, key=key)
    if kept.request_hash != digest:
        raise ApiError(
            422,
            "idempotency_key_reused",
            f"Expected the request that first came with this {HEADER}, found another one. Use a new key.",
        )
    return kept


def _read_key(request: HttpRequest) -> str:
    """The key, or "" without the header. An empty one is refused: whoever sends it counts on being safe."""
    key = request.headers.get(HEADER)
    if key is None:
        return ""
    return check_key(key, HEADER)


def check_key(key: str, name: str) -> str:
    """The key, if it is one; ``name`` is what the caller knows it by."""
    if not 1 <= len(key) <= MAX_KEY or not (key.isascii() and key.isprintable()):
        raise ApiError(400, "invalid_request", f"Expected {name} to be 1 to {MAX_KEY} printable ASCII characters.")
    return key


def hash_meaning(*meaning: Any) -> str:
    meant = json.dumps(meaning, sort_keys=True, default=str)
    return hashlib.sha256(meant.encode()).hexdigest()
