"""Todo0's WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

from stage.kit import telemetry
from stage.kit.content_type import drop_parameters
from stage.kit.unread_body import read_to_the_end

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todo0.settings")

telemetry.start("web")
application = telemetry.record(read_to_the_end(drop_parameters(get_wsgi_application())))
