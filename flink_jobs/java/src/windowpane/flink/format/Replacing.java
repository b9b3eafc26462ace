package windowpane.flink.format;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;

/** Replaces what a pattern matches, with the same outcome as {@code streams/patterns.py}, which says what patterns may be. */
final class Replacing {
    private static final int LONGEST_MATCHED = 500;

    private final Pattern pattern;
    private final String into;

    Replacing(String pattern, String into) {
        this.pattern = Pattern.compile(pattern);
        this.into = into;
    }

    /** A match of nothing, such as the end, is none. */
    String replace(String text) {
        if (text.codePointCount(0, text.length()) > LONGEST_MATCHED) {
            return text;
        }
        StringBuilder made = new StringBuilder();
        Matcher found = pattern.matcher(text);
        int taken = 0;
        int at = 0;
        while (at <= text.length() && found.find(at)) {
            int start = found.start();
            int end = found.end();
            if (end > start) {
                made.append(text, taken, start).append(into);
                taken = end;
                at = end;
            } else {
                at = start < text.length() ? start + Character.charCount(text.codePointAt(start)) : start + 1;
            }
        }
        return made.append(text, taken, text.length()).toString();
    }
}
