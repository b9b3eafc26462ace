{#- The finest panes that a rollup's panes are made of, of the breakdowns that have such: their arrival window may be cut
    short where the table was complete before, or where the job ends. A condition on the window or the key alone would be
    pushed below the aggregate, which then would not be shared. -#}
create temporary view finest_of_{{ grain }}s as
select *
from finest
where true
{%- if only %}
  and (breakdown in ({{ only | map("literal") | join(", ") }}) or messages < 0)
{%- endif %}
{%- if cut %}
  and (window_from >= timestamp {{ cut | literal }} or messages < 0)
{%- endif %}
{%- if until %}
  and (window_until <= timestamp {{ until | literal }} or messages < 0)
{%- endif %}
