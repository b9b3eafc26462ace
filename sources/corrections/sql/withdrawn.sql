-- The state after a file, where nothing was sent of what was refused.
copy (
    select l.key, l.message, l.date, l.number, if(r.key is null, l.sent, coalesce(b.sent, 0)) as sent,
        if(r.key is null, l.revision, coalesce(b.revision, -1)) as revision, l.gone and r.key is null as gone,
        l.waiting or r.key is not null as waiting
    from read_parquet({{ after }}) as l
    left join refused as r on r.key = l.key
    left join {% if before %}read_parquet({{ before }}){% else %}(
        select '' as key, 0 as sent, 0 as revision
        limit 0
    ){% endif %} as b on b.key = l.key
) to {{ fresh }} (format parquet, compression zstd, row_group_size 50000)
