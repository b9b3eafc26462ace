with decoded as (
    select
        event_time,
        -- Trino compares the names of JSON members with those of a row in lower case.
        cast(
            json_parse(from_utf8(payload)) as row (
                servicename varchar,
                cpu double,
                ram row (total double, free double),
                disk row (total double, free double)
            )
        ) as message
    from events
    where event_time >= ? and event_time < ?
),

measured as (
    select
        event_time,
        -- Rounded half to even, as the definition says: to add 2^52 leaves a double no fraction.
        cast(message.cpu * 1e6 + 4503599627370496e0 - 4503599627370496e0 as bigint) as cpu,
        cast(
            (1 - message.ram.free / message.ram.total) * 1e6
            + 4503599627370496e0 - 4503599627370496e0 as bigint
        ) as ram,
        cast(
            (1 - message.disk.free / message.disk.total) * 1e6
            + 4503599627370496e0 - 4503599627370496e0 as bigint
        ) as disk
    from decoded
    where message.servicename = ?
)

select
    count(*),
    sum(cpu),
    min(cpu),
    max(cpu),
    min_by(event_time, row(-cpu, event_time)),
    sum(ram),
    min(ram),
    max(ram),
    min_by(event_time, row(-ram, event_time)),
    sum(disk),
    min(disk),
    max(disk),
    min_by(event_time, row(-disk, event_time))
from measured
