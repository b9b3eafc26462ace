delete from windowpane.sites
where starts_with(name, %(prefix)s)
