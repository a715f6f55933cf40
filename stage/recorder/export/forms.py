"""The forms in which a trace is taken along, as the menu lists them and the address names them.

Deliberately does not: answer a request; ``views`` does.
"""

import json
from collections.abc import Callable
from typing import NamedTuple

from stage.recorder.export.har import as_har
from stage.recorder.export.markdown import as_markdown
from stage.recorder.export.mermaid import as_mermaid
from stage.recorder.export.script import as_script
from stage.recorder.export.transcript import as_transcript
from stage.recorder.trace import Trace


def write_json(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


class Form(NamedTuple):
    """``key`` is its name in the address, ``write`` makes its text."""

    key: str
    name: str
    file: str
    content_type: str
    write: Callable[[Trace], str]


FORMS = (
    Form("json", "Transcript (JSON)", "json", "application/json", lambda trace: write_json(as_transcript(trace))),
    Form("har", "HTTP Archive (HAR 1.2)", "har", "application/json", lambda trace: write_json(as_har(trace))),
    Form("mermaid", "Mermaid text", "mmd", "text/plain; charset=utf-8", as_mermaid),
    Form("markdown", "Markdown", "md", "text/markdown; charset=utf-8", as_markdown),
    Form("curl", "curl script", "sh", "text/x-shellscript; charset=utf-8", as_script),
)
