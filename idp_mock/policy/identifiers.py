"""What the authorization server of a resource app and its APIs may be called.

In the flow a client names the first in ``audience`` and an API in ``resource``. Both are compared to the letter
(checks I8 and I11). Nothing here is fetched: whether anybody answers there, the app itself finds out.
"""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

from xaa.client_metadata import ClientMetadataError, check_web_address
from xaa.egress import is_loopback_host

LONGEST = 500


def check_issuer(issuer: str, *, of_this_idp: str) -> None:
    """https, and no query or fragment (RFC 8414 §2). Our own is none of another domain of trust (ID-JAG §4.3)."""
    check_address(issuer)
    if "?" in issuer:
        raise ValidationError("An issuer has no query in it (RFC 8414 §2).")
    if issuer == of_this_idp:
        raise ValidationError("Expected the app's own authorization server, found this IdP.")


def check_api(identifier: str) -> None:
    """An absolute URI without a fragment (RFC 8707 §2), of the web or of another kind, such as a URN."""
    if len(identifier) > LONGEST or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+", identifier):
        raise ValidationError(f"Expected an absolute URI without a space, found {identifier[:80]!r}.")
    if "#" in identifier:
        raise ValidationError(f"Expected a URI without a fragment (RFC 8707 §2), found {identifier[:80]!r}.")
    if identifier.lower().startswith(("https:", "http:")):
        check_address(identifier)


def check_address(url: str) -> None:
    """https; plain http on this machine alone, and in the demo."""
    try:
        check_web_address("URL", url, allow_http=is_http_allowed(url))
    except ClientMetadataError as error:
        raise ValidationError(str(error)) from error


def is_http_allowed(url: str) -> bool:
    try:
        return settings.XAA_ALLOW_PRIVATE_ADDRESSES or is_loopback_host(urlsplit(url).hostname or "")
    except ValueError:  # not to be taken apart at all
        return False
