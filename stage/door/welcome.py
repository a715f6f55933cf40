"""What the person who started the demo reads when it is ready: what is where, who is who, what to click next."""

import sys
from typing import Any

from stage.door.voice import paint, table


def render(facts: dict[str, Any], *, seconds: float) -> str:
    """``facts`` as ``directory.build`` gives them."""
    has_idp = bool(facts["people"])
    places = [
        ("The stage", facts["stage"]["url"], "start here"),
        ("Agent0", facts["agent0"]["url"], "the assistant that acts for people"),
        ("Todo0", facts["todo0"]["url"], "the todo list it acts at"),
    ]
    if has_idp:
        places.append(("Acme IdP", facts["idp"]["admin_url"], "where Carol decides which app may act for whom"))
    else:
        places.append(("Your IdP", facts["idp"]["issuer"], "in place of the mock IdP, which was not started"))
    people = [
        line
        for one in facts["people"]
        for line in (
            (one["name"], one["blurb"]),
            ("", paint(f"{one['email']}  {one['password']}", "2", sys.stdout)),
        )
    ]
    next_step = (
        f"Next: open {facts['stage']['url']} and follow the flow, or go straight to {facts['agent0']['url']},\n"
        f"      continue as Alice, and ask for a todo."
        if has_idp
        else f"Next: open {facts['agent0']['url']} and sign in at your own IdP."
    )
    return "\n".join(
        [
            "",
            paint(f"Ready in {seconds:.1f} s. It runs on this machine alone.", "1;32", sys.stdout),
            "",
            *table(places),
            "",
            *table(people),
            *([""] if people else []),
            paint(next_step, "1", sys.stdout),
            "      Ctrl-C stops everything; 'make reset' goes back to the seeded state, also while it runs.",
            "",
        ]
    )
