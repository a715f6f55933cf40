"""The assistant's pages."""

from django.urls import path

from agent0.assistant import chat, pages, progress, runs

app_name = "assistant"
urlpatterns = [
    path("", pages.home, name="home"),
    path("chat", chat.chat, name="chat"),
    path("chat/ask", chat.ask, name="ask"),
    path("chat/strip", chat.strip, name="strip"),
    path("connections", pages.connections, name="connections"),
    path("connections/way", pages.choose_way, name="choose_way"),
    path("activity", pages.activity, name="activity"),
    path("developer", pages.developer, name="developer"),
    path("runs/<uuid:run_id>", runs.run_page, name="run"),
    path("runs/<uuid:run_id>/card", runs.card, name="card"),
    path("runs/<uuid:run_id>/events", progress.events, name="events"),
    path("runs/<uuid:run_id>/go-on", runs.go_on, name="go_on"),
    path("runs/<uuid:run_id>/allow", runs.allow, name="allow"),
    path("runs/<uuid:run_id>/stop", runs.stop, name="stop"),
    path("runs/<uuid:run_id>/try-again", runs.try_again, name="try_again"),
]
