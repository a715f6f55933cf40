"""The frame around the IdP's pages: whatever is under an enterprise's path is in its name, error pages as well."""

import pytest
from django.test import Client

from stage.kit import people
from tests.idp_mock.admin_side import signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/globex/", "/globex/admin/apps/9999", "/globex/nowhere/at/all"])
def test_a_page_of_globex_does_not_name_acme(path: str) -> None:
    page = signed_in(people.GLOBEX_ALICE).get(path).content.decode()
    assert "Globex" in page
    assert "Acme" not in page


@pytest.mark.parametrize("path", ["/", "/nobody/nowhere", "/%00/x", "/globex%00/x", "/gl\u00f6bex/x"])
def test_without_an_enterprise_in_its_path_it_is_the_servers_own(path: str, browser: Client) -> None:
    page = browser.get(path)
    assert page.status_code in (200, 404)
    assert "· Acme IdP</title>" in page.content.decode()
