"""What a link or a form may ask of a sign-in, read strictly: the start view's parameters.

``next``, where to go afterwards, is a path of this site or nothing (an open redirect would let a real sign-in
page lead to a false one). ``prompt``, ``max_age``, ``acr_values`` and ``login_hint`` are passed on to the IdP
(OpenID Connect Core §3.1.2.1), for a step-up, say.

Deliberately does not: make a step-up binding. Whoever may open a link may leave ``max_age`` out of it, so the
page that needs a fresh sign-in checks ``auth_time`` and ``acr`` in ``SignedIn.claims`` itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.http import url_has_allowed_host_and_scheme

from xaa.signin.failures import BAD_START, SignInFailed

PROMPTS: Final = frozenset({"none", "login", "consent", "select_account"})
MAX_LENGTH: Final = 255


@dataclass(frozen=True)
class StartRequest:
    """``max_age`` is None when no fresh sign-in is asked for; 0 asks for one right now."""

    next_path: str
    prompt: str
    max_age: int | None
    acr_values: str
    login_hint: str

    def as_parameters(self) -> dict[str, str]:
        """The parameters of the authentication request that were asked for."""
        asked = {"prompt": self.prompt, "acr_values": self.acr_values, "login_hint": self.login_hint}
        if self.max_age is not None:
            asked["max_age"] = str(self.max_age)
        return {name: value for name, value in asked.items() if value}

    def as_link(self) -> dict[str, str]:
        """The parameters of a link that starts the same once more; without them a step-up would not happen.

        Not ``prompt=none``, which has just failed and would again; nor an e-mail address: access logs keep links.
        """
        asked = {name: value for name, value in self.as_parameters().items() if name != "login_hint"}
        if self.prompt == "none":
            asked.pop("prompt")
        return asked | ({"next": self.next_path} if self.next_path else {})


def parse_start_request(asked: Mapping[str, str]) -> StartRequest:
    return StartRequest(
        next_path=keep_local_path(asked.get("next", "")),
        prompt=_prompt(asked.get("prompt", "")),
        max_age=_max_age(asked.get("max_age", "")),
        acr_values=_text(asked, "acr_values"),
        login_hint=_text(asked, "login_hint") or _text(asked, "email"),
    )


def keep_local_path(path: str) -> str:
    """``path`` if it stays on this site, else "": no host, no scheme, and none of the spellings of ``//host``."""
    if path.startswith("/") and path.isprintable() and url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        return path
    return ""


def _prompt(value: str) -> str:
    words = value.split()
    if not PROMPTS.issuperset(words) or ("none" in words and len(words) > 1):
        raise SignInFailed(BAD_START, f"Expected prompt to be of {sorted(PROMPTS)}, found {value!r:.80}.")
    return " ".join(words)


def _max_age(value: str) -> int | None:
    if not value:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) <= 9):
        raise SignInFailed(BAD_START, f"Expected max_age to be a number of seconds, found {value!r:.80}.")
    return int(value)


def _text(asked: Mapping[str, str], name: str) -> str:
    value = asked.get(name, "").strip()
    if len(value) > MAX_LENGTH or not value.isprintable():
        raise SignInFailed(BAD_START, f"Expected {name} to be at most {MAX_LENGTH} printable characters.")
    return value
