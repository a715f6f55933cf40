"""What ``manage.py`` can do. A party's name hands over to Django; every other word is a command of the house."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from stage.door import bootstrap, demo_env
from stage.door.layout import BY_PACKAGE, ROOT
from stage.door.voice import Refusal, say, table


@dataclass(frozen=True)
class Command:
    """``needs`` is the environment it runs in: "" is a bare Python, "demo", or "dev" with the test tools."""

    run: Callable[[list[str]], int]
    needs: str
    caption: str


def run(arguments: list[str]) -> int:
    """Do what the command line says; the return value is the exit code."""
    name, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    name = "help" if name in ("-h", "--help") else name
    try:
        if name in BY_PACKAGE:
            bootstrap.enter_environment("demo", arguments)
            return _run_django(name, rest)
        if name not in COMMANDS:
            raise Refusal(f"'{name}' is no command of this house. 'manage.py help' lists them.")
        if COMMANDS[name].needs:
            bootstrap.enter_environment(COMMANDS[name].needs, arguments)
        return COMMANDS[name].run(rest)
    except Refusal as refusal:
        say(str(refusal))
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 130


def _run_django(package: str, arguments: list[str]) -> int:
    """``sys.argv`` keeps the party's name, so that runserver's reloader comes back through this door."""
    import os

    from django.core.management import execute_from_command_line

    from stage.door.environment import environment_of, load_running

    os.environ.update(environment_of(package, load_running()))
    execute_from_command_line([f"manage.py {package}", *arguments])
    return 0


def _demo(arguments: list[str]) -> int:
    from stage.door.demo import run_demo

    return run_demo(arguments)


def _reset(arguments: list[str]) -> int:
    from stage.door.reset import run_reset

    return run_reset(arguments)


def _doctor(arguments: list[str]) -> int:
    from stage.door.doctor import run_doctor

    return run_doctor()


def _test(arguments: list[str]) -> int:
    from stage.door.testrun import run_tests

    return run_tests(arguments)


def _test_services(arguments: list[str]) -> int:
    from stage.door.services import run_on_services

    return run_on_services(arguments)


def _test_matrix(arguments: list[str]) -> int:
    from stage.door.matrix import run_matrix

    return run_matrix(arguments)


def _interop(arguments: list[str]) -> int:
    from stage.door.interop import run_interop

    return run_interop(arguments)


def _lint(arguments: list[str]) -> int:
    from stage.door.lint import run_lint

    return run_lint()


def _format(arguments: list[str]) -> int:
    fixed = subprocess.run([sys.executable, "-m", "ruff", "check", "--fix", "--quiet", "."], cwd=ROOT, check=False)
    formatted = subprocess.run([sys.executable, "-m", "ruff", "format", "."], cwd=ROOT, check=False)
    return fixed.returncode or formatted.returncode


def _bench(arguments: list[str]) -> int:
    return subprocess.run([sys.executable, "-m", "benchmarks", *arguments], cwd=ROOT, check=False).returncode


def _docs(arguments: list[str]) -> int:
    from stage.door.docs import write_docs

    return write_docs()


def _lift(arguments: list[str]) -> int:
    from stage.door.lift import run_lift

    return run_lift()


def _secrets(arguments: list[str]) -> int:
    return demo_env.print_compose_env()


def _help(arguments: list[str]) -> int:
    print("python3 manage.py ...\n")
    rows = [(name, command.caption) for name, command in COMMANDS.items()]
    rows += [(f"{package} ...", f"any Django command of {party.title}") for package, party in BY_PACKAGE.items()]
    print("\n".join(table(rows)))
    return 0


COMMANDS = {
    "demo": Command(_demo, "demo", "start everything and say what to click; --json prints one line for programs"),
    "reset": Command(_reset, "demo", "back to the seeded state, while the demo runs or not"),
    "doctor": Command(_doctor, "", "what is missing on this machine, and how to mend it"),
    "test": Command(_test, "dev", "every suite, or those named; after -- come pytest's own options"),
    "test-services": Command(
        _test_services, "dev", "the suites on PostgreSQL and Redis, which it starts and stops"
    ),
    "test-matrix": Command(_test_matrix, "dev", "the suites on Python 3.12 with its newer Django"),
    "interop": Command(
        _interop, "dev", "programs of other people against the demo; takes pytest's options after --"
    ),
    "lint": Command(_lint, "dev", "style, types, import contracts, migrations"),
    "format": Command(_format, "dev", "put the code in the house's style"),
    "bench": Command(_bench, "dev", "redemptions, exchanges and API calls a second"),
    "lift": Command(_lift, "dev", "build the wheel and prove that xaa/ works outside this repository"),
    "docs": Command(_docs, "", "the tables in docs/ that follow from the code"),
    "secrets": Command(_secrets, "demo", "a fresh .env for docker compose, on stdout"),
    "help": Command(_help, "", "this list"),
}
