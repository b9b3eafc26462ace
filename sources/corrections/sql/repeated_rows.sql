-- Rows that do not count because a later one of the file is of the same fact, and says something else.
copy (
    select s.row, s.message, s.key, last.row as counts
    from said as s
    join repeated as r on r.k = s.k and r.last <> s.position
    join said as last on last.position = r.last
    where s.fit and s.message <> last.message
) to {{ repeated }} (format parquet, compression snappy)
