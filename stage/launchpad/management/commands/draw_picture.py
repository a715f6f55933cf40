"""``manage.py stage draw_picture``: write the README's picture, after the launchpad's was changed."""

from django.core.management.base import BaseCommand

from stage.kit.settings_base import ROOT
from stage.launchpad.picture import THEMES, draw


class Command(BaseCommand):
    help = "Write docs/flow-light.svg and docs/flow-dark.svg from the launchpad's picture."

    def handle(self, *args: object, **options: object) -> None:
        for theme in THEMES:
            path = ROOT / "docs" / f"flow-{theme}.svg"
            path.write_text(draw(theme))
            self.stdout.write(f"Wrote {path.relative_to(ROOT)}")
