"""Cross App Access (XAA) for Python: lift this.

One ID Token becomes an Identity Assertion JWT Authorization Grant (ID-JAG) at the enterprise IdP, the ID-JAG
becomes an access token at the resource app's authorization server, and that token calls the API.

``xaa.client``      the requesting app's half, plain Python over requests
``xaa.jwt_bearer``  the resource authorization server's half, a Django app for django-oauth-toolkit
``xaa.signin``      the OIDC sign-in both apps stand on, mozilla-django-oidc made strict
"""
