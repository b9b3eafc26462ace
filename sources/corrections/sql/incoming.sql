-- What the file says, one row a message: `k` tells facts apart, `number` is what they count, null where none can be read.
create table said as
with messages as (
    select row, file_row_number as position, message,
        json_extract_string(message, {{ key_paths }}) as key,
        {{ number }} as number
    from read_parquet({{ mapped }}, file_row_number = true)
)
select md5_number(cast(to_json(key) as varchar)) as k, row, position, message, number,
    cast(to_json(key) as varchar) as key, {{ date }} as date,
    {{ fit }} as fit
from messages
