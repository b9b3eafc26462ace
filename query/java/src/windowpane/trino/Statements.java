package windowpane.trino;

import io.trino.spi.Location;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.eventlistener.EventListener;
import io.trino.spi.eventlistener.QueryCompletedEvent;
import io.trino.spi.eventlistener.QueryCreatedEvent;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The texts of people's statements while they run. Trino says where in a statement a table is that is not there; so must
 * whoever says it of one that may not be seen. It tells of a statement before it looks at any table of it.
 */
final class Statements implements EventListener {
    private static final int MOST = 1_000;
    /**
     * Texts and comments: no table is named in them. Names in quotes: nothing begins in them. None of these repeats a
     * group, for which Java would call itself for each character, nor looks for one end again and again.
     */
    private static final Pattern NO_NAMES =
            Pattern.compile("\"[^\"]*+\"|'[^']*+'|--[^\r\n]*+|/\\*.*?\\*/", Pattern.DOTALL);

    private final Map<String, String> texts = new ConcurrentHashMap<>();
    private final String service;

    Statements(String service) {
        this.service = service;
    }

    @Override
    public void queryCreated(QueryCreatedEvent event) {
        if (!event.getContext().getUser().equals(service) && texts.size() < MOST) {
            texts.put(event.getMetadata().getQueryId(),
                    event.getMetadata().getPreparedQuery().orElse(event.getMetadata().getQuery()));
        }
    }

    @Override
    public void queryCompleted(QueryCompletedEvent event) {
        texts.remove(event.getMetadata().getQueryId());
    }

    /** Where a statement names a table first; none: nowhere that is found. */
    Optional<Location> location(String query, SchemaTableName table) {
        return Optional.ofNullable(texts.get(query)).flatMap(text -> find(text, table));
    }

    static Optional<Location> find(String text, SchemaTableName table) {
        String names = NO_NAMES.matcher(text).replaceAll(Statements::blank);
        String schema = identifier(table.getSchemaName());
        String name = "(?:(?:" + identifier("lake") + "\\s*\\.\\s*)?" + schema + "\\s*\\.\\s*)?"
                + identifier(table.getTableName());
        Pattern pattern = Pattern.compile("(?<![\\w.\"$])" + name, Pattern.CASE_INSENSITIVE);
        Matcher found = pattern.matcher(names);
        // EXECUTE IMMEDIATE has the statement in a text.
        if (!found.find() && !found.reset(text).find()) {
            return Optional.empty();
        }
        String before = text.substring(0, found.start());
        int line = (int) before.chars().filter(each -> each == '\n').count() + 1;
        return Optional.of(new Location(line, found.start() - before.lastIndexOf('\n')));
    }

    private static String blank(MatchResult match) {
        return match.group().startsWith("\"") ? Matcher.quoteReplacement(match.group())
                : match.group().replaceAll("[^\r\n]", " ");
    }

    private static String identifier(String name) {
        return "(?:\"" + Pattern.quote(name) + "\"|" + Pattern.quote(name) + "(?![\\w$]))";
    }
}
