"""Apps that sign people in by SAML: what they call people, and assertions for them."""
