select
  count(distinct visitor),
  count(*),
  coalesce(sum(views), 0)::bigint,
  count(*) filter (where counting < 2),
  coalesce(sum((epoch_us(ended) - epoch_us(visit_start)) // 1000000), 0)::bigint,
  coalesce(sum(events), 0)::bigint
from visits
