DROP INDEX credential_leases_by_end;
DROP INDEX records_deleted;
