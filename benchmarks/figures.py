"""What is told of many measurements."""

import statistics


def p95(found: list[float]) -> float:
    """Nineteen of twenty are no more than this."""
    return statistics.quantiles(found, n=20, method="inclusive")[-1] if len(found) > 1 else found[0]
