# What people entrust to a workspace for a source, sealed.

import django.db.models.deletion
import listening.sources
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('listening', '0001_initial'),
        ('teams', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Credential',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=listening.sources.choices, max_length=40)),
                ('sealed', models.TextField()),
                ('session', models.TextField(blank=True)),
                ('host', models.CharField(blank=True, max_length=255)),
                ('saved_at', models.DateTimeField()),
                ('checked_at', models.DateTimeField(blank=True, null=True)),
                ('error', models.TextField(blank=True)),
                ('error_params', models.JSONField(blank=True, default=dict)),
                ('error_kind', models.CharField(blank=True, max_length=12)),
                ('saved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='credentials', to='teams.workspace')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('workspace', 'source'), name='one_credential_per_source')],
            },
        ),
    ]
