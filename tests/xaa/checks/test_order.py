"""The order is the argument: what each check stands on was established before it. ``test_guards``: each counts."""

import pathlib

import pytest

from tests.builders import OTHER_KEY, build_id_jag
from tests.xaa.conftest import Redeem
from xaa.jwt_bearer import id_jag

pytestmark = pytest.mark.django_db


def test_every_check_has_a_test_file() -> None:
    names = " ".join(path.name for path in pathlib.Path(__file__).parent.glob("test_r*.py"))
    assert all(f"test_r{int(check.number[1:]):02}_" in names for check in id_jag.CHECKS)


def test_the_order_is_the_published_one() -> None:
    numbers = [check.number for check in id_jag.CHECKS]
    assert numbers == [
        "R3", "R4", "R5", "R6", "R7", "R8", "R8", "R9", "R10", "R12", "R13", "R14", "R14", "R12", "R11", "R12",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "first"),
    [
        ({"typ": "JWT", "iss": "https://evil.example"}, "R4"),
        ({"iss": "https://evil.example", "key": OTHER_KEY}, "R5"),
        ({"key": OTHER_KEY, "aud": "https://other.example"}, "R6"),
        ({"aud": "https://other.example", "client_id": "evil0"}, "R7"),
        ({"client_id": "evil0", "exp": 1}, "R8"),
        ({"exp": 1, "nbf": 4_000_000_000}, "R9"),
        ({"nbf": 4_000_000_000, "sub": "00u4dan"}, "R10"),
        ({"sub": "", "resource": "https://other.example"}, "R12"),
        ({"sub": "00u4dan", "resource": "https://other.example"}, "R13"),
        ({"sub": "00u4dan", "scope": []}, "R14"),
        ({"sub": "00u4dan", "jti": ""}, "R12"),
        ({"resource": "https://other.example", "scope": []}, "R13"),
        ({"scope": [], "jti": ""}, "R14"),
    ],
)
def test_of_two_faults_the_earlier_check_is_named(refused: Redeem, wrong: dict[str, object], first: str) -> None:
    refused(build_id_jag(**wrong), by=first)
