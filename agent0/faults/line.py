"""The line between Agent0 and the others, which is slow (F31).

In the flow this is beneath ``requests``, where a real network would be, so a slow answer is measured as one.

Deliberately does not: touch what is sent.
"""

import time
from typing import Any, Final

import requests
from requests.adapters import BaseAdapter

from stage.kit.faults import strikes

PAUSE: Final = 3.0
"""Seconds that each request takes longer: less than Agent0's patience for an answer."""


class LabLine(BaseAdapter):
    """In front of ``usual``, the adapter that really sends."""

    def __init__(self, usual: BaseAdapter) -> None:
        super().__init__()
        self._usual = usual

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if strikes("F31"):
            time.sleep(PAUSE)
        return self._usual.send(request, *args, **kwargs)

    def close(self) -> None:
        self._usual.close()
