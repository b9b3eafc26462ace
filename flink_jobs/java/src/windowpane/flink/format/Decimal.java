package windowpane.flink.format;

/** Doubles from decimal text, correctly rounded, without an object for the usual short ones. */
final class Decimal {
    private static final double[] POWERS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22
    };

    private Decimal() {}

    /** The digits with the last {@code fraction} of them after the point: exact up to {@link Plan#EXACT}, and up to 22 after the point. */
    static double of(boolean negative, long digits, int fraction) {
        double value = digits / POWERS[fraction];
        return negative ? -value : value;
    }

    /** The text must be a JSON number; one that is too large gives an infinity. */
    static double parse(char[] text, int from, int length) {
        int at = from;
        int end = from + length;
        boolean negative = text[at] == '-';
        if (negative) {
            at++;
        }
        long digits = 0;
        int fraction = 0;
        boolean afterPoint = false;
        // Up to 18 characters the digits cannot overflow a long; a double divides 53-bit integers by 10^22 or less exactly.
        if (end - at <= 18) {
            for (; at < end; at++) {
                char c = text[at];
                if (c == '.') {
                    afterPoint = true;
                } else if (c <= '9') {
                    digits = digits * 10 + (c - '0');
                    fraction += afterPoint ? 1 : 0;
                } else {
                    break;
                }
            }
            if (at == end && digits <= Plan.EXACT) {
                return of(negative, digits, fraction);
            }
        }
        return Double.parseDouble(new String(text, from, length));
    }
}
