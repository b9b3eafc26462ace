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
              array(select jsonb_array_elements_text(rule.value)) as values
            from windowpane.grants
            left join lateral jsonb_each(grants."where") as rule on true
            where grants.can && array['ask', 'administer']
              and (grants.kind = 'user' and grants.name = ?
                or grants.kind = 'key' and grants.name = ?
                or grants.kind = 'group'
                  and grants.name in (select "group" from windowpane.members where "user" = ?))
            """;
    private static final String COLUMNS = """
            select stream, name, dimension, columns, made_of from windowpane.columns
            """;
    private static final String EVERY_STREAM = "*";

    private record Of(int id, String stream, Set<String> hide, String dimension, Set<String> values) {}

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
        return user.get(0) ? Sight.EVERYTHING : new Sight(true, false, streams(person));
    }

    private Map<String, StreamSight> streams(Person person) throws SQLException {
        Map<String, List<Grant>> grants = grants(person);
        if (grants.isEmpty()) {
            return Map.of();
        }
        Map<String, Names> names = names();
        List<Grant> everywhere = grants.getOrDefault(EVERY_STREAM, List.of());
        if (!everywhere.isEmpty()) {
            names.keySet().forEach(stream -> grants.computeIfAbsent(stream, unused -> new ArrayList<>()));
        }
        grants.remove(EVERY_STREAM);
        Map<String, StreamSight> streams = new HashMap<>();
        grants.forEach((stream, own) -> {
            own.addAll(everywhere);
            streams.put(stream, Scopes.sight(own, names.getOrDefault(stream, new Names(Map.of()))));
        });
        return streams;
    }

    private Map<String, List<Grant>> grants(Person person) throws SQLException {
        List<Of> rows = database.rows(GRANTS, row -> new Of(
                row.getInt("id"), row.getString("stream"), Database.texts(row, "hide"),
                row.getString("dimension"), Database.texts(row, "values")),
                person.name(), person.key(), person.name());
        Map<Integer, Grant> byId = new HashMap<>();
        Map<String, List<Grant>> byStream = new HashMap<>();
        for (Of row : rows) {
            Grant grant = byId.get(row.id());
            if (grant == null) {
                grant = new Grant(new HashMap<>(), row.hide());
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
