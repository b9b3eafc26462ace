package windowpane.flink.format;

/** Event times: milliseconds since the epoch, or RFC 3339 with an offset. */
final class TimeText {
    /** What {@link #parse} returns for text that is not a time. */
    static final long INVALID = Long.MIN_VALUE;

    /** 9999-12-31T23:59:59.999Z in milliseconds since the epoch. */
    static final long LAST = 253402300799999L;

    private static final int[] MONTH_DAYS = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    private TimeText() {}

    /** Leaves milliseconds in {@link Node#whole}; returns null, or the {@link Reason} why it is not a time. */
    static String read(Node node) {
        if (node.kind == Node.STRING) {
            node.whole = parse(node.text, node.length);
            if (node.whole == INVALID) {
                return Reason.NOT_A_TIME;
            }
        } else if (node.kind != Node.WHOLE) {
            return Reason.NOT_A_TIME;
        }
        if (node.whole < 0) {
            return Reason.BEFORE_1970;
        }
        return node.whole > LAST ? Reason.TOO_FAR_IN_THE_FUTURE : null;
    }

    /**
     * Milliseconds since the epoch, cut (not rounded) to whole ones; negative before 1970. Only real calendar dates; a leap
     * second, 23:59:60 UTC, is the first second of the next day.
     */
    static long parse(char[] text, int length) {
        if (length < 20
                || text[4] != '-'
                || text[7] != '-'
                || (text[10] | 0x20) != 't'
                || text[13] != ':'
                || text[16] != ':') {
            return INVALID;
        }
        int year = digits(text, 0, 4);
        int month = digits(text, 5, 2);
        int day = digits(text, 8, 2);
        int hour = digits(text, 11, 2);
        int minute = digits(text, 14, 2);
        int second = digits(text, 17, 2);
        if (year < 0 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) {
            return INVALID;
        }
        if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) {
            return INVALID;
        }
        int at = 19;
        int millis = 0;
        if (text[at] == '.') {
            int first = ++at;
            while (at < length && isDigit(text[at])) {
                if (at - first < 3) {
                    millis = millis * 10 + text[at] - '0';
                }
                at++;
            }
            for (int i = at - first; i < 3; i++) {
                millis *= 10;
            }
            if (at == first) {
                return INVALID;
            }
        }
        int offset = offsetMinutes(text, at, length);
        if (offset == Integer.MIN_VALUE) {
            return INVALID;
        }
        long seconds = ((daysSinceEpoch(year, month, day) * 24 + hour) * 60 + minute - offset) * 60 + second;
        if (second == 60 && Math.floorMod(seconds, 86_400L) != 0) {
            return INVALID;
        }
        return seconds * 1000 + millis;
    }

    private static int offsetMinutes(char[] text, int at, int length) {
        if (length == at + 1 && (text[at] | 0x20) == 'z') {
            return 0;
        }
        if (length != at + 6 || (text[at] != '+' && text[at] != '-') || text[at + 3] != ':') {
            return Integer.MIN_VALUE;
        }
        int hours = digits(text, at + 1, 2);
        int minutes = digits(text, at + 4, 2);
        if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
            return Integer.MIN_VALUE;
        }
        return (text[at] == '-' ? -1 : 1) * (hours * 60 + minutes);
    }

    /** The number, or -1 if one of the characters is no ASCII digit. */
    private static int digits(char[] text, int from, int count) {
        int number = 0;
        for (int i = from; i < from + count; i++) {
            if (!isDigit(text[i])) {
                return -1;
            }
            number = number * 10 + text[i] - '0';
        }
        return number;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static int daysIn(int year, int month) {
        boolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        return month == 2 && leap ? 29 : MONTH_DAYS[month - 1];
    }

    /** Proleptic Gregorian calendar; the year starts in March so that the leap day is its last. */
    private static long daysSinceEpoch(int year, int month, int day) {
        int y = month <= 2 ? year - 1 : year;
        int era = Math.floorDiv(y, 400);
        int yearOfEra = y - era * 400;
        int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146097L + dayOfEra - 719468;
    }
}
