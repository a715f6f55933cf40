"""Where the rules of structure look: the code's folders and what lies in them, without what tools write there."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("xaa", "agent0", "todo0", "idp_mock", "stage")
WRITTEN_BY_TOOLS = ("__pycache__", "migrations")


def find_code() -> list[Path]:
    """Every Python file of the product, migrations left out: Django writes those."""
    found = [path for folder in CODE for path in sorted((ROOT / folder).rglob("*.py"))]
    return [ROOT / "manage.py", *(path for path in found if not set(WRITTEN_BY_TOOLS) & set(path.parts))]


def find_pages() -> list[Path]:
    """Every template, and every stylesheet and script that we wrote."""
    folders = [ROOT / "templates", *(ROOT / folder for folder in CODE)]
    return [
        path for folder in folders for kind in ("html", "css", "js", "svg") for path in folder.rglob(f"*.{kind}")
    ]


def find_texts() -> Iterator[Path]:
    """Everything that a person reads and git keeps."""
    for folder in (*CODE, "tests", "templates", "docs", "benchmarks", ".ci", "docker"):
        for path in sorted((ROOT / folder).rglob("*")):
            if (
                path.suffix in (".py", ".md", ".html", ".css", ".js", ".sh", ".yml", ".toml", "")
                and path.is_file()
            ):
                yield path
    yield from (
        path for path in sorted(ROOT.iterdir()) if path.suffix in (".md", ".toml", ".yml", ".py", ".example")
    )


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))
