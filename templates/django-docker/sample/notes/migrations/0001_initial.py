from django.db import migrations, models

import notes.models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=200)),
                ("file", models.FileField(blank=True, max_length=300, upload_to=notes.models.place)),
                ("file_name", models.CharField(blank=True, max_length=255)),
                ("written", models.DateTimeField(auto_now_add=True)),
            ],
        ),
    ]
