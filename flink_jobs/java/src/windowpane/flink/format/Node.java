package windowpane.flink.format;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.io.JsonStringEncoder;

/** A key that the plan names, or is on the way to one, with what the current message holds there. */
final class Node {
    static final byte NULL = 1;
    static final byte STRING = 2;
    static final byte WHOLE = 3;
    static final byte FRACTION = 4;
    static final byte TRUE = 5;
    static final byte FALSE = 6;
    static final byte OBJECT = 7;
    static final byte ARRAY = 8;

    final Node parent;
    final String path;
    final Map<String, Node> children = new HashMap<>();

    /** Whether a field's value is read here, and not only passed through. */
    boolean wanted;

    /** The number of the message that last had this key: the values below are that message's. */
    long message;

    byte kind;
    double number;

    /** For {@link #WHOLE}, saturated. */
    long whole;

    char[] text = new char[32];
    int length;

    /** The key as JSON spells it, with the quote after it. */
    private final byte[] spelled;

    /** Of an object: the child that came first, and the one that came last of the message that is being read. */
    private Node first;

    private Node latest;

    /** The child of the same object that came after this one. */
    private Node next;

    Node(Node parent, String path) {
        this(parent, path, "");
    }

    private Node(Node parent, String path, String key) {
        this.parent = parent;
        this.path = path;
        byte[] quoted = JsonStringEncoder.getInstance().quoteAsUTF8(key);
        this.spelled = Arrays.copyOf(quoted, quoted.length + 1);
        this.spelled[quoted.length] = '"';
    }

    /** Its object begins in the message. */
    void open() {
        kind = OBJECT;
        latest = null;
    }

    /** The child whose key stands at a place of a message, or null; mostly the one that came here in the message before. */
    Node childAt(byte[] message, int at) {
        Node child = latest == null ? first : latest.next;
        if (child == null || !child.isAt(message, at)) {
            child = sought(message, at);
            if (child == null) {
                return null;
            }
            if (latest == null) {
                first = child;
            } else {
                latest.next = child;
            }
        }
        latest = child;
        return child;
    }

    private Node sought(byte[] message, int at) {
        for (Node child : children.values()) {
            if (child.isAt(message, at)) {
                return child;
            }
        }
        return null;
    }

    /** How many bytes the key takes, with the quote after it. */
    int keyLength() {
        return spelled.length;
    }

    private boolean isAt(byte[] message, int at) {
        int end = at + spelled.length;
        return end <= message.length && Arrays.equals(spelled, 0, spelled.length, message, at, end);
    }

    boolean isNumber() {
        return kind == WHOLE || kind == FRACTION;
    }

    Node find(List<String> keys) {
        Node node = this;
        for (String key : keys) {
            Node from = node;
            node = from.children.computeIfAbsent(
                    key, k -> new Node(from, from.path.isEmpty() ? k : from.path + "." + k, k));
        }
        node.wanted = true;
        return node;
    }
}
