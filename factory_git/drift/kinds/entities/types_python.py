"""Python's types, those of pydantic, attrs, Django, SQLAlchemy and the libraries for dates among them."""

from __future__ import annotations

from factory_git.drift.kinds.entities.table import Table

TABLE = Table(
    builtin={
        "str": "text", "int": "int", "float": "float", "bool": "bool", "bytes": "bytes", "bytearray": "bytes",
        "complex": "float", "object": "any",
        "Any": "any", "typing.Any": "any", "list": "list", "dict": "map", "tuple": "list", "set": "list",
        "frozenset": "list", "None": "null",
    },
    names={
        "Decimal": "decimal", "Fraction": "decimal", "condecimal": "decimal",
        "date": "date", "Date": "date", "PastDate": "date", "FutureDate": "date", "condate": "date",
        "datetime": "datetime", "DateTime": "datetime", "Arrow": "datetime", "Timestamp": "datetime",
        "Instant": "datetime", "ZonedDateTime": "datetime", "OffsetDateTime": "datetime", "PlainDateTime": "datetime",
        "AwareDatetime": "datetime", "NaiveDatetime": "datetime", "PastDatetime": "datetime",
        "FutureDatetime": "datetime",
        "time": "time", "timedelta": "duration", "Duration": "duration",
        "Text": "text", "AnyStr": "text", "LiteralString": "text", "SecretStr": "text", "EmailStr": "text",
        "NameEmail": "text", "AnyUrl": "text", "AnyHttpUrl": "text", "HttpUrl": "text", "Path": "text",
        "FilePath": "text", "constr": "text", "StrictStr": "text", "UUID": "uuid", "UUID1": "uuid", "UUID4": "uuid",
        "UUID7": "uuid",
        "conint": "int", "StrictInt": "int", "PositiveInt": "int", "NonNegativeInt": "int", "NegativeInt": "int",
        "NonPositiveInt": "int", "confloat": "float", "StrictFloat": "float", "PositiveFloat": "float",
        "NonNegativeFloat": "float", "FiniteFloat": "float", "StrictBool": "bool",
        "Json": "json", "JsonValue": "json", "JSON": "json", "TypedDict": "map", "SimpleNamespace": "map",
    },
    wrappers=frozenset({
        "Annotated", "Final", "Required", "ReadOnly", "Mapped", "WriteOnlyMapped", "DynamicMapped", "Unpack", "type",
    }),
    optionals=frozenset({"Optional", "NotRequired"}),
    lists=frozenset({
        "list", "List", "tuple", "Tuple", "set", "Set", "frozenset", "FrozenSet", "Sequence", "MutableSequence",
        "Iterable", "Collection", "AbstractSet", "MutableSet", "deque", "Deque", "conlist", "conset",
    }),
    maps=frozenset({
        "dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "DefaultDict", "OrderedDict", "Counter",
    }),
    nulls=frozenset({"None", "NoneType"}),
    unions=True,
    generics="[",
    absent="never",
    makers={
        # Django, and what mongoengine and peewee call alike
        "CharField": "text", "TextField": "text", "SlugField": "text", "EmailField": "text", "URLField": "text",
        "FileField": "text", "ImageField": "text", "FilePathField": "text", "GenericIPAddressField": "text",
        "StringField": "text", "UUIDField": "uuid", "FixedCharField": "text",
        "IntegerField": "int", "SmallIntegerField": "int", "BigIntegerField": "int", "PositiveIntegerField": "int",
        "PositiveSmallIntegerField": "int", "PositiveBigIntegerField": "int", "AutoField": "int", "BigAutoField": "int",
        "SmallAutoField": "int", "IntField": "int", "LongField": "int",
        "DecimalField": "decimal", "Decimal128Field": "decimal", "FloatField": "float", "DoubleField": "float",
        "BooleanField": "bool", "NullBooleanField": "bool", "DateField": "date", "DateTimeField": "datetime",
        "TimeField": "time", "DurationField": "duration", "BinaryField": "bytes",
        "JSONField": "json", "DictField": "map", "ListField": "list", "ArrayField": "list", "ManyToManyField": "list",
        "ForeignKey": "reference", "OneToOneField": "reference", "ForeignKeyField": "reference",
        "ReferenceField": "reference",
        # the types of SQLAlchemy's columns
        "String": "text", "Unicode": "text", "UnicodeText": "text", "VARCHAR": "text", "TEXT": "text", "CHAR": "text",
        "Integer": "int", "BigInteger": "int", "SmallInteger": "int", "INTEGER": "int", "BIGINT": "int",
        "Numeric": "decimal", "NUMERIC": "decimal", "DECIMAL": "decimal", "Float": "float", "FLOAT": "float",
        "REAL": "float", "Double": "float", "Boolean": "bool", "BOOLEAN": "bool", "DATE": "date",
        "DATETIME": "datetime", "TIMESTAMP": "datetime", "Time": "time", "Interval": "duration", "JSONB": "json",
        "ARRAY": "list", "Uuid": "uuid", "LargeBinary": "bytes",
    },
    spelled={
        "text": "str", "int": "int", "decimal": "Decimal", "bool": "bool", "date": "date", "datetime": "datetime",
        "json": "Any", "any": "Any",
    },
    maybe="{} | None",
    many="list[{}]",
)  # fmt: skip
