DROP INDEX tokens_previous;
ALTER TABLE tokens DROP COLUMN previous_expires_at;
ALTER TABLE tokens DROP COLUMN previous_sha256;
ALTER TABLE tokens DROP COLUMN expires_at;
ALTER TABLE tokens DROP COLUMN connection_ids;
ALTER TABLE tokens DROP COLUMN scope;
ALTER TABLE tokens DROP COLUMN name;
