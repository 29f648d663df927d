"""Java's types. All but the primitive ones can be null without saying so."""

from __future__ import annotations

from factory_git.drift.kinds.entities.table import Table

PRIMITIVES = frozenset({"int", "long", "short", "byte", "double", "float", "boolean", "char"})

TABLE = Table(
    builtin={
        "int": "int", "long": "int", "short": "int", "byte": "int", "double": "float", "float": "float",
        "boolean": "bool", "char": "char",
        "String": "text", "Integer": "int", "Long": "int", "Short": "int", "Byte": "int", "Double": "float",
        "Float": "float", "Boolean": "bool", "Character": "char", "Object": "any", "CharSequence": "text",
    },
    names={
        "BigDecimal": "decimal", "BigInteger": "int", "AtomicInteger": "int", "AtomicLong": "int", "Number": "any",
        "LocalDate": "date", "java.sql.Date": "date", "Date": "date datetime", "Calendar": "date datetime",
        "LocalDateTime": "datetime", "ZonedDateTime": "datetime", "OffsetDateTime": "datetime", "Instant": "datetime",
        "Timestamp": "datetime", "DateTime": "datetime",
        "LocalTime": "time", "OffsetTime": "time", "Duration": "duration", "Period": "duration",
        "UUID": "uuid", "URI": "text", "URL": "text", "ByteBuffer": "bytes",
        "JsonNode": "json", "ObjectNode": "json", "JSONObject": "json", "JsonObject": "json", "JsonElement": "json",
        "OptionalInt": "int", "OptionalLong": "int", "OptionalDouble": "float",
    },
    wrappers=frozenset({"AtomicReference", "Supplier", "Lazy", "JsonNullable", "ObjectProperty"}),
    optionals=frozenset({"Optional"}),
    lists=frozenset({
        "List", "Set", "Collection", "Iterable", "ArrayList", "LinkedList", "HashSet", "LinkedHashSet", "SortedSet",
        "TreeSet", "Queue", "Deque", "ImmutableList", "ImmutableSet", "Stream",
    }),
    maps=frozenset({
        "Map", "HashMap", "TreeMap", "LinkedHashMap", "SortedMap", "ConcurrentMap", "ConcurrentHashMap", "ImmutableMap",
        "EnumMap", "Properties",
    }),
    nulls=frozenset(),
    unions=False,
    generics="<",
    absent="reference",
    solid=PRIMITIVES,
    makers={},
    spelled={
        "text": "String", "int": "int", "decimal": "BigDecimal", "bool": "boolean", "date": "LocalDate",
        "datetime": "Instant", "json": "JsonNode", "any": "Object", "int?": "Integer", "bool?": "Boolean",
        "list int": "List<Integer>", "list bool": "List<Boolean>",
    },
    maybe="{}",
    many="List<{}>",
)  # fmt: skip
