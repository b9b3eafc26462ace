-- All messages of a file, each with an id of the file and of its place in it, unless it has one.
copy (
    with placed as (
        select row, message, left(sha256(concat_ws(chr(10), {{ file_hash }}, 'row', row, file_row_number)), 32) as id
        from read_parquet({{ mapped }}, file_row_number = true)
    )
    select id, cast(json_merge_patch('{"id":"' || id || '"}', message) as varchar) as message, row, 'first' as kind
    from placed
) to {{ changes }} (format parquet, compression zstd, row_group_size 50000)
