"""The IdP as a WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

from stage.kit.content_type import drop_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "idp_mock.settings")
application = drop_parameters(get_wsgi_application())
