select arrived, "partition", "offset", reason, field,
  substr(payload, 1, {{ most_bytes }}), length(payload)
from {{ table }} for version as of {{ snapshot }}
where arrived >= ? and arrived < ?
{%- if reason %}
  and reason = ?
{%- endif %}
{%- if after %}
  and (arrived < ? or (arrived = ? and ("partition" > ? or ("partition" = ? and "offset" < ?))))
{%- endif %}
order by arrived desc, "partition", "offset" desc
limit {{ limit }}
