create temporary table messages (
{%- for column in row %}
  {{ column.name | ident }} {{ column.type }},
{%- endfor %}
  `partition` int metadata virtual,
  `offset` bigint metadata virtual,
  arrived timestamp_ltz(3) metadata from 'timestamp' virtual,
  watermark for arrived as {{ watermark }}
) with (
{%- for key, value in options.items() %}
  {{ key | literal }} = {{ value | literal }}{{ "," if not loop.last }}
{%- endfor %}
)
