{#- What each side's ledger accounts for. -#}
{% for side in sides if side.table -%}
select '{{ side.name }}', coalesce(sum(accepted), 0), coalesce(sum(rejected), 0), coalesce(sum(heartbeats), 0)
  {{- ", bigint '0'" if "duplicates" in side.missing else ", coalesce(sum(duplicates), 0)" }}
from {{ side.table }} for version as of {{ side.snapshot }}
where arrived_from >= ? and arrived_from < ?
{{- "\nunion all\n" if not loop.last }}
{%- endfor %}
