{#- Admissions by what each has a value of, in sets that `bits` tells apart. -#}
{% include "newest.sql" %}
select
  grouping({{ keys | map("ident") | join(", ") }}) as bits,
  {% for name in keys %}{{ name | ident }}, {% endfor %}
  count(*) as admissions,
  {{ "count(distinct site || '/' || patient)" if "patient" in columns else "cast(null as bigint)" }} as patients,
  sum(case when status = 'in_progress' then 1 else 0 end) as staying,
  {{ "approx_percentile(stay_hours, array[0.5e0, 0.9e0])" if "stay_hours" in columns else "null" }} as stays
from found
group by grouping sets (
  {%- for by in sets %}({{ by | map("ident") | join(", ") }}){{ ", " if not loop.last }}{% endfor %})
