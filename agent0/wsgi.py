"""Agent0 as a WSGI application: ``agent0.wsgi:application``."""

import os

from django.core.wsgi import get_wsgi_application

from stage.kit.content_type import drop_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agent0.settings")
application = drop_parameters(get_wsgi_application())
