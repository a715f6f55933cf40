"""Todo0's OAuth 2.0 authorization server: django-oauth-toolkit with the ID-JAG grant of ``xaa.jwt_bearer``."""
