package windowpane.trino;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds what somebody may read, from the same tables as the service does. */
final class SightReader {
    /** A key works while neither it nor one that it was made by has expired, or is of a user who is disabled. */
    static final String KEY_WORKS = """
              and not exists (
                with recursive line as (
                  select keys.id
                  union
                  select made.parent from line join windowpane.keys made on made.id = line.id
                )
                select from line
                join windowpane.keys above on above.id = line.id
                join windowpane.users owner on owner.name = above."user"
                where above.expires_at <= now() or owner.disabled
              )
            """;
    private static final String USER = """
            select users.administrator
            from windowpane.users
            join windowpane.keys on keys."user" = users.name
            where users.name = ? and keys.id = ? and not users.disabled
            """ + KEY_WORKS;
    /** A row for each dimension of a grant's row rule; one with nulls where it has none. */
    private static final String GRANTS = """
            select grants.id, grants.stream, grants.hide, rule.key as dimension,
              grants.can && array['ask', 'administer'] as asks, grants.can && array['detail', 'administer'] as details,
              array(select jsonb_array_elements_text(rule.value)) as values
            from windowpane.grants
            left join lateral jsonb_each(grants."where") as rule on true
            where grants.can && array['ask', 'detail', 'administer']
              and (grants.kind = 'user' and grants.name = ?
                or grants.kind = 'key' and grants.name = ?
                or grants.kind = 'group'
                  and grants.name in (select "group" from windowpane.members where "user" = ?))
            """;
    private static final String COLUMNS = """
            select stream, name, dimension, columns, made_of from windowpane.columns
            """;
    private static final String EVERY_STREAM = "*";

    private record Of(
            int id, String stream, Set<String> hide, String dimension, Set<String> values, boolean asks, boolean details) {}

    private record Column(String stream, String name, Names.Name of) {}

    private final Database database;
    private final OpenMode openMode;

    SightReader(Database database, OpenMode openMode) {
        this.database = database;
        this.openMode = openMode;
    }

    Sight read(Person person) throws SQLException {
        if (person.isOpen()) {
            return openMode.isOn() ? Sight.EVERYTHING : Sight.NOTHING;
        }
        List<Boolean> user = database.rows(USER, row -> row.getBoolean("administrator"), person.name(), person.key());
        if (user.isEmpty()) {
            return Sight.NOTHING;
        }
        return user.get(0) ? Sight.EVERYTHING : sight(grants(person));
    }

    private Sight sight(Map<String, List<Grant>> grants) throws SQLException {
        if (grants.isEmpty()) {
            return new Sight(true, false, Map.of(), Map.of());
        }
        Map<String, Names> names = names();
        List<Grant> everywhere = grants.getOrDefault(EVERY_STREAM, List.of());
        if (!everywhere.isEmpty()) {
            names.keySet().forEach(stream -> grants.computeIfAbsent(stream, unused -> new ArrayList<>()));
        }
        grants.remove(EVERY_STREAM);
        Map<String, StreamSight> windows = new HashMap<>();
        Map<String, StreamSight> records = new HashMap<>();
        grants.forEach((stream, own) -> {
            own.addAll(everywhere);
            Names named = names.getOrDefault(stream, new Names(Map.of()));
            put(windows, stream, own.stream().filter(Grant::asks).toList(), named, StreamSight.OF_WINDOWS);
            put(records, stream, own.stream().filter(Grant::details).toList(), named, StreamSight.OF_RECORDS);
        });
        return new Sight(true, false, windows, records);
    }

    private static void put(
            Map<String, StreamSight> sights, String stream, List<Grant> grants, Names names, Set<String> always) {
        if (!grants.isEmpty()) {
            sights.put(stream, Scopes.sight(grants, names, always));
        }
    }

    private Map<String, List<Grant>> grants(Person person) throws SQLException {
        List<Of> rows = database.rows(GRANTS, row -> new Of(
                row.getInt("id"), row.getString("stream"), Database.texts(row, "hide"),
                row.getString("dimension"), Database.texts(row, "values"), row.getBoolean("asks"), row.getBoolean("details")),
                person.name(), person.key(), person.name());
        Map<Integer, Grant> byId = new HashMap<>();
        Map<String, List<Grant>> byStream = new HashMap<>();
        for (Of row : rows) {
            Grant grant = byId.get(row.id());
            if (grant == null) {
                grant = new Grant(new HashMap<>(), row.hide(), row.asks(), row.details());
                byId.put(row.id(), grant);
                byStream.computeIfAbsent(row.stream(), unused -> new ArrayList<>()).add(grant);
            }
            if (row.dimension() != null) {
                grant.where().put(row.dimension(), row.values());
            }
        }
        return byStream;
    }

    private Map<String, Names> names() throws SQLException {
        List<Column> columns = database.rows(COLUMNS, row -> new Column(row.getString("stream"), row.getString("name"),
                new Names.Name(row.getBoolean("dimension"), Database.texts(row, "columns"),
                        Database.texts(row, "made_of"))));
        Map<String, Names> names = new HashMap<>();
        for (Column column : columns) {
            names.computeIfAbsent(column.stream(), unused -> new Names(new HashMap<>())).named()
                    .put(column.name(), column.of());
        }
        return names;
    }
}
