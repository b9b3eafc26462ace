package windowpane.flink.format;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

    Node(Node parent, String path) {
        this.parent = parent;
        this.path = path;
    }

    boolean isNumber() {
        return kind == WHOLE || kind == FRACTION;
    }

    Node find(List<String> keys) {
        Node node = this;
        for (String key : keys) {
            Node from = node;
            node = from.children.computeIfAbsent(
                    key, k -> new Node(from, from.path.isEmpty() ? k : from.path + "." + k));
        }
        node.wanted = true;
        return node;
    }
}
