with panes as (
    select
        messages,
        cpu_sum, cpu_min, cpu_max, cpu_max_at,
        ram_sum, ram_min, ram_max, ram_max_at,
        disk_sum, disk_min, disk_max, disk_max_at
    from minute_panes
    where
        service = $service
        and window_start >= make_timestamptz($start)
        and window_start < make_timestamptz($end)
        and (window_start < make_timestamptz($first_day) or window_start >= make_timestamptz($last_day))
    union all
    select
        messages,
        cpu_sum, cpu_min, cpu_max, cpu_max_at,
        ram_sum, ram_min, ram_max, ram_max_at,
        disk_sum, disk_min, disk_max, disk_max_at
    from day_panes
    where
        service = $service
        and window_start >= make_timestamptz($first_day)
        and window_start < make_timestamptz($last_day)
)

select
    sum(messages),
    sum(cpu_sum),
    min(cpu_min),
    max(cpu_max),
    arg_max(epoch_us(cpu_max_at), {'value': cpu_max, 'early': -epoch_us(cpu_max_at)}),
    sum(ram_sum),
    min(ram_min),
    max(ram_max),
    arg_max(epoch_us(ram_max_at), {'value': ram_max, 'early': -epoch_us(ram_max_at)}),
    sum(disk_sum),
    min(disk_min),
    max(disk_max),
    arg_max(epoch_us(disk_max_at), {'value': disk_max, 'early': -epoch_us(disk_max_at)})
from panes
