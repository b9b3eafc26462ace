package windowpane.flink.format;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonStreamContext;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonToken;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonTokenId;

/**
 * Reads one message's JSON into a tree of {@link Node}s, strictly: one RFC 8259 object in UTF-8, no duplicate key anywhere, at
 * most 64 levels, at most 1 MiB. What the {@link QuickReader} does not know is decided by Jackson's tokens.
 */
final class MessageReader {
    static final int LARGEST = 1 << 20;
    static final int DEEPEST = 64;

    /** A set that grew beyond this is not kept: clearing it would cost each later message. */
    private static final int KEPT_NAMES = 256;

    /** Messages until the quick reader is asked again, once it did not know one: of some streams it knows none. */
    private static final int PAUSE = 10;

    private final Node root;
    private final QuickReader quick;
    private final Node[] objects = new Node[DEEPEST + 1];

    /** Keys of each open object that the plan does not name. */
    private final Set<?>[] strangers = new Set<?>[DEEPEST + 1];

    private ByteParser parser;
    private long message;
    private int pause;
    private String duplicate;

    MessageReader(Node root) {
        this.root = root;
        this.quick = new QuickReader(root);
    }

    /** The number of the current message, which its nodes carry. */
    long message() {
        return message;
    }

    /** The path of the second occurrence of a key, after {@link Reason#DUPLICATE_KEY}; else null. */
    String duplicate() {
        return duplicate;
    }

    /** Fills the nodes; returns null, or the {@link Reason} why the message is not fit to be looked at. */
    String read(byte[] payload) {
        message++;
        duplicate = null;
        if (payload.length == 0) {
            return Reason.EMPTY;
        }
        if (payload.length > LARGEST) {
            return Reason.LARGER_THAN_1_MIB;
        }
        if (pause > 0) {
            pause--;
        } else if (quick.read(payload, message)) {
            return null;
        } else {
            // The nodes that it filled are not of this message.
            message++;
            pause = PAUSE;
        }
        if (!Bytes.isUtf8(payload)) {
            return Reason.NOT_VALID_UTF_8;
        }
        if (parser == null || !parser.isReusable()) {
            parser = new ByteParser();
        }
        parser.reset(payload);
        String failure;
        try {
            failure = walk();
        } catch (IOException | RuntimeException e) {
            // Whatever a payload does to the parser, it may not stop the job.
            failure = Reason.NOT_VALID_JSON;
            parser = null;
        }
        if (failure == null) {
            return duplicate == null ? null : Reason.DUPLICATE_KEY;
        }
        duplicate = null;
        boolean isDeep = failure.equals(Reason.NOT_VALID_JSON) && Bytes.depth(payload) > DEEPEST;
        return isDeep ? Reason.NESTED_TOO_DEEPLY : failure;
    }

    private String walk() throws IOException {
        JsonToken token = parser.nextToken();
        boolean isObject = token == JsonToken.START_OBJECT;
        Node value = root;
        int depth = 0;
        while (token != null) {
            Node next = null;
            switch (token.id()) {
                case JsonTokenId.ID_FIELD_NAME -> next = name(depth);
                case JsonTokenId.ID_START_OBJECT, JsonTokenId.ID_START_ARRAY -> {
                    if (++depth > DEEPEST) {
                        return Reason.NESTED_TOO_DEEPLY;
                    }
                    open(depth, value, token == JsonToken.START_OBJECT);
                }
                case JsonTokenId.ID_END_OBJECT, JsonTokenId.ID_END_ARRAY -> depth--;
                default -> {
                    if (value != null) {
                        scalar(token.id(), value);
                    }
                }
            }
            if (depth == 0) {
                return end(isObject);
            }
            value = next;
            token = parser.nextToken();
        }
        return Reason.NOT_VALID_JSON;
    }

    private String end(boolean isObject) throws IOException {
        parser.finishToken();
        if (!parser.isAtEnd()) {
            parser = null;
            return Reason.NOT_VALID_JSON;
        }
        return isObject ? null : Reason.NOT_AN_OBJECT;
    }

    private void open(int depth, Node value, boolean isObject) {
        if (value != null) {
            value.kind = isObject ? Node.OBJECT : Node.ARRAY;
        }
        objects[depth] = isObject ? value : null;
        Set<?> names = strangers[depth];
        if (names != null && !names.isEmpty()) {
            if (names.size() > KEPT_NAMES) {
                strangers[depth] = null;
            } else {
                names.clear();
            }
        }
    }

    /** The node that the value of the current key belongs to, or null if the plan does not name it. */
    private Node name(int depth) throws IOException {
        String name = parser.currentName();
        Node object = objects[depth];
        Node node = object == null ? null : object.children.get(name);
        boolean isNew;
        if (node == null) {
            isNew = stranger(depth, name);
        } else {
            isNew = node.message != message;
            node.message = message;
        }
        if (!isNew && duplicate == null) {
            duplicate = path(parser.getParsingContext());
        }
        return node;
    }

    @SuppressWarnings("unchecked")
    private boolean stranger(int depth, String name) {
        if (strangers[depth] == null) {
            strangers[depth] = new HashSet<String>();
        }
        return ((Set<String>) strangers[depth]).add(name);
    }

    private static String path(JsonStreamContext context) {
        Deque<String> keys = new ArrayDeque<>();
        for (JsonStreamContext at = context; at != null; at = at.getParent()) {
            if (at.hasCurrentName()) {
                keys.addFirst(at.getCurrentName());
            }
        }
        return FieldName.printable(String.join(".", keys));
    }

    private void scalar(int token, Node node) throws IOException {
        switch (token) {
            case JsonTokenId.ID_STRING -> {
                node.kind = Node.STRING;
                if (node.wanted) {
                    int length = parser.getTextLength();
                    if (node.text.length < length) {
                        node.text = new char[length];
                    }
                    System.arraycopy(parser.getTextCharacters(), parser.getTextOffset(), node.text, 0, length);
                    node.length = length;
                }
            }
            case JsonTokenId.ID_NUMBER_INT -> {
                node.kind = Node.WHOLE;
                if (node.wanted) {
                    whole(node);
                }
            }
            case JsonTokenId.ID_NUMBER_FLOAT -> {
                node.kind = Node.FRACTION;
                if (node.wanted) {
                    node.number =
                            Decimal.parse(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
                }
            }
            case JsonTokenId.ID_TRUE -> node.kind = Node.TRUE;
            case JsonTokenId.ID_FALSE -> node.kind = Node.FALSE;
            default -> node.kind = Node.NULL;
        }
    }

    private void whole(Node node) throws IOException {
        int length = parser.getTextLength();
        if (length <= 18) {
            node.whole = parser.getLongValue();
            node.number = node.whole;
        } else {
            char[] text = parser.getTextCharacters();
            int from = parser.getTextOffset();
            // Beyond every bound of a whole number, however many digits it has.
            node.whole = text[from] == '-' ? Long.MIN_VALUE : Long.MAX_VALUE;
            node.number = Decimal.parse(text, from, length);
        }
    }
}
