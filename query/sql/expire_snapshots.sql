alter table {{ table }} execute expire_snapshots(retention_threshold => '{{ seconds }}s')
