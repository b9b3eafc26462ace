package windowpane.flink.format;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;

/** Makes ISO 8601 of a text that is a date in the format of a rule, with the same outcome as {@code streams/cleaning.py}. */
final class DateText {
    private final Pattern pattern;

    /** Unit → the number of its group. */
    private final Map<Character, Integer> groups = new HashMap<>();

    private final int pivot;
    private final String offset;
    private final boolean hasTime;

    DateText(JsonNode rule) {
        this.pattern = Pattern.compile(rule.get("pattern").asText());
        rule.get("units").forEach(unit -> groups.put(unit.asText().charAt(0), groups.size() + 1));
        this.pivot = rule.path("pivot").asInt(0);
        this.offset = rule.path("offset").asText("");
        this.hasTime = !offset.isEmpty() || groups.containsKey('h');
    }

    String iso(String text) {
        Matcher found = pattern.matcher(text);
        if (!found.matches()) {
            return text;
        }
        int year = read(found, 'Y');
        if (found.group(groups.get('Y')).length() == 2) {
            year += year >= pivot ? 1900 : 2000;
        }
        try {
            LocalDateTime.of(
                    year, read(found, 'M'), read(found, 'D'), read(found, 'h'), read(found, 'm'), read(found, 's'));
        } catch (DateTimeException e) {
            return text;
        }
        if (year < 1) {
            return text;
        }
        String date = String.format(Locale.ROOT, "%04d-%02d-%02d", year, read(found, 'M'), read(found, 'D'));
        String time = String.format(Locale.ROOT, "T%02d:%02d:%02d", read(found, 'h'), read(found, 'm'), read(found, 's'));
        return hasTime ? date + time + offset : date;
    }

    private int read(Matcher found, char unit) {
        return groups.containsKey(unit) ? Integer.parseInt(found.group(groups.get(unit))) : 0;
    }
}
