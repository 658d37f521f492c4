//! Cursors that are none, or of another list, or too old.

rows! {
    "an empty cursor": GET "syncs?cursor=" => 422 invalid_cursor "cursor";
    "a cursor without a value": GET "syncs?cursor" => 422 invalid_cursor "cursor";
    "a number as a cursor": GET "syncs?cursor=100" => 422 invalid_cursor "cursor";
    "an id as a cursor": GET "syncs?cursor=<sync>" => 422 invalid_cursor "cursor";
    "null as a cursor": GET "syncs?cursor=null" => 422 invalid_cursor "cursor";
    "a short cursor": GET "syncs?cursor=AQ" => 422 invalid_cursor "cursor";
    "a cursor of zeros": GET "syncs?cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" => 422 invalid_cursor "cursor";
    "a cursor of the right form": GET "syncs?cursor=AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" => 422 invalid_cursor "cursor";
    "a cursor of another version": GET "syncs?cursor=AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" => 422 invalid_cursor "cursor";
    "a cursor that is not base 64": GET "syncs?cursor=%21%22" => 422 invalid_cursor "cursor";
    "a cursor with a NUL": GET "syncs?cursor=<cursor_syncs>%00" => 422 invalid_cursor "cursor";
    "a cursor with a space": GET "syncs?cursor=<cursor_syncs>%20" => 422 invalid_cursor "cursor";
    "a cursor with a line break": GET "syncs?cursor=<cursor_syncs>%0d%0aX-Evil:%20yes" => 422 invalid_cursor "cursor";
    "a cursor in quotes": GET "syncs?cursor=%22<cursor_syncs>%22" => 422 invalid_cursor "cursor";
    "a cursor with padding": GET "syncs?cursor=<cursor_syncs>==" => 422 invalid_cursor "cursor";
    "a cursor with more behind it": GET "syncs?cursor=<cursor_syncs>AAAA" => 422 invalid_cursor "cursor";
    "a cursor with more before it": GET "syncs?cursor=AAAA<cursor_syncs>" => 422 invalid_cursor "cursor";
    "a cursor twice in one": GET "syncs?cursor=<cursor_syncs><cursor_syncs>" => 422 invalid_cursor "cursor";
    "a cursor of 5,000 characters": GET "syncs?cursor=<huge>" => 422 invalid_cursor "cursor";
    "a cursor cut short": GET "syncs?cursor=<cursor_cut>" => 422 invalid_cursor "cursor";
    "a cursor with one character changed": GET "syncs?cursor=<cursor_changed>" => 422 invalid_cursor "cursor";
    "a cursor with its place changed": GET "syncs?cursor=<cursor_moved>" => 422 invalid_cursor "cursor";
    "a cursor in capitals": GET "syncs?cursor=<cursor_capitals>" => 422 invalid_cursor "cursor";
    "a cursor of connections for syncs": GET "syncs?cursor=<cursor_connections>" => 422 invalid_cursor "cursor";
    "a cursor of syncs for connections": GET "connections?cursor=<cursor_syncs>" => 422 invalid_cursor "cursor";
    "a cursor of syncs for providers": GET "providers?cursor=<cursor_syncs>" => 422 invalid_cursor "cursor";
    "a cursor of providers for syncs": GET "syncs?cursor=<cursor_providers>" => 422 invalid_cursor "cursor";
    "a cursor of syncs for one connection": GET "connections/<connection>/syncs?cursor=<cursor_syncs>" => 422 invalid_cursor "cursor";
    "a cursor of syncs for attempts": GET "syncs/<complete>/attempts?cursor=<cursor_syncs>" => 422 invalid_cursor "cursor";
    "a cursor of syncs for records": GET "models/<model>/records?cursor=<cursor_syncs>" => 422 invalid_cursor "cursor";
    "a cursor of records for syncs": GET "syncs?cursor=<cursor_records>" => 422 invalid_cursor "cursor";
    "a cursor of another model's records": GET "models/<odd>/records?cursor=<cursor_records>" => 422 invalid_cursor "cursor";
    "a cursor of another connection's models": GET "connections/<connection>/models?cursor=<cursor_second>" => 422 invalid_cursor "cursor";
    "a cursor without its filter": GET "syncs?cursor=<cursor_queued>" => 422 invalid_cursor "cursor";
    "a cursor with a filter more": GET "syncs?cursor=<cursor_syncs>&status=queued" => 422 invalid_cursor "cursor";
    "a cursor with another filter": GET "syncs?cursor=<cursor_queued>&status=running" => 422 invalid_cursor "cursor";
    "a cursor with its filter twice": GET "syncs?cursor=<cursor_queued>&status=queued&status=queued" => 422 invalid_cursor "cursor";
    "somebody else's cursor": GET "syncs?cursor=<foreign_cursor>" => 422 invalid_cursor "cursor";
    "a wrong cursor and a wrong limit": GET "syncs?cursor=x&limit=0" => 422 invalid_query "limit";
    "a cursor of a list that has none": GET "connections/<connection>?cursor=<cursor_connections>" => 422 invalid_query "cursor";
    "an expired cursor": GET "models/<model>/records?cursor=<cursor_expired>" => 410 cursor_expired;
    "an expired cursor without deletions": GET "models/<model>/records?cursor=<cursor_expired>&include_deleted=false" => 410 cursor_expired;
    "an expired cursor of another model": GET "models/<odd>/records?cursor=<cursor_expired>" => 422 invalid_cursor "cursor";
}
