# The listening room as first laid out.

import datetime
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import listening.sources
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('teams', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('domain', models.CharField(max_length=255, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='Author',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=40)),
                ('handle', models.CharField(max_length=255)),
                ('url', models.URLField(blank=True, max_length=2048)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='teams.workspace')),
            ],
        ),
        migrations.CreateModel(
            name='Brand',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('own', 'Our brand'), ('competitor', 'Competitor')], max_length=12)),
                ('name', models.CharField(max_length=80)),
                ('aliases', models.JSONField(blank=True, default=list)),
                ('tags', models.JSONField(blank=True, default=list)),
                ('domain', models.CharField(blank=True, max_length=255)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='brands', to='teams.workspace')),
            ],
            options={
                'ordering': ['-kind', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Conversation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=40)),
                ('external_id', models.CharField(max_length=512)),
                ('url', models.URLField(blank=True, max_length=2048)),
                ('handle', models.CharField(blank=True, max_length=2048)),
                ('opener', models.CharField(blank=True, max_length=255)),
                ('state', models.CharField(choices=[('unread', 'Not read yet'), ('read', 'Read'), ('unreadable', 'Cannot be read')], default='unread', max_length=10)),
                ('error', models.TextField(blank=True)),
                ('error_params', models.JSONField(blank=True, default=dict)),
                ('replies_said', models.PositiveIntegerField(blank=True, null=True)),
                ('replies_said_when_read', models.PositiveIntegerField(blank=True, null=True)),
                ('replies', models.JSONField(blank=True, default=list)),
                ('participants', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=255), blank=True, default=list, size=None)),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='conversations', to='teams.workspace')),
            ],
        ),
        migrations.CreateModel(
            name='Feed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('lease_token', models.UUIDField(blank=True, null=True)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('error', models.TextField(blank=True)),
                ('error_params', models.JSONField(blank=True, default=dict)),
                ('error_kind', models.CharField(blank=True, max_length=12)),
                ('last_ok_at', models.DateTimeField(blank=True, null=True)),
                ('url', models.URLField(max_length=2048, unique=True)),
                ('title', models.CharField(blank=True, max_length=300)),
                ('site_url', models.URLField(blank=True, max_length=2048)),
                ('language', models.CharField(blank=True, max_length=35)),
                ('etag', models.TextField(blank=True)),
                ('last_modified', models.TextField(blank=True)),
                ('body_hash', models.CharField(blank=True, max_length=64)),
                ('polled_at', models.DateTimeField(blank=True, null=True)),
                ('interval_minutes', models.PositiveIntegerField(default=60)),
            ],
            options={
                'indexes': [models.Index(fields=['due_at'], name='feed_due')],
            },
        ),
        migrations.CreateModel(
            name='FeedEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('external_id', models.CharField(max_length=64)),
                ('item', models.JSONField()),
                ('item_hash', models.CharField(max_length=64)),
                ('published_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('feed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='listening.feed')),
            ],
        ),
        migrations.CreateModel(
            name='FeedSubscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('heard_to', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('feed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='subscriptions', to='listening.feed')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='subscriptions', to='teams.workspace')),
            ],
        ),
        migrations.CreateModel(
            name='Fetch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('lease_token', models.UUIDField(blank=True, null=True)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('error', models.TextField(blank=True)),
                ('error_params', models.JSONField(blank=True, default=dict)),
                ('error_kind', models.CharField(blank=True, max_length=12)),
                ('last_ok_at', models.DateTimeField(blank=True, null=True)),
                ('source', models.CharField(choices=listening.sources.choices, max_length=40)),
                ('capability', models.CharField(max_length=10)),
                ('subject_id', models.BigIntegerField(blank=True, null=True)),
                ('label', models.CharField(blank=True, max_length=255)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Reading'), ('ok', 'Complete'), ('partial', 'Partly read'), ('failed', 'Could not be read')], default='waiting', max_length=10)),
                ('cursor', models.JSONField(blank=True, null=True)),
                ('since', models.DateTimeField(blank=True, null=True)),
                ('pages', models.PositiveIntegerField(default=0)),
                ('inspected', models.PositiveIntegerField(default=0)),
                ('found', models.PositiveIntegerField(default=0)),
                ('new', models.PositiveIntegerField(default=0)),
                ('covered_from', models.DateTimeField(blank=True, null=True)),
                ('covered_to', models.DateTimeField(blank=True, null=True)),
                ('truncated', models.BooleanField(default=False)),
                ('gaps', models.JSONField(blank=True, default=list)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('feed', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='listening.feed')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Capture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.TextField()),
                ('status', models.PositiveSmallIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('body', models.BinaryField()),
                ('fetched_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('fetch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='captures', to='listening.fetch')),
            ],
        ),
        migrations.CreateModel(
            name='Industry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('terms', models.JSONField(blank=True, default=list)),
                ('tags', models.JSONField(blank=True, default=list)),
                ('workspace', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='industry', to='teams.workspace')),
            ],
        ),
        migrations.CreateModel(
            name='Mention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=listening.sources.choices, max_length=40)),
                ('external_id', models.CharField(max_length=512)),
                ('url', models.URLField(max_length=2048)),
                ('url_key', models.CharField(blank=True, max_length=64)),
                ('text_key', models.CharField(blank=True, max_length=64)),
                ('title', models.TextField(blank=True)),
                ('text', models.TextField(blank=True)),
                ('is_searchable', models.BooleanField(default=True)),
                ('tags', models.JSONField(blank=True, default=list)),
                ('language', models.CharField(blank=True, max_length=35)),
                ('metrics', models.JSONField(blank=True, default=dict)),
                ('is_question', models.BooleanField(default=False)),
                ('published_at', models.DateTimeField()),
                ('date_known', models.BooleanField(default=True)),
                ('state', models.CharField(choices=[('heard', 'Heard'), ('not_relevant', 'Not relevant')], default='heard', max_length=12)),
                ('is_starred', models.BooleanField(default=False)),
                ('note', models.TextField(blank=True)),
                ('first_seen_at', models.DateTimeField(auto_now_add=True)),
                ('last_seen_at', models.DateTimeField()),
                ('words', django.contrib.postgres.search.SearchVectorField(null=True)),
                ('author', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to='listening.author')),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mentions', to='listening.conversation')),
                ('first_fetch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to='listening.fetch')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mentions', to='teams.workspace')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='listening.site')),
            ],
            options={
                'ordering': ['-published_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Scan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slot', models.DateTimeField()),
                ('started_at', models.DateTimeField(auto_now_add=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scans', to='teams.workspace')),
            ],
            options={
                'ordering': ['-started_at'],
            },
        ),
        migrations.AddField(
            model_name='fetch',
            name='scan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='fetches', to='listening.scan'),
        ),
        migrations.CreateModel(
            name='ScanPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('lease_token', models.UUIDField(blank=True, null=True)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('error', models.TextField(blank=True)),
                ('error_params', models.JSONField(blank=True, default=dict)),
                ('error_kind', models.CharField(blank=True, max_length=12)),
                ('last_ok_at', models.DateTimeField(blank=True, null=True)),
                ('every', models.CharField(choices=[('hour', 'Every hour'), ('day', 'Every day'), ('week', 'Every week'), ('cron', 'Cron expression')], default='day', max_length=5)),
                ('at', models.TimeField(default=datetime.time(7, 0))),
                ('weekday', models.PositiveSmallIntegerField(default=1)),
                ('cron_text', models.CharField(blank=True, max_length=100)),
                ('is_on', models.BooleanField(default=True)),
                ('workspace', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='plan', to='teams.workspace')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='scan',
            name='plan',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to='listening.scanplan'),
        ),
        migrations.CreateModel(
            name='Search',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(choices=[('brand', 'Brand'), ('industry', 'Industry')], max_length=10)),
                ('form', models.CharField(choices=[('keyword', 'By keyword'), ('tag', 'By tag')], max_length=10)),
                ('is_on', models.BooleanField(default=True)),
                ('brand', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='searches', to='listening.brand')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='searches', to='teams.workspace')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AddField(
            model_name='fetch',
            name='search',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='listening.search'),
        ),
        migrations.CreateModel(
            name='SearchVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('text', models.TextField()),
                ('fold', models.BooleanField(default=False)),
                ('is_current', models.BooleanField(default=True)),
                ('rematched_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
                ('search', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='listening.search')),
            ],
            options={
                'ordering': ['-number'],
            },
        ),
        migrations.CreateModel(
            name='Match',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=40)),
                ('published_at', models.DateTimeField()),
                ('where', models.JSONField(default=list)),
                ('content_hash', models.CharField(max_length=64)),
                ('brand', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='listening.brand')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='teams.workspace')),
                ('mention', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='matches', to='listening.mention')),
                ('search', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='listening.search')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='matches', to='listening.searchversion')),
            ],
        ),
        migrations.AddField(
            model_name='fetch',
            name='version',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='listening.searchversion'),
        ),
        migrations.CreateModel(
            name='SourceSetting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=listening.sources.choices, max_length=40)),
                ('enabled', models.BooleanField(default=True)),
                ('instance', models.CharField(blank=True, max_length=255)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='source_settings', to='teams.workspace')),
            ],
        ),
        migrations.CreateModel(
            name='Story',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='teams.workspace')),
            ],
        ),
        migrations.AddField(
            model_name='mention',
            name='story',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mentions', to='listening.story'),
        ),
        migrations.AddConstraint(
            model_name='author',
            constraint=models.UniqueConstraint(fields=('workspace', 'source', 'handle'), name='one_author_per_handle'),
        ),
        migrations.AddConstraint(
            model_name='brand',
            constraint=models.UniqueConstraint(fields=('workspace', 'name'), name='one_brand_per_name'),
        ),
        migrations.AddConstraint(
            model_name='brand',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'own')), fields=('workspace',), name='one_own_brand_per_workspace'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('state', 'unread')), fields=['workspace', 'source'], name='conversation_unread'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=django.contrib.postgres.indexes.GinIndex(fields=['participants'], name='conversation_participants'),
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=models.UniqueConstraint(fields=('workspace', 'source', 'external_id'), name='one_conversation_per_id'),
        ),
        migrations.AddIndex(
            model_name='feedentry',
            index=models.Index(fields=['feed', 'published_at'], name='entry_by_date'),
        ),
        migrations.AddConstraint(
            model_name='feedentry',
            constraint=models.UniqueConstraint(fields=('feed', 'external_id'), name='one_entry_per_feed_and_id'),
        ),
        migrations.AddConstraint(
            model_name='feedsubscription',
            constraint=models.UniqueConstraint(fields=('workspace', 'feed'), name='follow_a_feed_once'),
        ),
        migrations.AddIndex(
            model_name='capture',
            index=models.Index(fields=['expires_at'], name='capture_expiry'),
        ),
        migrations.AddConstraint(
            model_name='scan',
            constraint=models.UniqueConstraint(fields=('workspace', 'slot'), name='one_scan_per_slot'),
        ),
        migrations.AddConstraint(
            model_name='scan',
            constraint=models.UniqueConstraint(condition=models.Q(('finished_at__isnull', True)), fields=('workspace',), name='one_running_scan_per_workspace'),
        ),
        migrations.AddConstraint(
            model_name='search',
            constraint=models.UniqueConstraint(fields=('workspace', 'subject', 'brand', 'form'), name='one_search_per_subject_and_form', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='search',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('brand__isnull', False), ('subject', 'brand')), models.Q(('brand__isnull', True), ('subject', 'industry')), _connector='OR'), name='brand_searches_name_a_brand'),
        ),
        migrations.AddConstraint(
            model_name='searchversion',
            constraint=models.UniqueConstraint(fields=('search', 'number'), name='one_version_per_number'),
        ),
        migrations.AddConstraint(
            model_name='searchversion',
            constraint=models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('search',), name='one_current_version_per_search'),
        ),
        migrations.AddIndex(
            model_name='match',
            index=models.Index(fields=['workspace', 'search', '-published_at'], name='match_by_search'),
        ),
        migrations.AddConstraint(
            model_name='match',
            constraint=models.UniqueConstraint(fields=('version', 'mention'), name='one_match_per_version_and_mention'),
        ),
        migrations.AddIndex(
            model_name='fetch',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='fetch_due'),
        ),
        migrations.AddIndex(
            model_name='fetch',
            index=models.Index(fields=['search', 'source', 'capability', '-finished_at'], name='fetch_history'),
        ),
        migrations.AddConstraint(
            model_name='sourcesetting',
            constraint=models.UniqueConstraint(fields=('workspace', 'source'), name='one_setting_per_source'),
        ),
        migrations.AddIndex(
            model_name='mention',
            index=models.Index(fields=['workspace', '-published_at', '-id'], name='mention_newest'),
        ),
        migrations.AddIndex(
            model_name='mention',
            index=models.Index(fields=['workspace', 'url_key'], name='mention_by_url'),
        ),
        migrations.AddIndex(
            model_name='mention',
            index=models.Index(condition=models.Q(('text_key', ''), _negated=True), fields=['workspace', 'text_key'], name='mention_by_text'),
        ),
        migrations.AddIndex(
            model_name='mention',
            index=django.contrib.postgres.indexes.GinIndex(fields=['words'], name='mention_words'),
        ),
        migrations.AddConstraint(
            model_name='mention',
            constraint=models.UniqueConstraint(fields=('workspace', 'source', 'external_id'), name='one_mention_per_id'),
        ),
    ]
