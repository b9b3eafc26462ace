"""What a mapping's SELECT may contain. All else is refused: what DuckDB will know one day, too."""

from __future__ import annotations

MACROS = frozenset({
    "whole", "number", "day", "days", "moment", "txt", "jsn", "items", "first_where", "plain", "padded",
})  # fmt: skip
"""Ours, from `macros.sql`."""

FUNCTIONS = MACROS | frozenset({
    # operators
    "+", "-", "*", "/", "//", "%", "||", "~~", "!~~", "~~*", "!~~*", "~~~", "like_escape", "not_like_escape",
    "ilike_escape", "not_ilike_escape",
    # choice
    "if", "ifnull", "nullif", "greatest", "least", "error",
    # text
    "trim", "ltrim", "rtrim", "lower", "upper", "left", "right", "substring", "substr", "length", "strlen", "replace",
    "translate", "concat", "concat_ws", "split_part", "string_split", "split", "str_split", "string_to_array",
    "regexp_extract", "regexp_extract_all", "regexp_replace", "regexp_matches", "regexp_full_match",
    "regexp_split_to_array", "strip_accents", "starts_with", "^@", "ends_with", "suffix", "prefix", "contains",
    "position", "strpos", "instr", "reverse", "md5", "sha256", "levenshtein", "nfc_normalize",
    # numbers
    "abs", "round", "floor", "ceil", "ceiling", "trunc", "sign", "mod", "sqrt", "isnan", "isinf", "isfinite", "@",
    # times
    "strptime", "try_strptime", "strftime", "date_trunc", "date_part", "date_diff", "date_add", "date_sub", "make_date",
    "make_timestamp", "epoch_ms", "to_timestamp", "last_day", "year", "month", "week", "weekday", "isodow", "dayofweek",
    "to_days", "to_weeks", "to_months", "to_years", "to_hours", "to_minutes", "to_seconds", "timezone",
    # documents, lists, structures
    "to_json", "json_extract", "json_extract_string", "->", "->>", "json_type", "json_array_length", "json_keys",
    "json_valid", "json_object", "json_array", "json_exists", "json_contains", "list_filter", "list_transform",
    "list_apply", "filter", "apply", "list_value", "list_extract", "array_extract", "list_contains", "list_has",
    "array_contains", "list_position", "list_sort", "list_distinct", "list_concat", "list_aggregate", "list_sum", "len",
    "array_length", "array_to_string", "struct_pack", "struct_extract", "row", "unnest", "unpivot_list",
    # aggregates and windows
    "count", "count_star", "sum", "min", "max", "avg", "first", "last", "any_value", "arg_min", "arg_max", "min_by",
    "max_by", "bool_and", "bool_or", "median", "string_agg", "list", "array_agg", "first_value", "last_value",
    "nth_value", "lag", "lead", "row_number", "rank", "dense_rank",
})  # fmt: skip
"""DuckDB's that only compute from what they are given, need no more room than that, and give the same every time."""

TYPES = frozenset({
    "varchar", "text", "string", "char", "boolean", "bool", "tinyint", "smallint", "integer", "int", "bigint",
    "hugeint", "utinyint", "usmallint", "uinteger", "ubigint", "decimal", "numeric", "double", "float", "real", "date",
    "time", "timestamp", "datetime", "timestamptz", "timestamp with time zone", "interval", "json", "list", "array",
    "struct", "uuid",
})  # fmt: skip
"""What may be cast to."""

EXPRESSIONS = frozenset({
    "BETWEEN", "CASE", "CAST", "COLLATE", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT", "FUNCTION", "LAMBDA",
    "OPERATOR", "POSITIONAL_REFERENCE", "STAR", "SUBQUERY", "TYPE", "WINDOW", "BOUND_REF",
})  # fmt: skip

NODES = frozenset({
    # queries
    "SELECT_NODE", "SET_OPERATION_NODE", "CTE_NODE",
    # relations
    "BASE_TABLE", "SUBQUERY", "JOIN", "PIVOT", "EXPRESSION_LIST", "TABLE_FUNCTION", "EMPTY", "EMPTY_FROM",
    # what follows a SELECT
    "ORDER_MODIFIER", "LIMIT_MODIFIER", "DISTINCT_MODIFIER", "ORDER_DEFAULT", "ASCENDING", "DESCENDING",
})  # fmt: skip

SECRETIVE_WORDS = frozenset({
    "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "current_user", "session_user",
    "current_role", "current_catalog", "current_schema", "current_database",
})  # fmt: skip
"""What looks like a column and is a function: it tells the time or the place, and files must map alike for ever."""
