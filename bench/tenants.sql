select sum(messages)
from lake.{{ stream | ident }}.days
where
    {{ dimension | ident }} = {{ key | literal }}
    and window_start >= from_iso8601_timestamp({{ start | literal }})
    and window_start < from_iso8601_timestamp({{ end | literal }})
