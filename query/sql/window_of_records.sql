{#- A window of messages merged into one row per group, as panes of them would be. A page has the first groups, in the
    order of the keys, of those beyond a cursor. -#}
{%- from "groups_beyond.sql" import beyond -%}
{%- from "among.sql" import met -%}
{%- set grouped = keys | map(attribute="name") | map("ident") | list + (["at"] if bucket else []) -%}
{%- if visits -%}
with {% include "messages_of_visits.sql" %},
{%- else -%}
with messages as (
  select
    event_time
    {%- for key in keys %},
    {{ key.sql }} as {{ key.name | ident }}
    {%- endfor %}
    {%- if bucket %},
    {{ bucket }} as at
    {%- endif %}
    {%- for each in read %},
    {{ each.sql }} as {{ each.name | ident }}
    {%- endfor %}
  from {{ table }} for version as of {{ snapshot }}
  where event_time >= ? and event_time < ?
  {{- met(where, alternatives) }}
  {%- if known %}
    and arrived < ?
  {%- endif %}
),
{%- endif %}
panes as (
  select
    {%- for name in grouped %}
    {{ name }},
    {%- endfor %}
    {%- for column in made %}
    {{ column.sql }} as {{ column.name | ident }}{{ "," if not loop.last }}
    {%- endfor %}
  from messages
  {%- if after %}
  where {{ beyond(keys | map(attribute="name") | list) }}
  {%- endif %}
  {%- if grouped %}
  group by {{ grouped | join(", ") }}
  {%- endif %}
)
select
  {%- for name in grouped %}
  {{ name }},
  {%- endfor %}
  {%- for column in merged %}
  {{ column.sql }} as {{ column.name | ident }}{{ "," if not loop.last }}
  {%- endfor %}
from panes
{%- if grouped %}
group by {{ grouped | join(", ") }}
{%- endif %}
{%- if limit %}
{%- if keys %}
order by {{ keys | map(attribute="name") | map("ident") | join(", ") }}
{%- endif %}
limit {{ limit }}
{%- endif %}
