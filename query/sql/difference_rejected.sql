{#- Rejected messages of each side by reason. -#}
{% for side in sides if side.table -%}
select '{{ side.name }}', reason, count(*)
from {{ side.table }} for version as of {{ side.snapshot }}
where arrived >= ? and arrived < ?
group by reason
{{- "\nunion all\n" if not loop.last }}
{%- endfor %}
