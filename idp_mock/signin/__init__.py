"""Browser side: sign-in, the authorization endpoint, sign-out."""
