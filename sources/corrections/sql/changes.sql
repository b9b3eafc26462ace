-- What is sent: messages of facts that changed, and as they are those that are no facts, for the decoder to name.
copy (
    with texts as (
        select c.k, c.kind, c.revision, s.row, coalesce(s.key, l.key) as key, coalesce(s.message, l.message) as message,
            regexp_replace(cast(c.change as varchar), '\.?0+$', '') as change, c.change = 0 as nothing
        from changed as c
        left join said as s on c.here and s.position = c.position
        left join landed as l on not c.here and l.k = c.k
    ),
    identified as (
        select *, left(sha256(concat_ws(chr(10), {{ file_hash }}, key, revision)), 32) as id
        from texts
    ),
    unfit as (
        select row, message, number, left(sha256(concat_ws(chr(10), {{ file_hash }}, 'row', row, position)), 32) as id
        from said
        where not fit
    )
    select id, cast(json_merge_patch(message, {{ patch }}) as varchar) as message, row, kind
    from identified
    union all
    select id, cast(json_merge_patch(message, {{ unfit_patch }}) as varchar) as message, row, 'unfit' as kind
    from unfit
) to {{ changes }} (format parquet, compression zstd, row_group_size 50000)
