"""The environment of a test run: loaded by ``-p tests.environment`` before pytest-django reads any settings.

Every secret is made up here, so that a suite runs from a bare clone; ``DEMO_VAR`` is a folder of its own,
so that a suite never touches the demo's databases.
"""

import os
import tempfile

SECRET_VARIABLES = (
    "STAGE_SECRET_KEY",
    "AGENT0_SECRET_KEY",
    "TODO0_SECRET_KEY",
    "IDP_SECRET_KEY",
    "AGENT0_IDP_CLIENT_SECRET",
    "AGENT0_RESOURCE_CLIENT_SECRET",
    "AGENT0_GLOBEX_CLIENT_SECRET",
    "TODO0_IDP_CLIENT_SECRET",
    "TODO0_STAFF_IDP_CLIENT_SECRET",
    "EVIL0_IDP_CLIENT_SECRET",
    "EVIL0_RESOURCE_CLIENT_SECRET",
)

for _name in SECRET_VARIABLES:
    os.environ.setdefault(_name, f"test-only-{_name.lower().replace('_', '-')}-0123456789abcdef")
# A Fernet key is 32 bytes in base64url; these spell out what they are for.
os.environ.setdefault("AGENT0_TOKEN_KEY", "dGVzdC1vbmx5LWZlcm5ldC1rZXktMDEyMzQ1Njc4OWE=")
# A test's IdP is reached by nobody else, so its lab may sign.
os.environ.setdefault("GRANIAN_HOST", "127.0.0.1")
# Tests redeem faster than any app does; those of the limit itself turn it on.
os.environ.setdefault("TODO0_ID_JAG_LIMIT", "off")
os.environ.setdefault("IDP_ID_JAG_QUOTA", "0")
os.environ.setdefault("DEMO_VAR", tempfile.mkdtemp(prefix="xaa-tests-"))
