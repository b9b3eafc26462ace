-- What a mapping may call beside DuckDB's own functions that are allowed. None hides what cannot be read: that is handed
-- on as the text that it was, so that the stream's decoder can name it.

create macro whole(x) as case
    when x is null or trim(x) = '' then null
    when regexp_full_match(trim(x), '[+-]?[0-9]{1,18}(\.0+)?')
        then to_json(cast(regexp_extract(trim(x), '^\+?(-?[0-9]+)', 1) as bigint))
    else to_json(x)
end;

-- The text itself where it is a number in JSON, so that no digit is lost.
create macro json_number(t, x) as case
    when regexp_full_match(t, '-?(0|[1-9][0-9]{0,200})(\.[0-9]{1,200})?([eE][+-]?[0-9]{1,3})?')
        and isfinite(try_cast(t as double)) then cast(t as json)
    when regexp_full_match(t, '[+-]?[0-9]{0,200}(\.[0-9]{0,200})?([eE][+-]?[0-9]{1,3})?')
        and isfinite(try_cast(t as double)) then to_json(cast(t as double))
    else to_json(x)
end;

-- The sign before the fraction is that of the source's format.
create macro number(x) as case
    when x is null or trim(x) = '' then null
    when getvariable('decimal') = ',' then json_number(if(contains(x, '.'), '', replace(trim(x), ',', '.')), x)
    else json_number(trim(x), x)
end;

-- Words such as infinity, which DuckDB takes for times, have no digit.
create macro day(x, formats := '%Y-%m-%d') as case
    when trim(x) = '' then null
    when not regexp_matches(x, '[0-9]') then x
    else coalesce(strftime(try_strptime(trim(x), formats), '%Y-%m-%d'), x)
end;

-- Days of a column that all rows write alike: with slashes the month first if some of them can be nothing else, and day
-- first if not. Where some can be only the one and others only the other, none is guessed.
create macro days(x) as case
    when not contains(x, '/') then day(x)
    when bool_or(try_strptime(trim(x), ['%d/%m/%y', '%d/%m/%Y']) is null
        and try_strptime(trim(x), ['%m/%d/%y', '%m/%d/%Y']) is not null) over () then
        if(bool_or(try_strptime(trim(x), ['%d/%m/%y', '%d/%m/%Y']) is not null
            and try_strptime(trim(x), ['%m/%d/%y', '%m/%d/%Y']) is null) over (),
            'day or month first? ' || x, day(x, ['%m/%d/%y', '%m/%d/%Y']))
    else day(x, ['%d/%m/%y', '%d/%m/%Y'])
end;

create macro moment(x, formats := '%Y-%m-%d %H:%M:%S') as case
    when trim(x) = '' then null
    when not regexp_matches(x, '[0-9]') then x
    else coalesce(strftime(try_strptime(trim(x), formats), '%Y-%m-%dT%H:%M:%S.%fZ'), x)
end;

create macro txt(doc, path) as json_extract_string(doc, path);
create macro jsn(doc, path) as json_extract(doc, path);

-- Each element of a list in a document: unnest(items(doc, '$.component')). What is no list has none, so that one odd document holds no file.
create macro items(doc, path) as coalesce(try_cast(json_extract(doc, path) as json[]), cast([] as json[]));
create macro first_where(list, path, value) as
    list_filter(list, lambda each: json_extract_string(each, path) = value)[1];

-- Names as they are looked up: lower letters without accents, digits, single spaces.
create macro plain(x) as trim(regexp_replace(strip_accents(lower(x)), '[^a-z0-9]+', ' ', 'g'));

-- Codes whose zeros were lost on the way, such as FIPS as a number.
create macro padded(x, width) as case
    when regexp_full_match(trim(x), '[0-9]{1,50}(\.0+)?')
        then lpad(split_part(trim(x), '.', 1), cast(greatest(length(split_part(trim(x), '.', 1)), least(width, 50)) as integer), '0')
    else x
end;
