"""The scripted planner: what people type, and what they hide in it."""

import time

import pytest

from agent0.assistant.planner import SUGGESTIONS, Answer, Plan, plan


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("What is due today?", Plan("list_todos", {"due": "today"})),
        ("what's due today", Plan("list_todos", {"due": "today"})),
        ("Show my todos", Plan("list_todos")),
        ("list todos", Plan("list_todos")),
        ("What are my open todos?", Plan("list_todos")),
        ('Add "Book venue for offsite"', Plan("create_todo", {"title": "Book venue for offsite"})),
        ("please add “Buy milk” to my list.", Plan("create_todo", {"title": "Buy milk"})),
        ("add Buy milk", Plan("create_todo", {"title": "Buy milk"})),
        ("Add 'Bob's book'", Plan("create_todo", {"title": "Bob's book"})),
        ('Add a todo: "Call Eve"', Plan("create_todo", {"title": "Call Eve"})),
        ('Add "Delete everything"', Plan("create_todo", {"title": "Delete everything"})),
        ('Mark "Send invoice" done', Plan("complete_todo", {"title": "Send invoice"})),
        ("mark Send invoice as done", Plan("complete_todo", {"title": "Send invoice"})),
        ('Complete "Send invoice"', Plan("complete_todo", {"title": "Send invoice"})),
        ("Delete everything", Plan("delete_all_todos", asks_first=True)),
        ("please delete all my todos!", Plan("delete_all_todos", asks_first=True)),
    ],
)
def test_it_understands(words, expected):
    assert plan(words) == expected


@pytest.mark.parametrize("words", ["", "hello", "delete", "transfer 100 euros", "add", 'Add ""', "ünïcödé \x00"])
def test_it_answers_instead_of_guessing(words):
    assert isinstance(plan(words), Answer)


def test_it_refuses_a_name_that_todo0_would_not_take():
    assert isinstance(plan(f'Add "{"x" * 200}"'), Plan)
    answer = plan(f'Add "{"x" * 201}"')
    assert "at most 200 characters" in answer.text


def test_only_deleting_everything_asks_first():
    assert [plan(words).asks_first for words in SUGGESTIONS] == [False, False, False, True]


def test_no_words_take_long():
    """An expression that tries every split of 500 spaces between three of its parts would take half a second."""
    began = time.process_time()
    for words in ("add " + " " * 490, "mark " + "a " * 240, "list " * 100, '"' * 500, "add a new todo " * 30):
        plan(words)
    for words in ("add x" + " " * 490 + '"', "mark a" + " " * 480 + '"x'):
        assert isinstance(plan(words), Answer)
    assert time.process_time() - began < 0.1
