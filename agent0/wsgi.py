"""Agent0 as a WSGI application: ``agent0.wsgi:application``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agent0.settings")
application = get_wsgi_application()
