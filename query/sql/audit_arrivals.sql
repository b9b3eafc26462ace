{#- Messages of each table by arrival interval; intervals without any are left out. -#}
{%- for source in sources %}
select '{{ source.name }}', arrived_from, arrived_until, sum({{ source.count | ident }})
from {{ source.table }}{{ source.version }}
where {% if source.grain %}grain = '{{ source.grain }}' and {% endif %}arrived_from < ?
group by arrived_from, arrived_until
having sum({{ source.count | ident }}) <> 0
{{- "\nunion all" if not loop.last }}
{%- endfor %}
