"""What names say in every language: who redacts, what gives back what it is given, who logs. Lean.

The tables of one language are in :mod:`factory_git.drift.flow.shapes`.
"""

from __future__ import annotations

from factory_git.drift import spelling

REDACTING = (
    "redact", "mask", "hash", "anonymi", "pseudonymi", "scrub", "obfuscat", "censor", "encrypt", "sha1", "sha256",
    "sha512", "md5", "hmac", "digest", "blake", "bcrypt", "argon", "sanitiz", "sanitis", "tokeniz", "fingerprint",
)  # fmt: skip
"""A function with a word that begins so gives back nothing personal."""

KEEPERS = frozenset({
    "strtolower", "strtoupper", "ucfirst", "ucwords", "lcfirst", "mb_strtolower", "mb_strtoupper", "trim", "rtrim",
    "ltrim", "trim_space", "to_lower", "to_upper", "to_title", "addslashes", "urlencode", "rawurlencode", "quote",
    "escape", "encode_uricomponent", "encode_uri_component", "html_escape", "str", "repr", "format", "ascii",
    "unicode", "bytes", "list", "tuple", "dict", "set", "frozenset", "sorted", "reversed", "enumerate", "zip", "iter",
    "next", "dumps", "pformat", "string", "sprintf", "sprint", "sprintln", "stringify", "concat", "join", "implode",
    "array_merge", "array_values", "json_encode", "marshal", "marshal_indent", "to_string", "of", "some", "ok", "new",
    "as_list", "value_of", "append", "vec", "from", "strdup", "vsprintf", "strval", "nl2br", "htmlspecialchars", "e",
    "copy", "deepcopy", "cast", "freeze", "assign", "from_entries", "entries", "values", "collect", "box", "print_r",
    "var_export", "serialize", "appendln", "cow", "rc", "arc", "of_nullable", "write_value_as_string", "to_json",
    "await", "jsonable_encoder", "max", "min",
})  # fmt: skip
"""Functions whose result holds what they were given."""

TELLERS = frozenset(
    {
        "dumps",
        "stringify",
        "json_encode",
        "marshal",
        "marshal_indent",
        "write_value_as_string",
        "to_json",
        "jsonable_encoder",
    }
)
"""Those among them that write a whole row out."""

PRINTERS = frozenset({"print_r", "var_export", "pformat", "sprintf", "sprint", "sprintln", "repr"})

METHODS = frozenset({
    "lower", "upper", "strip", "lstrip", "rstrip", "title", "capitalize", "casefold", "encode", "decode", "format",
    "center", "ljust", "to_string", "to_lower_case", "to_upper_case", "to_lower", "to_upper", "trim", "trim_start",
    "trim_end", "concat", "value_of", "to_owned", "clone", "as_str", "as_ref", "as_deref", "as_mut", "unwrap",
    "unwrap_or", "unwrap_or_default", "unwrap_or_else", "expect", "into", "to_vec", "as_bytes", "get_bytes", "cloned",
    "copied", "or_else", "or_else_get", "or_else_throw", "intern", "normalize", "join", "toarray", "to_array",
    "to_list", "formatted", "to_lowercase", "to_uppercase", "borrow", "ok", "to_locale_lower_case",
    "to_locale_upper_case", "pad_end", "pad_start", "strip_prefix", "strip_suffix", "string", "get_text", "await",
    "build", "as_string", "to_str", "ok_or", "deref", "zfill", "append", "insert", "entries", "items", "values",
})  # fmt: skip
"""Methods whose result holds what their object held (and, some, what they were given)."""

AS_DATA = frozenset({
    "asdict", "vars", "model_dump", "dict", "to_dict", "todict", "as_dict", "_asdict", "get_object_vars", "to_array",
    "attributes_to_array", "object_to_array", "values", "to_object", "to_plain_object", "instance_to_plain",
    "to_plain", "model_to_dict", "unstructure", "get_attributes", "as_json",
})  # fmt: skip
"""A row as plain data."""
AS_TEXT = frozenset({"model_dump_json", "json", "to_json", "to_xml", "to_csv"})
"""A row written out by itself."""

