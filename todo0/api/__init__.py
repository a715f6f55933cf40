"""The REST API: an OAuth 2.0 resource server for ``{TODO0_URL}/api`` that accepts our own access tokens only."""
