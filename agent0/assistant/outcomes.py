"""What a Run's outcome means to a person: what happened, who decided, who can change it, what to do now.

In the flow: the worker closes a Run with a code; this table finds the words, the same in the chat and on the
Run's own page. Every refusal names the party that decided, because "it did not work" sends people to the
wrong desk.

Deliberately does not: offer a way round a decision. After a denial there is no consent screen and no
automatic repeat; the person may ask again when somebody has changed something (ID-JAG §9.2 is the one case
for a new sign-in).
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from django.conf import settings


@dataclass(frozen=True)
class Explanation:
    """``{idp}``, ``{app}``, ``{tool}`` are filled in. ``next_step`` names what the page offers: "" is nothing."""

    title: str
    happened: str
    decided_by: str
    mended_by: str
    next_step: str = ""
    badge: str = "deny"

    def spoken(self, **names: str) -> "Explanation":
        texts = ("title", "happened", "decided_by", "mended_by")
        return replace(self, **{name: getattr(self, name).format(**names) for name in texts})


ASK_ADMIN, CHOOSE_WAY, SIGN_IN, STRONGER_SIGN_IN, TRY_AGAIN, VISIT_APP = (
    "ask_admin",
    "choose_way",
    "sign_in",
    "stronger_sign_in",
    "try_again",
    "visit_app",
)

EXPLANATIONS: Final = {
    "blocked_by_idp": Explanation(
        "Blocked by {idp}",
        "{idp} did not let Agent0 act for you at {app}. Nothing was read or changed there.",
        "{idp}'s access policy",
        "An administrator of {idp}. You cannot allow it yourself, so Agent0 does not ask you to.",
        ASK_ADMIN,
    ),
    "read_only_by_idp": Explanation(
        "{idp} limited this to read-only",
        "Agent0 asked to read and write. {idp} granted reading only, so Agent0 stopped before it called {app}.",
        "{idp}'s access policy",
        "An administrator of {idp}.",
        ASK_ADMIN,
        "narrowed",
    ),
    "read_only_by_resource": Explanation(
        "{app} limited this to read-only",
        "{idp} allowed more than {app} granted, so Agent0 stopped before it changed anything.",
        "{app}: it decides for itself what its tokens may do",
        "Whoever runs {app}.",
        ASK_ADMIN,
        "narrowed",
    ),
    "action_withheld": Explanation(
        "{party} withholds this action",
        "Agent0 may act for you at {app}, but not do this there. It noticed before it called {app}.",
        "{party}: its answer lists the actions that it allows",
        "An administrator of {party}.",
        ASK_ADMIN,
        "narrowed",
    ),
    "no_account": Explanation(
        "No account at {app}",
        "{idp} vouched for you, but {app} does not know you. An agent's request never creates an account there.",
        "{app}",
        "You: sign in to {app} once. Then ask again.",
        VISIT_APP,
    ),
    "sign_in_again": Explanation(
        "Sign in again",
        "Your sign-in at {idp} is over, so Agent0 can no longer act for you. Nothing was changed.",
        "{idp}",
        "You: sign in at {idp}. Then ask again.",
        SIGN_IN,
    ),
    "stronger_signin": Explanation(
        "{party} asks for a stronger sign-in",
        "For this, {party} wants you to have signed in more recently, or with another factor.",
        "{party}: who may do this, and after which sign-in, is its own decision",
        "You: sign in at {idp} as asked. Agent0 then goes on with this by itself.",
        STRONGER_SIGN_IN,
        "narrowed",
    ),
    "signin_not_enough": Explanation(
        "{party} asks for a stronger sign-in again",
        "You have signed in as {party} asked, and it asks once more. Agent0 does not send you round in circles.",
        "{party}",
        "Whoever runs {party}, with an administrator of {idp}: the two do not agree on what a strong sign-in is.",
        ASK_ADMIN,
    ),
    "refused_by_resource": Explanation(
        "{app} refused",
        "{idp} vouched for you and for Agent0, and {app} did not accept it. Nothing was changed.",
        "{app}",
        "Whoever runs {app}: the details below tell them which rule it was.",
        ASK_ADMIN,
    ),
    "not_offered": Explanation(
        "{app} has no tool for that",
        "Agent0 uses {app}'s MCP server, which has no tool that deletes. Nobody was asked, nothing was changed.",
        "{app}: it decides which tools it offers",
        "You: let Agent0 use {app}'s REST API instead. Then ask again.",
        CHOOSE_WAY,
        "neutral",
    ),
    "resource_down": Explanation(
        "{app} is not answering",
        "Agent0 tried several times and gave up. If {app} did get the request, trying again will not do it twice.",
        "Nobody: {app} cannot be reached",
        "Whoever runs {app}. You can try again later.",
        TRY_AGAIN,
    ),
    "idp_down": Explanation(
        "{idp} is not answering",
        "Without {idp}, Agent0 cannot show that it acts for you. It tried several times. Nothing was changed.",
        "Nobody: {idp} cannot be reached",
        "Whoever runs {idp}. You can try again later.",
        TRY_AGAIN,
    ),
    "resource_limited": Explanation(
        "{app} is busy",
        "Agent0 was told to come back later, and did so until its patience ended. Nothing is done twice by this.",
        "{app}: it answers so many requests a second, and no more",
        "You can try again later. If it happens often: whoever runs {app}.",
        TRY_AGAIN,
    ),
    "idp_limited": Explanation(
        "{idp} is busy",
        "Agent0 was told to come back later, and did so until its patience ended. Nothing was changed.",
        "{idp}: it answers so many requests, and no more",
        "You can try again later. If it happens often: whoever runs {idp}.",
        TRY_AGAIN,
    ),
    "misconfigured": Explanation(
        "Agent0 is not set up correctly",
        "What is set up at Agent0 and at {party} does not fit together. Nothing was changed.",
        "{party}",
        "Whoever runs Agent0, together with {party}.",
        ASK_ADMIN,
    ),
    "unusable_answer": Explanation(
        "{party} gave an answer that Agent0 does not accept",
        "Agent0 checks every answer it gets. This one broke a rule, so Agent0 threw it away and stopped.",
        "Agent0",
        "Whoever runs {party}: the details below name the rule.",
        ASK_ADMIN,
    ),
    "busy": Explanation(
        "Agent0 is busy",
        "Another task of yours kept talking to {idp}, and this one had to wait too long. Nothing was changed.",
        "Nobody: Agent0 does these one at a time",
        "You can try again.",
        TRY_AGAIN,
    ),
    "worker_died": Explanation(
        "Agent0 stopped in the middle, too often",
        "Agent0's worker ended several times during this. Trying again will not do anything twice.",
        "Nobody: this is a fault in Agent0",
        "Whoever runs Agent0. You can try again.",
        TRY_AGAIN,
    ),
    "agent0_error": Explanation(
        "Agent0 made a mistake",
        "Something went wrong inside Agent0. Trying again will not do anything twice.",
        "Nobody: this is a fault in Agent0",
        "Whoever runs Agent0. You can try again.",
        TRY_AGAIN,
    ),
    "cancelled": Explanation(
        "Cancelled", "You did not allow it, so Agent0 did nothing.", "You", "You: ask again if you like.",
        badge="neutral",
    ),
    "stopped": Explanation(
        "Stopped", "You stopped this. What {app} had already done by then stays done.", "You", "You: ask again.",
        badge="neutral",
    ),
}  # fmt: skip


def explain(outcome: dict[str, Any], *, idp: str) -> Explanation:
    """The words for a Run that did not succeed; ``idp`` is what its person calls her enterprise."""
    names = {"idp": idp, "app": settings.RESOURCE_NAME}
    party = names["idp"] if outcome.get("leg") == "ask_idp" else names["app"]
    return EXPLANATIONS[outcome["code"]].spoken(**names, party=party)


def describe_success(outcome: dict[str, Any]) -> str:
    """One sentence for a Run that is done. The todos themselves are shown beside it, as quotations."""
    count = len(outcome.get("todos", ()))
    todos = "1 todo" if count == 1 else f"{count} todos"
    return {
        "due_today": f"{todos} due today." if count else "Nothing is due today.",
        "listed": f"{todos} open." if count else "You have no open todos.",
        "created": f"Done. I added it to your list at {settings.RESOURCE_NAME}.",
        "completed": "Done. I marked it as done.",
        "no_such_todo": f"You have no open todo of that name at {settings.RESOURCE_NAME}. Nothing was changed.",
        "deleted": f"Done. I deleted {todos}." if count else "There was nothing to delete.",
    }[outcome["code"]]


WAITING: Final = {
    "queue": "Agent0's task queue does not accept work just now. Nothing is lost: this starts by itself.",
    "resource_down": "{app} is not answering.",
    "idp_down": "{idp} is not answering.",
    "resource_limited": "{app} is busy. This goes on by itself.",
    "idp_limited": "{idp} is busy. This goes on by itself.",
    "busy": "Another task of yours is talking to {idp} just now.",
}


def describe_waiting(waiting_for: str, *, idp: str) -> str:
    return WAITING[waiting_for].format(idp=idp, app=settings.RESOURCE_NAME)
