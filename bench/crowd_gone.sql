with gone as (
  delete from windowpane.users where name like 'bench-%'
  returning name
)

delete from windowpane.grants
where kind = 'user' and name in (select name from gone)
