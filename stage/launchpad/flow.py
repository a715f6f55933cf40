"""The flow in four arrows, as the launchpad tells it: who asks whom, for which token, by which spec.

Each arrow starts at Agent0 and returns one thing; three of them are tokens, and each token is addressed to
whoever comes next. Deliberately does not: list the thirteen recorded hops; that is the recorder's job.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Step:
    """One arrow from Agent0 to ``to``. ``token`` is the chip's kind, "" when no token comes back.

    In ``story`` {enterprise} stands for the IdP's own name.
    """

    number: int
    title: str
    to: str
    story: str
    token: str
    token_name: str
    addressed_to: str
    spec: str


STEPS = (
    Step(
        number=1,
        title="Sign in",
        to="idp",
        story="Agent0 sends Alice to her company. {enterprise} signs her in and tells Agent0 who she is.",
        token="id-token",
        token_name="ID token",
        addressed_to="Agent0",
        spec="OpenID Connect Core §3.1",
    ),
    Step(
        number=2,
        title="Exchange",
        to="idp",
        story=(
            "Agent0 asks to act for Alice at Todo0. "
            "{enterprise} reads its policy and signs a permission slip, or not."
        ),
        token="id-jag",
        token_name="ID-JAG",
        addressed_to="Todo0's authorization server",
        spec="ID-JAG §4.3, RFC 8693",
    ),
    Step(
        number=3,
        title="Redeem",
        to="todo0",
        story="Agent0 hands the slip to Todo0's authorization server, which checks it and decides for itself.",
        token="access-token",
        token_name="access token",
        addressed_to="Todo0's API",
        spec="ID-JAG §4.4, RFC 7523",
    ),
    Step(
        number=4,
        title="Call",
        to="api",
        story="Agent0 calls the API. The todo appears in Alice's list, marked as Agent0's work for her.",
        token="",
        token_name="",
        addressed_to="",
        spec="RFC 6750 §2.1",
    ),
)


def tell_steps(enterprise: str) -> list[Step]:
    return [replace(step, story=step.story.format(enterprise=enterprise)) for step in STEPS]
