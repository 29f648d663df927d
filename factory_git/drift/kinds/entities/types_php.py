"""PHP's types. It has no decimal of its own: exact ones are text (as Doctrine gives them) or a library's.

Floats are common; they are let pass.
"""

from __future__ import annotations

from factory_git.drift.kinds.entities.table import Table

TABLE = Table(
    builtin={
        "string": "text decimal uuid", "int": "int", "integer": "int", "float": "decimal float", "bool": "bool",
        "boolean": "bool", "true": "bool", "false": "bool", "mixed": "any", "object": "any",
        "array": "list map", "iterable": "list", "null": "null", "void": "null",
    },
    names={
        "DateTimeImmutable": "date datetime", "DateTimeInterface": "date datetime", "DateTime": "date datetime",
        "Carbon": "date datetime", "CarbonImmutable": "date datetime", "CarbonInterface": "date datetime",
        "Chronos": "date datetime", "ChronosDate": "date", "LocalDate": "date", "LocalDateTime": "datetime",
        "ZonedDateTime": "datetime", "Instant": "datetime", "LocalTime": "time", "DateInterval": "duration",
        "BigDecimal": "decimal", "BigNumber": "decimal", "BigRational": "decimal", "Decimal": "decimal",
        "Number": "decimal", "BigInteger": "int",
        "Uuid": "uuid", "UuidInterface": "uuid", "UuidV4": "uuid", "UuidV7": "uuid", "Ulid": "uuid",
        "Stringable": "text", "UriInterface": "text", "stdClass": "map json", "ArrayObject": "list map json",
    },
    wrappers=frozenset(),
    optionals=frozenset(),
    lists=frozenset({
        "array", "list", "iterable", "Collection", "ArrayCollection", "PersistentCollection", "Traversable", "Iterator",
        "IteratorAggregate",
    }),
    maps=frozenset(),
    nulls=frozenset({"null", "void"}),
    unions=True,
    generics="<",
    absent="never",
    makers={},
    spelled={
        "text": "string", "int": "int", "decimal": "string", "bool": "bool", "date": "\\DateTimeImmutable",
        "datetime": "\\DateTimeImmutable", "json": "array", "any": "mixed", "list": "array", "any?": "mixed",
    },
    maybe="?{}",
    many="array",
)  # fmt: skip
