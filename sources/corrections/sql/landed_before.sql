-- What was landed of all files before, told apart as the messages of the file are.
create table landed as
with states as (
    select *, {{ key_parts }} as parts
    from {% if landed %}read_parquet({{ landed }}){% else %}(
        select '' as key, '' as message, '' as date, cast(0 as decimal(38, 9)) as number,
            cast(0 as decimal(38, 9)) as sent, cast(0 as integer) as revision, false as gone, false as waiting
        limit 0
    ){% endif %}
)
select md5_number(key) as k, {{ series }} as series, key, message, date, number, sent, revision, gone, waiting,
    hash(message) as digest
from states
