"""Every refusal in the corpus is one that the error matrix of ``docs/protocol.md`` §3 has for its situation.

The page is read, not repeated: what stands here is which situations a check is about.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.corpus.vectors import SERVED, Vector, load_vectors
from tests.house.rooms import ROOT

REQUEST, CLIENT, FORBIDDEN = "parameter missing", "client authentication fails", "client not allowed the grant"
GRANT, TOKEN, TARGET, POLICY = "grant unknown", "token bad", "audience unknown", "admin policy says no"
SCOPE, DETAILS, WEAK = "scope unknown", "details bad", "authentication too weak"
PROOF, KEY = "DPoP proof malformed", "bound ID-JAG, key missing"
SITUATIONS = {
    "I1": (REQUEST, CLIENT, FORBIDDEN, PROOF),
    "I2": (REQUEST, GRANT, DETAILS),
    "I3": (REQUEST, TOKEN),
    **dict.fromkeys(("I4", "I5", "I6"), (TOKEN,)),
    **dict.fromkeys(("I8", "I9", "I11"), (TARGET,)),
    "I10": (POLICY,),
    "I12": (SCOPE, DETAILS),
    "I13": (WEAK,),
    "R1": (REQUEST, CLIENT, FORBIDDEN),
    "R2": (REQUEST, GRANT),
    **dict.fromkeys(("R3", "R4", "R5", "R6", "R7", "R9", "R10", "R12"), (TOKEN,)),
    "R8": (TOKEN, PROOF, KEY),
    "R11": (TOKEN, PROOF),
    "R13": (TARGET,),
    "R14": (TOKEN, SCOPE, DETAILS),
    "A1": (REQUEST,),
    **dict.fromkeys(("A2", "A3", "A4", "A5"), (TOKEN,)),
    "A6": (TOKEN, SCOPE, DETAILS),
    "A7": (TOKEN, WEAK, PROOF, KEY),
}
COLUMN = {"exchange": 0, "redemption": 1, "api": 2, "mcp": 2}
BESIDE_THE_MATRIX = {
    "I2": [[405, ""]],  # RFC 6749 §3.2: POST alone
    "R2": [[405, ""]],
    "A1": [[401, "unauthorized"]],  # RFC 6750 §3.1: no credentials, so the challenge names no error
}


class Answer(NamedTuple):
    """``error`` is "" where the page gives a status alone."""

    status: int
    error: str


def read_matrix() -> dict[str, list[list[Answer]]]:
    """For each situation what the IdP, the authorization server and the API may answer."""
    text = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    table = text.partition("\n## 3. ")[2].partition("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line[:1] == "|"
    ]
    return {row[0]: [list(_read_cell(row[1] if cell == "same" else cell)) for cell in row[1:]] for row in rows[2:]}


def _read_cell(cell: str) -> Iterator[Answer]:
    plain = re.sub(r"\(.*?\)", "", cell)
    found = re.search(r"\b[45]\d\d\b", plain)
    errors = re.findall(r"(?<!form )`([a-z_]+)`", plain)
    if errors:
        yield from (Answer(int(found[0]) if found else 400, error) for error in errors)
    elif found:
        yield Answer(int(found[0]), "")


def allowed(vector: Vector) -> list[Answer]:
    matrix, column = read_matrix(), COLUMN[vector.family]
    titles = [title for title in matrix for one in SITUATIONS[vector.check] if title.startswith(one)]
    assert len(titles) == len(SITUATIONS[vector.check]), "a situation that the page does not have"
    return [answer for title in titles for answer in matrix[title][column]]


@pytest.mark.parametrize("family", SERVED)
def test_every_refusal_is_one_that_the_matrix_has_for_its_situation(family):
    odd = []
    for vector in load_vectors(family):
        status, error = vector.answer
        fits = {(status, error), (status, "")} & set(allowed(vector))
        if not fits and vector.answer not in BESIDE_THE_MATRIX.get(vector.check, []):
            odd.append((vector.id, vector.answer))
    assert odd == []


def test_the_matrix_is_read_as_it_is_written():
    matrix = read_matrix()
    assert matrix["parameter missing, duplicated, malformed"][2] == [Answer(400, "invalid_request")]
    assert matrix["client authentication fails"][1] == [Answer(401, "invalid_client")]
    assert matrix["token bad (expired, wrong aud, wrong typ, bad signature, wrong client, replay)"][2] == [
        Answer(401, "invalid_token")
    ]
    assert matrix["details bad"][2] == [Answer(403, "")]
