with panes as (
    select
        messages,
        cpu_sum, cpu_min, cpu_max, cpu_max_at,
        ram_sum, ram_min, ram_max, ram_max_at,
        disk_sum, disk_min, disk_max, disk_max_at
    from minute_panes
    where
        service = {service:String}
        and window_start >= fromUnixTimestamp64Micro({start:Int64}, 'UTC')
        and window_start < fromUnixTimestamp64Micro({end:Int64}, 'UTC')
        and (window_start < fromUnixTimestamp64Micro({first_day:Int64}, 'UTC') or window_start >= fromUnixTimestamp64Micro({last_day:Int64}, 'UTC'))
    union all
    select
        messages,
        cpu_sum, cpu_min, cpu_max, cpu_max_at,
        ram_sum, ram_min, ram_max, ram_max_at,
        disk_sum, disk_min, disk_max, disk_max_at
    from day_panes
    where
        service = {service:String}
        and window_start >= fromUnixTimestamp64Micro({first_day:Int64}, 'UTC')
        and window_start < fromUnixTimestamp64Micro({last_day:Int64}, 'UTC')
)

select
    sum(messages),
    sum(cpu_sum),
    min(cpu_min),
    max(cpu_max),
    argMax(toUnixTimestamp64Micro(cpu_max_at), (cpu_max, -toUnixTimestamp64Micro(cpu_max_at))),
    sum(ram_sum),
    min(ram_min),
    max(ram_max),
    argMax(toUnixTimestamp64Micro(ram_max_at), (ram_max, -toUnixTimestamp64Micro(ram_max_at))),
    sum(disk_sum),
    min(disk_min),
    max(disk_max),
    argMax(toUnixTimestamp64Micro(disk_max_at), (disk_max, -toUnixTimestamp64Micro(disk_max_at)))
from panes
