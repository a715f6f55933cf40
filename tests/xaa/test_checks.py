"""A configuration that would fail at the first ID-JAG is refused when Django starts, by number."""

from typing import Any

import pytest
from django.core.checks import run_checks

from tests import builders


def numbers(**kwargs: Any) -> set[str]:
    return {message.id for message in run_checks(**kwargs) if message.id.startswith("xaa_jwt_bearer.")}


def test_good_settings_have_nothing_to_say() -> None:
    assert numbers(include_deployment_checks=True) == set()


@pytest.mark.parametrize(
    ("setting", "value", "number"),
    [
        ("JWT_BEARER_ISSUER", "", "E001"),
        ("JWT_BEARER_RESOURCES", (), "E001"),
        ("JWT_BEARER_TRUSTED_ISSUERS", {}, "E001"),
        ("JWT_BEARER_SUBJECT_RESOLVER", None, "E001"),
        ("JWT_BEARER_TRUSTED_ISSUERS", "nowhere.find_issuer", "E002"),
        ("JWT_BEARER_SUBJECT_RESOLVER", "tests.xaa.subjects.nobody", "E002"),
        ("JWT_BEARER_ADMIT", "nowhere.admit", "E002"),
        ("JWT_BEARER_DEFAULT_RESOURCE", f"{builders.RESOURCE}/", "E005"),
        ("JWT_BEARER_RESOURCE_PARAMETER", "widens", "E009"),
        ("JWT_BEARER_SCOPE_PARAMETER", "fallback", "E009"),
    ],
)
def test_a_wrong_setting_is_told_by_number(settings: Any, setting: str, value: object, number: str) -> None:
    setattr(settings, setting, value)
    assert numbers() == {f"xaa_jwt_bearer.{number}"}


@pytest.mark.spec("MD-09")
@pytest.mark.parametrize(
    ("issuer", "is_good"),
    [
        ("https://todo.example", True),
        ("https://todo.example/tenant/", True),
        ("http://localhost:8002", True),
        ("http://todo.example", False),
        ("https://todo.example?x=1", False),
        ("https://todo.example?", False),
        ("https://todo.example/#x", False),
        ("https://todo.example#", False),
        ("todo.example", False),
        ("urn:todo", False),
        ("ftp://todo.example", False),
        ("https:", False),
    ],
)
def test_the_issuer_is_an_https_url_of_no_more_than_a_path(settings: Any, issuer: str, is_good: bool) -> None:
    settings.JWT_BEARER_ISSUER = issuer
    assert numbers() == (set() if is_good else {"xaa_jwt_bearer.E008"})


@pytest.mark.spec("MD-10")
@pytest.mark.parametrize(
    ("resource", "is_good"),
    [
        ("https://todo.example/api", True),
        ("urn:todo:api", True),
        ("http://localhost:8002/api", True),
        ("http://todo.example/api", False),
        ("https://todo.example/api#todos", False),
        ("/api", False),
    ],
)
def test_a_resource_is_an_absolute_uri_without_fragment(settings: Any, resource: str, is_good: bool) -> None:
    settings.JWT_BEARER_RESOURCES = (builders.RESOURCE, resource)
    assert numbers() == (set() if is_good else {"xaa_jwt_bearer.E008"})


@pytest.mark.spec("RD-19")
def test_a_server_that_would_vouch_to_itself_does_not_start(settings: Any) -> None:
    settings.JWT_BEARER_TRUSTED_ISSUERS = {settings.JWT_BEARER_ISSUER: {"algorithms": ("ES256",)}}
    assert numbers() == {"xaa_jwt_bearer.E003"}


@pytest.mark.spec("SEC-10")
@pytest.mark.parametrize(("leeway", "found"), [(-1, True), (0, False), (300, False), (301, True)])
def test_the_leeway_of_the_clock_stays_small(settings: Any, leeway: int, found: bool) -> None:
    settings.JWT_BEARER_LEEWAY = leeway
    assert numbers() == ({"xaa_jwt_bearer.E004"} if found else set())


def test_private_addresses_are_told_at_deployment(settings: Any) -> None:
    settings.JWT_BEARER_ALLOW_PRIVATE_ADDRESSES = True
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    assert numbers() == set()
    assert numbers(include_deployment_checks=True) == {"xaa_jwt_bearer.W001"}


@pytest.mark.spec("SEC-16")
@pytest.mark.parametrize("host", ["todo.example", "*", ".localhost.example", "10.0.0.1"])
def test_the_demos_loophole_does_not_start_on_a_server_that_others_reach(settings: Any, host: str) -> None:
    settings.ALLOWED_HOSTS = ["localhost", host]
    assert numbers() == set(), "off by default"
    settings.JWT_BEARER_ALLOW_PRIVATE_ADDRESSES = True
    assert numbers() == {"xaa_jwt_bearer.E007"}
