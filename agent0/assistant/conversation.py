"""Taking a person's words: planned, stored as a turn, and started as a Run if there is something to do.

Deliberately does not: wait for the Run. The page shows it as it goes.
"""

import uuid

from django.db import IntegrityError, transaction

from agent0.assistant import planner
from agent0.assistant.models import Turn
from agent0.jobs import steering
from agent0.tokens.models import SigninSession


def take_words(session: SigninSession, words: str, *, turn_id: uuid.UUID) -> Turn:
    """The turn for these words. The same form sent twice (a double click, a reload) is the same turn."""
    try:
        return _store_turn(session, words, turn_id)
    except IntegrityError:  # the other click was quicker, and its transaction has both the turn and the Run
        return Turn.objects.get(uuid=turn_id, user_id=session.user_id)


@transaction.atomic
def _store_turn(session: SigninSession, words: str, turn_id: uuid.UUID) -> Turn:
    same = Turn.objects.filter(uuid=turn_id).first()
    if same and same.user_id == session.user_id and same.words == words:
        return same
    plan = planner.plan(words)
    turn = Turn(uuid=uuid.uuid4() if same else turn_id, user_id=session.user_id, words=words)
    if isinstance(plan, planner.Answer):
        turn.answer = plan.text
    else:
        turn.run = steering.start(session, kind=plan.kind, arguments=plan.arguments, asks_first=plan.asks_first)
    turn.save(force_insert=True)
    return turn
