"""All vectors, in the order of the checks that must refuse them."""

from importlib import import_module

from tests.idp_mock.exchange_vector import VECTORS, Vector

__all__ = ["VECTORS", "Vector"]

for part in ("request", "subject", "policy"):
    import_module(f"tests.idp_mock.exchange_vectors_{part}")  # each adds its own to VECTORS
