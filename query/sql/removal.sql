alter table {{ table }} execute {{ procedure }}(retention_threshold => '{{ seconds }}s')
