"""Todo0, the resource app: a todo list, its REST API and the authorization server that guards it.

``federation`` says which enterprises it trusts, ``authserver`` is the OAuth 2.0 authorization server on
django-oauth-toolkit with ``xaa.jwt_bearer``, ``api`` is the resource server, ``todos`` the app that people
use.
"""
