"""The five addresses. Mount them at ``signin/``; register ``callback``, ``logged-out`` and ``backchannel-logout``
at the IdP.
"""

from django.urls import path

from xaa.signin.backchannel import backchannel_logout
from xaa.signin.callback import CallbackView
from xaa.signin.logout import logged_out, logout
from xaa.signin.start import StartView

app_name = "signin"
urlpatterns = [
    path("start", StartView.as_view(), name="start"),
    path("callback", CallbackView.as_view(), name="callback"),
    path("logout", logout, name="logout"),
    path("logged-out", logged_out, name="logged_out"),
    path("backchannel-logout", backchannel_logout, name="backchannel_logout"),
]
