//! Tokens and the headers around them.

rows! {
    "no token": GET "syncs" ["Authorization": "-"] => 401 unauthorized;
    "an empty header": GET "syncs" ["Authorization": ""] => 401 unauthorized;
    "a scheme without a token": GET "syncs" ["Authorization": "Bearer"] => 401 unauthorized;
    "an empty token": GET "syncs" ["Authorization": "Bearer "] => 401 unauthorized;
    "a token of spaces": GET "syncs" ["Authorization": "Bearer    "] => 401 unauthorized;
    "a token without a scheme": GET "syncs" ["Authorization": "token-of-acme"] => 401 unauthorized;
    "an unknown token": GET "syncs" ["Authorization": "Bearer nope"] => 401 unauthorized;
    "a token in capitals": GET "syncs" ["Authorization": "Bearer TOKEN-OF-ACME"] => 401 unauthorized;
    "a token cut short": GET "syncs" ["Authorization": "Bearer token-of-acm"] => 401 unauthorized;
    "a token with more behind it": GET "syncs" ["Authorization": "Bearer token-of-acme2"] => 401 unauthorized;
    "a token with a word behind it": GET "syncs" ["Authorization": "Bearer token-of-acme admin"] => 401 unauthorized;
    "a token in quotes": GET "syncs" ["Authorization": "Bearer \"token-of-acme\""] => 401 unauthorized;
    "two tokens in one": GET "syncs" ["Authorization": "Bearer token-of-acme, Bearer token-of-other"] => 401 unauthorized;
    "two headers": GET "syncs" ["Authorization": "Bearer token-of-acme", "Authorization": "Bearer token-of-acme"] => 401 unauthorized;
    "two headers, one of them wrong": GET "syncs" ["Authorization": "Bearer nope", "Authorization": "Bearer token-of-acme"] => 401 unauthorized;
    "Basic": GET "syncs" ["Authorization": "Basic YWNtZTp0b2tlbi1vZi1hY21l"] => 401 unauthorized;
    "Digest": GET "syncs" ["Authorization": "Digest username=\"acme\""] => 401 unauthorized;
    "Token": GET "syncs" ["Authorization": "Token token-of-acme"] => 401 unauthorized;
    "a token that is not ASCII": GET "syncs" ["Authorization": b"Bearer t\xc3\xb6ken"] => 401 unauthorized;
    "a token that is not UTF-8": GET "syncs" ["Authorization": b"Bearer \xff\xfe"] => 401 unauthorized;
    "a long token": GET "syncs" ["Authorization": "Bearer <huge>"] => 401 unauthorized;
    "SQL as a token": GET "syncs" ["Authorization": "Bearer ' OR '1'='1"] => 401 unauthorized;
    "another header's token": GET "syncs" ["Authorization": "-", "X-Api-Key": "token-of-acme"] => 401 unauthorized;
    "a cookie's token": GET "syncs" ["Authorization": "-", "Cookie": "token=token-of-acme"] => 401 unauthorized;
    "no token before a bad body": POST "connections" ["Authorization": "-"] {"{"} => 401 unauthorized;
    "no token before a bad query": GET "syncs?limit=0" ["Authorization": "-"] => 401 unauthorized;
    "no token before an unknown id": GET "syncs/1" ["Authorization": "-"] => 401 unauthorized;
    "no token and no body to cancel": POST "syncs/<sync>/cancel" ["Authorization": "-"] => 401 unauthorized;
    "no token for a deletion": DELETE "connections/<connection>" ["Authorization": "Bearer nope"] => 401 unauthorized;
    "a good token in a bad request": GET "syncs?limit=0" ["Authorization": "bearer token-of-acme"] => 422 invalid_query "limit";
}
