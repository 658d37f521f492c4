-- What the first release cannot open (format 2, other purposes) is lost: set the secrets again.
ALTER TABLE connections ADD COLUMN sealed_secrets BYTEA;
UPDATE connections SET sealed_secrets = (
    SELECT d.sealed FROM secret_documents d
    WHERE d.connection_id = connections.id AND d.purpose = 'config' AND d.format = 1
);
DROP TABLE secret_documents;
