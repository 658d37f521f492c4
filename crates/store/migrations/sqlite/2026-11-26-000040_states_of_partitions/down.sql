ALTER TABLE staged_states DROP COLUMN drops_partitions;
