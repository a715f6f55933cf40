"""The stage as a WSGI application, for granian."""

import os

from django.core.wsgi import get_wsgi_application

from stage.kit.content_type import drop_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stage.settings")
application = drop_parameters(get_wsgi_application())
