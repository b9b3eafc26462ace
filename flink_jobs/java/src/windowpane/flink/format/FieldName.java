package windowpane.flink.format;

/** How a path taken from a message is written down: it may hold anything. */
final class FieldName {
    private static final int LONGEST = 200;

    private FieldName() {}

    /** The first 200 code points, with U+FFFD for each NUL and each half of a surrogate pair. */
    static String printable(CharSequence path) {
        StringBuilder result = new StringBuilder();
        path.codePoints()
                .limit(LONGEST)
                .map(c -> c == 0 || (c >= 0xD800 && c <= 0xDFFF) ? 0xFFFD : c)
                .forEach(result::appendCodePoint);
        return result.toString();
    }
}
