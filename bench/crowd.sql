with names as (
  select 'bench-' || lpad(number::text, 5, '0') as name
  from generate_series(0, %(users)s - 1) as number
),

made as (
  insert into windowpane.users (name, made_at, made_by)
  select
    name,
    now(),
    'bench'
  from names
  returning name
)

insert into windowpane.grants (kind, name, stream, can, "where", hide, made_at, made_by)
select
  'user',
  name,
  %(stream)s,
  array['ask', 'send'],
  '{}',
  array[]::text[],
  now(),
  'bench'
from made
