-- The state after the file: every fact there ever was, with what has been sent of it.
copy (
    with states as (
        select k, position, here, number, if(changes, sent + change, sent) as sent,
            if(changes, revision + 1, revision) as revision, not present as gone,
            waiting and not changes and present as waiting
        from compared
    )
    select s.key, s.message, s.date, c.number, c.sent, c.revision, c.gone, c.waiting
    from said as s
    join states as c on c.here and c.position = s.position
    union all
    select l.key, l.message, l.date, c.number, c.sent, c.revision, c.gone, c.waiting
    from landed as l
    join states as c on not c.here and c.k = l.k
) to {{ landed }} (format parquet, compression zstd, row_group_size 50000)
