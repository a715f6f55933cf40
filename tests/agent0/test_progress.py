"""Progress as server-sent events: the card at every change, an end, and never more streams than threads allow."""

import re
import threading
import time

import pytest
from django.db import connection
from django.utils import timezone

from agent0.assistant import progress
from agent0.jobs.models import Run, Step
from tests.agent0.conftest import browser_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def free_streams(settings, monkeypatch) -> int:
    settings.PROGRESS_STREAM_SECONDS = 5
    monkeypatch.setattr(progress, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(progress, "_streams", threading.BoundedSemaphore(2))
    return 2


def events_of(response) -> list[str]:
    text = b"".join(response.streaming_content).decode()
    response.close()
    return [block for block in text.split("\n\n") if block]


def test_a_run_at_rest_is_one_card_and_an_end(browser, make_run, free_streams):
    run = make_run(state=Run.State.DONE, outcome={"code": "created"})
    response = browser.get(f"/runs/{run.uuid}/events")
    assert response["Content-Type"] == "text/event-stream"
    assert response["Cache-Control"] == "no-store"
    card, rest = events_of(response)
    assert card.startswith("event: card\ndata: ")
    assert all(line.startswith(("event: ", "data: ")) for line in card.splitlines())
    assert "Done. I added it" in card
    assert rest == "event: rest\ndata: "


def test_an_active_run_is_a_card_at_every_change(browser, make_run, free_streams):
    run = make_run(published_at=timezone.now())
    response = browser.get(f"/runs/{run.uuid}/events")

    def work() -> None:
        time.sleep(0.15)
        Run.objects.update(state=Run.State.RUNNING)
        Step.objects.create(run=run, attempt=0, ordinal=1, name=Step.Name.NEED_TOKEN)
        time.sleep(0.15)
        Run.objects.update(state=Run.State.DONE, outcome={"code": "created"})
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    blocks = events_of(response)
    worker.join(5)
    assert [block.splitlines()[0] for block in blocks[-2:]] == ["event: card", "event: rest"]
    assert "Waiting for the worker." in blocks[0]
    assert any('data-state="running"' in block for block in blocks)
    assert "Done. I added it" in blocks[-2]


def test_a_card_that_does_not_change_is_sent_once(browser, make_run, free_streams, settings):
    settings.PROGRESS_STREAM_SECONDS = 0.3
    run = make_run(published_at=timezone.now())
    blocks = events_of(browser.get(f"/runs/{run.uuid}/events"))
    assert len(blocks) == 1
    assert "csrfmiddlewaretoken" in blocks[0]


def test_what_a_streamed_card_offers_can_be_pressed(make_run, free_streams):
    """Its form carries a token that the browser's cookie vouches for."""
    run = make_run(published_at=timezone.now(), state=Run.State.WAITING_CONFIRMATION)
    browser = browser_of(run.session)
    browser.handler.enforce_csrf_checks = True
    browser.get("/chat")
    (card, _rest) = events_of(browser.get(f"/runs/{run.uuid}/events"))
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', card)[1]
    assert browser.post(f"/runs/{run.uuid}/stop", {"csrfmiddlewaretoken": token}).status_code == 302


def test_a_stream_ends_when_its_time_is_up(browser, make_run, free_streams, settings):
    settings.PROGRESS_STREAM_SECONDS = 0.2
    run = make_run(published_at=timezone.now())
    started = time.monotonic()
    assert "event: rest" not in "".join(events_of(browser.get(f"/runs/{run.uuid}/events")))
    assert time.monotonic() - started < 3


def test_it_refuses_more_streams_than_there_are_and_admits_one_when_one_has_gone(browser, make_run, free_streams):
    run = make_run(published_at=timezone.now())
    path = f"/runs/{run.uuid}/events"
    opened = [browser.get(path) for _ in range(free_streams)]
    assert [response.status_code for response in opened] == [200, 200]
    assert browser.get(path).status_code == 204
    assert browser.get(f"/runs/{run.uuid}/card").status_code == 200  # polling still works
    opened[0].close()  # never read from: the browser went away at once
    assert browser.get(path).status_code == 200


def test_a_stream_holds_no_database_connection_while_it_waits(browser, make_run, free_streams):
    run = make_run(published_at=timezone.now())
    response = browser.get(f"/runs/{run.uuid}/events")
    closed = []
    original = connection.close

    def close() -> None:
        closed.append(True)
        original()

    connection.close = close
    try:
        next(iter(response.streaming_content))
    finally:
        connection.close = original
        response.close()
    assert closed


def test_the_stream_and_the_poll_show_the_same_card(browser, make_run, free_streams):
    run = make_run(state=Run.State.DONE, outcome={"code": "created"})
    streamed = "\n".join(
        line.removeprefix("data: ")
        for line in events_of(browser.get(f"/runs/{run.uuid}/events"))[0].splitlines()
        if line.startswith("data: ")
    )
    polled = browser.get(f"/runs/{run.uuid}/card").content.decode()
    assert streamed.split() == polled.split()
