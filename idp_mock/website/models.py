"""The one file that an enterprise's web server has for whoever wants to know whose domain it is."""

from django.db import models

from idp_mock.directory.models import Enterprise


class DomainFile(models.Model):
    enterprise = models.OneToOneField(Enterprise, models.CASCADE, related_name="domain_file")
    text = models.CharField(max_length=2000)

    def __str__(self) -> str:
        return f"the file of {self.enterprise_id}"
