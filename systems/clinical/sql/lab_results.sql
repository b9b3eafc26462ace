{#- Results by what each has a value of, in sets that `bits` tells apart. Quantiles are of one test in one unit, wherever
    they are shown. -#}
{% include "newest.sql" %}
select
  grouping({{ keys | map("ident") | join(", ") }}) as bits,
  {% for name in keys %}{{ name | ident }}, {% endfor %}
  count(*) as results,
  {{ "count(out_of_range)" if "out_of_range" in columns else "cast(null as bigint)" }} as judged,
  {{ "coalesce(sum(out_of_range), 0)" if "out_of_range" in columns else "cast(null as bigint)" }} as outside,
  {{ "approx_percentile(value, array[0.05e0, 0.25e0, 0.5e0, 0.75e0, 0.95e0])" if "value" in columns else "null" }} as quantiles,
  {{ "max(test_name)" if "test_name" in columns else "cast(null as varchar)" }} as test_name
from found
group by grouping sets (
  {%- for by in sets %}({{ by | map("ident") | join(", ") }}){{ ", " if not loop.last }}{% endfor %})
