package windowpane.flink.format;

/**
 * Reads messages of the usual form from their bytes: one object with keys that the plan names, spelled as they are, short numbers
 * without exponents, and text in ASCII without escapes. Of any other message, right or wrong, it says only that it does not know.
 */
final class QuickReader {
    /** What no byte is. */
    private static final int END = 256;

    /** So many characters of a number cannot overflow a long. */
    private static final int LONGEST_NUMBER = 18;

    private final Node root;

    private byte[] bytes;
    private int at;
    private long message;

    QuickReader(Node root) {
        this.root = root;
    }

    /**
     * Whether the message is of the usual form, and in the nodes. If not, nodes may carry its number that should not.
     */
    boolean read(byte[] payload, long number) {
        bytes = payload;
        at = 0;
        message = number;
        return next() == '{' && object(root, 1) && next() == END;
    }

    /** Takes the next byte that is no white space, or END. */
    private int next() {
        while (at < bytes.length) {
            byte c = bytes[at++];
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                return c;
            }
        }
        return END;
    }

    private boolean object(Node object, int depth) {
        if (depth > MessageReader.DEEPEST) {
            return false;
        }
        object.open();
        int c = next();
        if (c == '}') {
            return true;
        }
        while (c == '"') {
            Node node = object.childAt(bytes, at);
            if (node == null || node.message == message) {
                return false;
            }
            node.message = message;
            at += node.keyLength();
            if (next() != ':' || !value(node, depth)) {
                return false;
            }
            c = next();
            if (c == '}') {
                return true;
            }
            if (c != ',') {
                return false;
            }
            c = next();
        }
        return false;
    }

    private boolean value(Node node, int depth) {
        return switch (next()) {
            case '"' -> text(node);
            case '{' -> !node.children.isEmpty() && object(node, depth + 1);
            case 't' -> word(node, "rue", Node.TRUE);
            case 'f' -> word(node, "alse", Node.FALSE);
            case 'n' -> word(node, "ull", Node.NULL);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number(node);
            default -> false;
        };
    }

    private boolean text(Node node) {
        int from = at;
        int end = from;
        while (end < bytes.length && bytes[end] != '"') {
            // Less than a space are control characters, and all that is not ASCII.
            if (bytes[end] < ' ' || bytes[end] == '\\') {
                return false;
            }
            end++;
        }
        int length = end - from;
        if (node.text.length < length) {
            node.text = new char[length];
        }
        for (int i = 0; i < length; i++) {
            node.text[i] = (char) bytes[from + i];
        }
        node.length = length;
        node.kind = Node.STRING;
        at = end + 1;
        return end < bytes.length;
    }

    private boolean word(Node node, String rest, byte kind) {
        node.kind = kind;
        for (int i = 0; i < rest.length(); i++) {
            if (at == bytes.length || bytes[at++] != rest.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Its first character is taken. What may not follow a number is for the caller to see. */
    private boolean number(Node node) {
        int from = at - 1;
        boolean isNegative = bytes[from] == '-';
        int whole = isNegative ? at : from;
        int point = skipDigits(whole);
        boolean isFraction = point < bytes.length && bytes[point] == '.';
        at = isFraction ? skipDigits(point + 1) : point;
        boolean isNumber = point > whole && (point == whole + 1 || bytes[whole] != '0') && at != point + 1;
        if (!isNumber || at - from > LONGEST_NUMBER) {
            return false;
        }
        long digits = digits(whole, point, 0);
        if (!isFraction) {
            node.kind = Node.WHOLE;
            node.whole = isNegative ? -digits : digits;
            node.number = node.whole;
            return true;
        }
        digits = digits(point + 1, at, digits);
        node.kind = Node.FRACTION;
        node.number = Decimal.of(isNegative, digits, at - point - 1);
        return digits <= Plan.EXACT;
    }

    private int skipDigits(int from) {
        int i = from;
        while (i < bytes.length && bytes[i] >= '0' && bytes[i] <= '9') {
            i++;
        }
        return i;
    }

    private long digits(int from, int to, long before) {
        long digits = before;
        for (int i = from; i < to; i++) {
            digits = digits * 10 + (bytes[i] - '0');
        }
        return digits;
    }
}
