"""Rust's types, those of chrono, time, jiff, rust_decimal, bigdecimal, uuid and serde_json among them."""

from __future__ import annotations

from factory_git.drift.kinds.entities.table import Table

_INTS = ("i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize")

TABLE = Table(
    builtin={
        **dict.fromkeys(_INTS, "int"), "f32": "float", "f64": "float", "bool": "bool", "str": "text", "String": "text",
        "char": "char", "()": "null",
    },
    names={
        "CompactString": "text", "SmolStr": "text", "EcoString": "text", "SecretString": "text", "PathBuf": "text",
        "Url": "text", "OsString": "text", "NonZeroU32": "int", "NonZeroU64": "int", "NonZeroI64": "int",
        "BigInt": "int", "BigUint": "int",
        "Decimal": "decimal", "BigDecimal": "decimal", "BigRational": "decimal", "Rational64": "decimal",
        "D128": "decimal", "NaiveDate": "date", "Date": "date", "civil.Date": "date",
        "NaiveDateTime": "datetime", "DateTime": "datetime", "OffsetDateTime": "datetime", "UtcDateTime": "datetime",
        "PrimitiveDateTime": "datetime", "SystemTime": "datetime", "Timestamp": "datetime", "Zoned": "datetime",
        "NaiveTime": "time", "Duration": "duration", "TimeDelta": "duration", "Instant": "time",
        "Uuid": "uuid", "Ulid": "uuid", "ObjectId": "uuid", "Thing": "uuid", "RecordId": "uuid",
        "serde_json.Value": "json", "JsonValue": "json", "Value": "json", "Json": "json", "RawValue": "json",
        "Bytes": "bytes", "f16": "float", "OrderedFloat": "float", "NotNan": "float",
    },
    wrappers=frozenset({
        "Box", "Rc", "Arc", "Cow", "Ref", "RefCell", "Cell", "Mutex", "RwLock", "Secret", "SecretBox", "Reverse",
        "Wrapping", "NonZero", "Saturating", "Spanned",
    }),
    optionals=frozenset({"Option", "MaybeUndefined", "Maybe"}),
    lists=frozenset({
        "Vec", "VecDeque", "HashSet", "BTreeSet", "IndexSet", "SmallVec", "LinkedList", "ArrayVec",
    }),
    maps=frozenset({"HashMap", "BTreeMap", "IndexMap", "Map", "DashMap", "FxHashMap"}),
    nulls=frozenset(),
    unions=False,
    generics="<",
    absent="never",
    makers={},
    spelled={
        "text": "String", "int": "i64", "decimal": "Decimal", "bool": "bool", "date": "NaiveDate",
        "datetime": "DateTime<Utc>", "json": "serde_json::Value", "any": "serde_json::Value",
    },
    maybe="Option<{}>",
    many="Vec<{}>",
)  # fmt: skip
