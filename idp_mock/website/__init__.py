"""DEMO ONLY: the web server of an enterprise's domain, as far as a proof of that domain needs one."""
