"""The subject resolvers of the lift proof: one known person, found by (issuer, sub); and a generous one."""

from django.contrib.auth.models import User

from xaa.jwt_bearer.presented import IdJag
from xaa.jwt_bearer.subjects import Newcomer, SubjectNotFound


def resolve_subject(id_jag: IdJag) -> User:
    try:
        return User.objects.get(username=f"{id_jag.issuer} {id_jag.subject}")
    except User.DoesNotExist as error:
        raise SubjectNotFound("expected an account for this issuer and sub, found none") from error


def resolve_or_welcome(id_jag: IdJag) -> User | Newcomer:
    """Whoever is not known may come; ``username`` is unique, so of several at once one makes the account."""
    username = f"{id_jag.issuer} {id_jag.subject}"
    known = User.objects.filter(username=username).first()
    return known or Newcomer(lambda: User.objects.get_or_create(username=username)[0])


def welcome_somebody_deactivated(id_jag: IdJag) -> Newcomer:
    """Her account was made elsewhere in the same moment, and switched off in the next."""
    return Newcomer(lambda: User(username=f"{id_jag.issuer} {id_jag.subject}", is_active=False))
