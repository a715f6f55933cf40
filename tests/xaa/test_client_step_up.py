"""What a client reads out of an API's demand for a better sign-in, and whether a sign-in is one."""

import pytest

from xaa.client import SignInDemand, read_sign_in_demand
from xaa.http import HttpAnswer

MFA = "urn:mfa"
ERROR = 'error="insufficient_user_authentication"'


def answer(challenge: str, *, status: int = 401) -> HttpAnswer:
    return HttpAnswer("https://todo.example/api/todos", status, {"WWW-Authenticate": challenge}, b"")


@pytest.mark.spec("SU-09")
@pytest.mark.parametrize(
    ("challenge", "demand"),
    [
        (f'Bearer {ERROR}, acr_values="urn:mfa phr", max_age="5"', SignInDemand(5, "urn:mfa phr")),
        (f"DPoP {ERROR}, max_age=5", SignInDemand(5)),
        (f'Bearer realm="a, b=c", ACR_VALUES="urn:mfa", {ERROR}', SignInDemand(None, MFA)),
        (f'Bearer {ERROR}, error_description="say \\"max_age=9\\""', SignInDemand()),
        (f'Bearer {ERROR}, max_age="soon"', SignInDemand()),
        (f'Bearer {ERROR}, max_age="-5"', SignInDemand()),
        (f'Bearer {ERROR}, max_age="{"9" * 40}"', SignInDemand()),
        (f'Bearer {ERROR}, max_age="²"', SignInDemand()),
    ],
)
def test_it_reads_the_sign_in_that_an_api_wants(challenge: str, demand: SignInDemand) -> None:
    assert read_sign_in_demand(answer(challenge)) == demand


@pytest.mark.parametrize(
    ("challenge", "status"),
    [
        ("", 401),
        ("Bearer", 401),
        ('Bearer error="invalid_token", max_age="5"', 401),
        ('Bearer error_description="error=insufficient_user_authentication"', 401),
        (f'Bearer {ERROR}, max_age="5"', 403),
        (f'Bearer {ERROR}, max_age="5"', 200),
    ],
)
def test_it_reads_none_where_none_is_wanted(challenge: str, status: int) -> None:
    assert read_sign_in_demand(answer(challenge, status=status)) is None


@pytest.mark.spec("SU-06")
@pytest.mark.parametrize(
    ("demand", "acr", "age", "met"),
    [
        (SignInDemand(), "", None, True),
        (SignInDemand(60), "", 60, True),
        (SignInDemand(60), "", 61, False),
        (SignInDemand(60), "", None, False),
        (SignInDemand(0), "", 0, True),
        (SignInDemand(None, f"{MFA} phr"), "phr", None, True),
        (SignInDemand(None, MFA), "urn:mfa2", 0, False),
        (SignInDemand(None, MFA), "", 0, False),
        (SignInDemand(60, MFA), MFA, 60, True),
        (SignInDemand(60, MFA), MFA, 61, False),
    ],
)
def test_a_sign_in_is_held_against_the_demand(demand: SignInDemand, acr: str, age: int | None, met: bool) -> None:
    auth_time = None if age is None else 1000 - age
    assert demand.is_met_by(acr=acr, auth_time=auth_time, now=1000) is met


def test_clocks_may_differ_a_little() -> None:
    assert SignInDemand(60).is_met_by(acr="", auth_time=0, now=65, leeway=5)
    assert not SignInDemand(60).is_met_by(acr="", auth_time=0, now=66, leeway=5)
