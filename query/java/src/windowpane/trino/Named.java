package windowpane.trino;

import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where in a statement a table is named first, both from 1. */
record Named(int line, int column) {
    /**
     * Texts and comments: no table is named in them. Names in quotes: nothing begins in them. None of these repeats a
     * group, for which Java would call itself for each character, nor looks for one end again and again.
     */
    private static final Pattern NO_NAMES =
            Pattern.compile("\"[^\"]*+\"|'[^']*+'|--[^\r\n]*+|/\\*.*?\\*/", Pattern.DOTALL);

    /** Of what is between marks only if it is named nowhere else. None: nowhere that is found. */
    static Optional<Named> in(String text, String catalog, String schema, String table) {
        String names = NO_NAMES.matcher(text).replaceAll(Named::blank);
        String name = "(?:(?:" + identifier(catalog) + "\\s*\\.\\s*)?" + identifier(schema) + "\\s*\\.\\s*)?"
                + identifier(table);
        Pattern pattern = Pattern.compile("(?<![\\w.\"$])" + name, Pattern.CASE_INSENSITIVE);
        Matcher found = pattern.matcher(names);
        // EXECUTE IMMEDIATE has the statement in a text.
        if (!found.find() && !found.reset(text).find()) {
            return Optional.empty();
        }
        String before = text.substring(0, found.start());
        int line = (int) before.chars().filter(each -> each == '\n').count() + 1;
        return Optional.of(new Named(line, found.start() - before.lastIndexOf('\n')));
    }

    private static String blank(MatchResult match) {
        return match.group().startsWith("\"") ? Matcher.quoteReplacement(match.group())
                : match.group().replaceAll("[^\r\n]", " ");
    }

    private static String identifier(String name) {
        return "(?:\"" + Pattern.quote(name) + "\"|" + Pattern.quote(name) + "(?![\\w$]))";
    }
}
