"""An app as small as an app can be: a home page that says who is signed in, and the sign-in."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.user.get_username() or "nobody")


urlpatterns = [path("signin/", include("xaa.signin.urls")), path("home", home, name="home")]