ELEMENT = frozenset({
    "pop", "get", "first", "last", "find", "next", "one", "scalar", "one_or_none", "scalar_one", "scalar_one_or_none",
    "at", "shift", "peek", "head", "current", "find_first", "get_first", "get_last", "find_any", "first_or_404",
    "get_or_404", "first_or_fail", "find_or_fail", "fetch_one", "fetchone", "or_else_throw", "or_else", "unwrap",
    "earliest", "latest", "pop_front", "pop_back", "poll", "take", "min_by", "max_by", "find_one", "nth", "single",
    "get_one_or_fail", "find_unique", "find_by_id", "find_by", "find_one_by", "end", "reset", "array_pop",
    "array_shift", "elem", "get_or_create", "remove", "setdefault",
})  # fmt: skip
"""Of several rows, one."""
SAME = frozenset({
    "filter", "sorted", "stream", "values", "iter", "iter_mut", "into_iter", "all", "order_by", "limit", "offset",
    "exclude", "select_related", "prefetch_related", "distinct", "where", "sort", "slice", "reverse", "reversed",
    "to_list", "collect", "list", "copy", "concat", "skip", "to_array", "parallel_stream", "sort_by", "values_list",
    "scalars", "fetchall", "fetch_all", "get_all", "find_all", "find_many", "find", "query", "select", "rev", "with",
    "latest", "only_trashed", "paginate", "find_by", "then_by", "splice", "flat", "peekable", "cloned", "as_slice",
    "to_vec", "clone", "array_values", "array_filter", "array_reverse", "objects", "unwrap", "iterator", "get_result",
    "get", "execute", "to_sorted", "join", "options", "filter_by", "drain",
})  # fmt: skip
"""Of several rows, several."""
EACH = frozenset({
    "map", "flat_map", "for_each", "foreach", "each", "array_map", "array_walk", "select", "then", "and_then",
    "if_present", "inspect", "tap", "use", "let", "also", "run", "filter", "array_filter", "some", "every", "find",
    "any", "all", "sort_by", "group_by", "reduce", "fold", "peek", "collect", "take_while", "find_map", "filter_map",
    "map_err", "each_with_index",
})  # fmt: skip
"""Methods that call a function with each."""
GIVING = frozenset(
    {"map", "flat_map", "array_map", "select", "then", "and_then", "filter_map", "find_map", "let", "run"}
)
"""Those among them whose result is made of the function's."""

LOGGERS = frozenset(
    {
        "log",
        "logger",
        "logging",
        "slog",
        "console",
        "syslog",
        "sugar",
        "zap",
        "zerolog",
        "logrus",
        "glog",
        "klog",
        "structlog",
        "loguru",
        "pino",
        "winston",
        "monolog",
        "tracing",
        "timber",
    }
)
LEVELS = frozenset({
    "debug", "info", "warn", "warning", "error", "exception", "critical", "fatal", "trace", "log", "notice", "alert",
    "emergency", "emerg", "success", "verbose", "silly", "print", "printf", "println", "write", "panic", "panicf",
    "panicln", "dir", "table", "group", "severe", "fine", "finer", "finest", "config", "http", "err", "debugf",
    "infof", "warnf", "warningf", "errorf", "fatalf", "tracef", "debugw", "infow", "warnw", "errorw", "fatalw",
    "fatalln", "debugln", "infoln", "warnln", "errorln", "output", "debug_context", "info_context", "warn_context",
    "error_context", "log_attrs", "msg", "msgf", "at_info", "add_record", "bind", "contextualize", "with_fields",
    "with_field", "with_context", "with", "str", "any", "interface", "add_key_value", "opt", "catch", "set_context",
})  # fmt: skip
"""What a logger is asked to do, or given to keep for later lines."""

REPORTERS = frozenset(
    {
        "sentry",
        "sentry_sdk",
        "rollbar",
        "bugsnag",
        "honeybadger",
        "newrelic",
        "datadog",
        "raven",
        "crashlytics",
        "airbrake",
    }
)
REPORTS = frozenset({
    "capture_message", "capture_exception", "capture_event", "set_user", "set_tag", "set_tags", "set_extra",
    "set_extras", "set_context", "add_breadcrumb", "notify", "report_message", "leave_breadcrumb", "log", "error",
    "info", "report_exc_info", "set_person",
})  # fmt: skip


_WORDS: dict[str, list[str]] = {}
_REDACTS: dict[str, bool] = {}


def words(name: str) -> list[str]:
    """The words of a name, in small letters; the same few names come again and again."""
    found = _WORDS.get(name)
    if found is None:
        found = _WORDS[name] = spelling.words(name)
    return found


def snake(name: str) -> str:
    """The name as the spec writes it."""
    return "_".join(words(name))


def redacts(name: str) -> bool:
    """Whether a function of that name (or an object of that name, asked) gives back nothing personal."""
    found = _REDACTS.get(name)
    if found is None:
        found = _REDACTS[name] = any(word.startswith(REDACTING) for word in words(name))
    return found
