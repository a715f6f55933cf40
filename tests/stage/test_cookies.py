"""The cookies of a party: a name of its own, and over TLS alone where its address is https."""

import pytest

from stage.kit.settings_base import cookies_for

PARTIES = ["stage", "agent0", "todo0", "idp"]


def test_no_two_parties_share_a_cookie():
    names = [
        value for party in PARTIES for name, value in cookies_for(party).items() if name.endswith("COOKIE_NAME")
    ]
    assert len(set(names)) == len(names) == 3 * len(PARTIES)


@pytest.mark.parametrize("party", PARTIES)
@pytest.mark.parametrize(("scheme", "is_secure"), [("http", False), ("https", True)])
def test_cookies_are_as_secure_as_the_address(monkeypatch, party, scheme, is_secure):
    monkeypatch.setenv(f"{party.upper()}_URL", f"{scheme}://{party}.example")
    cookies = cookies_for(party)
    assert cookies["SESSION_COOKIE_SECURE"] is is_secure
    assert cookies["CSRF_COOKIE_SECURE"] is is_secure
