//! Which components can be used, for people; `docs/MANIFESTS.md` has the same list.

/// A family of components, with the types of it that are built.
pub type Family = (&'static str, &'static [&'static str]);

/// Every component type that a stream may use, by family, each in alphabetical order.
pub const COMPONENTS: &[Family] = &[
    ("streams", &["DeclarativeStream", "StateDelegatingStream"]),
    (
        "streams of templates",
        &[
            "ComponentMappingDefinition",
            "ConfigComponentsResolver",
            "DynamicDeclarativeStream",
            "HttpComponentsResolver",
            "ParametrizedComponentsResolver",
            "StreamConfig",
            "StreamParametersDefinition",
        ],
    ),
    (
        "retrievers",
        &["AsyncJobStatusMap", "AsyncRetriever", "SimpleRetriever"],
    ),
    ("requesters", &["HttpRequester"]),
    (
        "bodies",
        &[
            "RequestBodyGraphQL",
            "RequestBodyJsonObject",
            "RequestBodyPlainText",
            "RequestBodyUrlEncodedForm",
        ],
    ),
    (
        "properties asked for by name",
        &[
            "GroupByKeyMergeStrategy",
            "JsonSchemaPropertySelector",
            "PropertiesFromEndpoint",
            "PropertyChunking",
            "QueryProperties",
        ],
    ),
    (
        "authenticators",
        &[
            "ApiKeyAuthenticator",
            "BasicHttpAuthenticator",
            "BearerAuthenticator",
            "JwtAuthenticator",
            "LegacySessionTokenAuthenticator",
            "NoAuth",
            "OAuthAuthenticator",
            "SelectiveAuthenticator",
            "SessionTokenAuthenticator",
        ],
    ),
    ("paginators", &["DefaultPaginator", "NoPagination"]),
    (
        "pagination strategies",
        &["CursorPagination", "OffsetIncrement", "PageIncrement"],
    ),
    ("places in a request", &["RequestOption", "RequestPath"]),
    (
        "incremental",
        &[
            "DatetimeBasedCursor",
            "IncrementingCountCursor",
            "MinMaxDatetime",
        ],
    ),
    ("state migrations", &["LegacyToPerPartitionStateMigration"]),
    (
        "partition routers",
        &[
            "GroupingPartitionRouter",
            "ListPartitionRouter",
            "SubstreamPartitionRouter",
            "UnionPartitionRouter",
        ],
    ),
    (
        "records",
        &[
            "DpathExtractor",
            "ParentFieldPath",
            "RecordExpander",
            "RecordFilter",
            "RecordSelector",
            "ResponseToFileExtractor",
        ],
    ),
    (
        "transformations",
        &[
            "AddFields",
            "DpathFlattenFields",
            "FlattenFields",
            "KeysReplace",
            "KeysToLower",
            "KeysToSnakeCase",
            "RemoveFields",
        ],
    ),
    (
        "error handlers",
        &[
            "CompositeErrorHandler",
            "DefaultErrorHandler",
            "HttpResponseFilter",
        ],
    ),
    (
        "back-off",
        &[
            "ConstantBackoffStrategy",
            "ExponentialBackoffStrategy",
            "WaitTimeFromHeader",
            "WaitTimeFromResponse",
            "WaitUntilTimeFromHeader",
        ],
    ),
    (
        "decoders",
        &[
            "CompositeRawDecoder",
            "CsvDecoder",
            "CsvParser",
            "GzipDecoder",
            "GzipParser",
            "IterableDecoder",
            "JsonDecoder",
            "JsonItemsDecoder",
            "JsonLineParser",
            "JsonParser",
            "JsonlDecoder",
            "XmlDecoder",
            "ZipfileDecoder",
        ],
    ),
    (
        "call rates",
        &[
            "ConcurrencyLevel",
            "FixedWindowCallRatePolicy",
            "HTTPAPIBudget",
            "HttpRequestRegexMatcher",
            "MovingWindowCallRatePolicy",
            "UnlimitedCallRatePolicy",
        ],
    ),
    ("files", &["FileUploader"]),
    (
        "smaller requests",
        &["PageSizeReduction", "RequestWindowSplitting"],
    ),
    (
        "schema loaders",
        &[
            "ComplexFieldType",
            "DynamicSchemaLoader",
            "InlineSchemaLoader",
            "SchemaTypeIdentifier",
            "TypesMap",
        ],
    ),
    (
        "check",
        &[
            "CheckDynamicStream",
            "CheckStream",
            "DynamicStreamCheckConfig",
        ],
    ),
];
