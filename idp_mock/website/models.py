"""The one file that an enterprise's web server has for whoever wants to know whose domain it is."""

from django.db import models

from idp_mock.directory.models import Enterprise, SavedChange


class DomainFile(models.Model):
    enterprise = models.OneToOneField(Enterprise, models.CASCADE, related_name="domain_file")
    text = models.CharField(max_length=2000)
    version = models.PositiveIntegerField(default=1)
    """Grows with every change, so that of two admins who edit the same version one is told."""

    def __str__(self) -> str:
        return f"the file of {self.enterprise_id}"

    @property
    def changes(self) -> models.Manager["DomainFileChange"]:
        return self.enterprise.domain_file_changes


class DomainFileChange(SavedChange):
    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="domain_file_changes")

    def __str__(self) -> str:
        return f"{self.enterprise} v{self.version} by {self.by_name}"
