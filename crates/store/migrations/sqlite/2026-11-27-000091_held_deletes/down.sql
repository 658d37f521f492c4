DROP TABLE held_deletes;
