"""A port that somebody chose is never swapped; the usual ones make way together, and the person is told why."""

import os
import socket

import pytest

from stage.door import ports
from stage.door.layout import SERVERS, Party
from stage.door.voice import Refusal


@pytest.fixture(autouse=True)
def nothing_chosen(monkeypatch):
    for party in SERVERS:
        monkeypatch.delenv(party.port_variable, raising=False)
        monkeypatch.delenv(party.url_variable, raising=False)


@pytest.fixture
def taken():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


@pytest.fixture
def pair(taken):
    """Two parties, one of whose usual ports is taken."""
    return (Party("stage", "STAGE", "The stage", taken), Party("agent0", "AGENT0", "Agent0", taken + 1))


def test_it_takes_another_whole_set_when_a_usual_port_is_taken(pair, taken):
    chosen, reason = ports.choose_ports(pair)
    assert chosen["AGENT0"] == chosen["STAGE"] + 1
    assert chosen["STAGE"] != taken
    assert f"Port {taken} is in use by" in reason


def test_it_takes_the_usual_ports_when_they_are_free(taken):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    assert ports.choose_ports((Party("stage", "STAGE", "The stage", free),)) == ({"STAGE": free}, "")


def test_it_refuses_a_chosen_port_that_is_taken_naming_port_variable_and_process(pair, taken, monkeypatch):
    monkeypatch.setenv("STAGE_PORT", str(taken))
    with pytest.raises(Refusal) as refused:
        ports.choose_ports(pair)
    assert str(taken) in str(refused.value)
    assert "STAGE_PORT" in str(refused.value)
    if os.path.exists("/proc/net/tcp"):  # noqa: PTH110
        assert f"pid {os.getpid()}" in str(refused.value)


def test_it_refuses_to_move_away_from_under_a_public_url(pair, monkeypatch):
    monkeypatch.setenv("STAGE_URL", "http://localhost:1")
    with pytest.raises(Refusal, match="STAGE_URL"):
        ports.choose_ports(pair)


def test_it_refuses_one_port_for_two_parties(pair, monkeypatch):
    monkeypatch.setenv("STAGE_PORT", "18999")
    monkeypatch.setenv("AGENT0_PORT", "18999")
    with pytest.raises(Refusal, match="STAGE_PORT and AGENT0_PORT are both 18999"):
        ports.choose_ports(pair)


@pytest.mark.parametrize("value", ["eighty", "0", "65536", "-1", "80.5"])
def test_it_refuses_what_is_no_port(pair, monkeypatch, value):
    monkeypatch.setenv("STAGE_PORT", value)
    with pytest.raises(Refusal, match="STAGE_PORT must be a port number"):
        ports.choose_ports(pair)


def test_a_port_taken_on_ipv6_alone_is_not_free():
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    with socket.socket(socket.AF_INET6) as holder:
        try:
            holder.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6 loopback")
        holder.listen()
        assert not ports.is_free(holder.getsockname()[1])
