"""What a page does unseen: requests to elsewhere, errors in its console, breaches of its content policy."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

HERE = {"localhost", "127.0.0.1", "::1"}


@dataclass
class Witness:
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    requests: int = 0

    def watch(self, context: BrowserContext) -> None:
        """Of every page that this context opens, from now on."""
        context.on("request", self._note_request)
        context.on("page", self._watch_page)

    def _watch_page(self, page: Page) -> None:
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.errors.append(f"{page.url}: {error}"))

    def _note_request(self, request: Request) -> None:
        self.requests += 1
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname not in HERE:
            self.foreign.append(request.url)

    def _note_console(self, message: ConsoleMessage) -> None:
        """Chromium tells breaches of a content security policy as errors."""
        if message.type in ("error", "warning"):
            self.errors.append(f"{message.location.get('url', '')}: {message.text}")
