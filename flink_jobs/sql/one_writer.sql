{#- Of writers that end apart from each other, the committer forgets the files of those that ended before a checkpoint
(IcebergFilesCommitter keeps what came last under one number for the end of input): one of them cannot. -#}
{% if bounded %} /*+ options('write-parallelism'='1') */{% endif %}
