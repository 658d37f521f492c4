-- Set with the state that stands for all partitions: their own are given up when it is swapped in.
ALTER TABLE staged_states ADD COLUMN drops_partitions BOOLEAN NOT NULL DEFAULT FALSE;
