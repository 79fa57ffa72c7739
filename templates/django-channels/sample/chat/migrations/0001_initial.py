import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("room", models.CharField(max_length=50)),
                ("name", models.CharField(max_length=40)),
                ("text", models.CharField(max_length=1000)),
                ("sent", models.DateTimeField(auto_now_add=True)),
                ("key", models.UUIDField(default=uuid.uuid4, unique=True)),
            ],
            options={"indexes": [models.Index(fields=["room", "id"], name="chat_message_room_id")]},
        ),
    ]
