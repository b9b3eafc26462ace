create temporary table combined (
{%- for name in keys %}
  {{ name | ident }} string,
{%- endfor %}
  `_event_start` timestamp_ltz(3),
{%- for column in columns %}
  {{ column.name | ident }} {{ column.type }},
{%- endfor %}
  `partition` int,
  `_first_offset` bigint,
  `_last_offset` bigint,
  `_accepted` bigint,
  `_rejected` bigint,
  `_heartbeats` bigint,
  `_duplicates` bigint,
  `offset` bigint,
  event_time timestamp_ltz(3),
  reason string,
  field string,
  payload bytes,
{%- for field in records %}
  {{ field.read | ident }} {{ field.type }},
{%- endfor %}
{%- if records %}
  `_record` boolean,
{%- endif %}
  arrived timestamp_ltz(3),
  watermark for arrived as source_watermark()
) with (
{%- for key, value in options.items() %}
  {{ key | literal }} = {{ value | literal }}{{ "," if not loop.last }}
{%- endfor %}
)
