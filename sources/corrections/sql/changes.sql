-- What is sent: messages of facts that changed, and as they are those that are no facts, for the decoder to name.
copy (
    with changed as (
        select k, position, here, kind, revision + 1 as revision, change = 0 as nothing,
            regexp_replace(cast(change as varchar), '\.?0+$', '') as change
        from compared
        where changes
    ),
    texts as (
        select c.kind, c.revision, c.change, c.nothing, s.row, s.key, s.message
        from said as s
        join changed as c on c.here and c.position = s.position
        union all
        select c.kind, c.revision, c.change, c.nothing, null as row, l.key, l.message
        from landed as l
        join changed as c on not c.here and c.k = l.k
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
    -- What a message has not is put after what it has; only where it has some of it, its JSON must be taken apart.
    select id, if({{ plain }} and kind <> 'retracted', left(message, -1) || ',' || substr({{ patch }}, 2),
        cast(json_merge_patch(message, {{ patch }}) as varchar)) as message, row, kind
    from identified
    union all
    select id, cast(json_merge_patch(message, {{ unfit_patch }}) as varchar) as message, row, 'unfit' as kind
    from unfit
) to {{ changes }} (format parquet, compression snappy, row_group_size 10000)
