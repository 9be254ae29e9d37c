-- Wait until every replica has the new values, which each of them reads when it makes the update.
SYSTEM SYNC REPLICA {on_cluster} {database}.repricings
