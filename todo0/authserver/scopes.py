"""The scopes that the toolkit asks about, for its metadata, its consent page and the authorization code grant.

In the flow ``OAUTH2_PROVIDER["SCOPES_BACKEND_CLASS"]``: those of the APIs in use, read when asked. An ID-JAG's are
decided by check R14, against the very APIs that it is for.

Deliberately does not: have a default. A request that names no scope gets none (RFC 6749 §3.3).
"""

from typing import Any

from todo0.authserver.dot import BaseScopes
from todo0.resources.apis import load_scopes


class ScopesOfApis(BaseScopes):
    def get_all_scopes(self) -> dict[str, str]:
        return load_scopes()

    def get_available_scopes(self, *args: Any, **kwargs: Any) -> list[str]:
        return list(load_scopes())

    def get_default_scopes(self, *args: Any, **kwargs: Any) -> list[str]:
        return []
