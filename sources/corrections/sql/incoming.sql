-- What the file says, one row a message: `k` tells facts apart, `series` those that differ by more than the date, `number`
-- is what they count, null where none can be read.
create table said as
with read as (
    select row, file_row_number as position, message, json_extract_string(message, {{ key_paths }}) as key,
        {{ number_text }} as number_text
    from read_parquet({{ mapped }}, file_row_number = true)
),
messages as (
    select row, position, message, key, cast(to_json(key) as varchar) as key_text, {{ date }} as date,
        -- what is a number in JSON, no text of one
        if(number_text[1] in ('-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'),
            try_cast(number_text as decimal(38, 9)), null) as number
    from read
)
select md5_number(key_text) as k, {{ series }} as series, row, position, message, number, key_text as key, date,
    {{ fit }} as fit
from messages
