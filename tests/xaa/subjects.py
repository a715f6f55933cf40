"""The subject resolver of the lift proof: one known person, found by (issuer, sub)."""

from django.contrib.auth.models import User

from xaa.jwt_bearer.presented import IdJag
from xaa.jwt_bearer.subjects import SubjectNotFound


def resolve_subject(id_jag: IdJag) -> User:
    try:
        return User.objects.get(username=f"{id_jag.issuer} {id_jag.subject}")
    except User.DoesNotExist as error:
        raise SubjectNotFound("expected an account for this issuer and sub, found none") from error
