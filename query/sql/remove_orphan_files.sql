alter table {{ table }} execute remove_orphan_files(retention_threshold => '{{ seconds }}s')
