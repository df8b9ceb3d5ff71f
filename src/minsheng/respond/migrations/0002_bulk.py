"""The loader may move the sequence of order ids past the orders that it wrote by COPY."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("respond", "0001_tables")]
    operations = [
        migrations.RunSQL(
            "GRANT UPDATE ON SEQUENCE respond_number TO minsheng_loader",
            "REVOKE UPDATE ON SEQUENCE respond_number FROM minsheng_loader",
        )
    ]
