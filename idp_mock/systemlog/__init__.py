"""Every decision of the IdP."""
