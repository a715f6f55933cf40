"""The assistant as a Django app."""

from django.apps import AppConfig


class AssistantConfig(AppConfig):
    name = "agent0.assistant"
    label = "assistant"
