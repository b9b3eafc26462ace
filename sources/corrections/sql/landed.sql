-- The state after the file: every fact there ever was, with what has been sent of it.
copy (
    select coalesce(s.key, l.key) as key, coalesce(s.message, l.message) as message, coalesce(s.date, l.date) as date,
        f.number, coalesce(f.sent, 0) + coalesce(c.change, 0) as sent, coalesce(c.revision, f.revision, -1) as revision,
        not f.present as gone, f.waiting and c.k is null and f.present as waiting
    from facts as f
    left join changed as c on c.k = f.k
    left join said as s on f.here and s.position = f.position
    left join landed as l on not f.here and l.k = f.k
) to {{ landed }} (format parquet, compression zstd, row_group_size 50000)
