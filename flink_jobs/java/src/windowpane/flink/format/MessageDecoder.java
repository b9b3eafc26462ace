package windowpane.flink.format;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.flink.table.data.binary.BinaryStringData;

/**
 * Decides on one message after the other, by a {@link Plan}: accepted with its values, or rejected with the first failure.
 *
 * <p>The order: size, UTF-8, JSON, object, duplicate keys, the event time, each field by itself, bounds between fields, measures.
 * That an event time is too far ahead of its arrival is for the caller to see: only the caller knows the arrival. Never throws.
 * Not for two threads at once.
 */
public final class MessageDecoder {
    private final Plan plan;
    private final MessageReader reader;
    private final Node eventTimeNode;
    private final Node[] nodes;
    private final String[] paths;
    private final TextCache[] caches;

    private final boolean[] isNull;
    private final double[] numbers;
    private final BinaryStringData[] texts;
    private final boolean[] columnIsNull;
    private final long[] measures;

    private long eventTime;
    private String reason;
    private String field;

    public MessageDecoder(Plan plan) {
        this.plan = plan;
        Node root = new Node(null, "");
        this.eventTimeNode = root.find(plan.eventTime());
        int fields = plan.fields().size();
        this.nodes = new Node[fields];
        this.paths = new String[fields];
        this.caches = new TextCache[fields];
        for (int i = 0; i < fields; i++) {
            nodes[i] = root.find(plan.fields().get(i).path());
            paths[i] = nodes[i].path;
        }
        for (Plan.Column column : plan.columns()) {
            if (column.kind() == Plan.Kind.STRING) {
                caches[column.field()] = new TextCache();
            }
        }
        this.reader = new MessageReader(root);
        this.isNull = new boolean[fields];
        this.numbers = new double[fields];
        this.texts = new BinaryStringData[fields];
        this.columnIsNull = new boolean[plan.columns().size()];
        this.measures = new long[plan.columns().size()];
    }

    /** Whether the message is accepted. */
    public boolean decode(byte[] payload) {
        reason = null;
        field = null;
        String unfit = reader.read(payload);
        if (unfit != null) {
            return reject(unfit.equals(Reason.DUPLICATE_KEY) ? reader.duplicate() : null, unfit);
        }
        return readEventTime() && readFields() && compareFields() && measure();
    }

    /** Milliseconds since the epoch, of an accepted message. */
    public long eventTime() {
        return eventTime;
    }

    /** One of {@link Reason}, or null if accepted. */
    public String reason() {
        return reason;
    }

    /** The path of the failing field or the name of the failing measure; null if it is the whole message. */
    public String field() {
        return field;
    }

    /** The text of a string or hash column, or null. */
    public BinaryStringData text(int column) {
        int source = plan.columns().get(column).field();
        return isNull[source] ? null : texts[source];
    }

    /** A measure column in stored units, or null. */
    public Long measure(int column) {
        return columnIsNull[column] ? null : measures[column];
    }

    private boolean reject(String where, String why) {
        field = where;
        reason = why;
        return false;
    }

    private boolean readEventTime() {
        if (!has(eventTimeNode)) {
            return absent(eventTimeNode);
        }
        String failure = checkTime(eventTimeNode);
        if (failure != null) {
            return reject(eventTimeNode.path, failure);
        }
        eventTime = eventTimeNode.whole;
        return true;
    }

    private boolean has(Node node) {
        return node.message == reader.message() && node.kind != Node.NULL;
    }

    /** Rejects a field that is not there, naming the first key of its path that is at fault. */
    private boolean absent(Node node) {
        Node at = firstUnseen(node);
        if (at == null) {
            return reject(node.path, Reason.NULL);
        }
        Node parent = at.parent;
        if (parent.parent == null || parent.kind == Node.OBJECT) {
            return reject(at.path, Reason.MISSING);
        }
        return reject(parent.path, parent.kind == Node.NULL ? Reason.NULL : Reason.NOT_AN_OBJECT);
    }

    /** The first key on the way to a node that the message does not have, or null if it has them all. */
    private Node firstUnseen(Node node) {
        if (node.message == reader.message()) {
            return null;
        }
        Node at = node;
        while (at.parent.parent != null && at.parent.message != reader.message()) {
            at = at.parent;
        }
        return at;
    }

    /** Whether something on the way to a node is neither an object nor null, which an optional field does not allow either. */
    private boolean isObstructed(Node node) {
        Node at = firstUnseen(node);
        return at != null && at.parent.parent != null && at.parent.kind != Node.OBJECT && at.parent.kind != Node.NULL;
    }

    private boolean readFields() {
        List<Plan.Field> fields = plan.fields();
        for (int i = 0; i < nodes.length; i++) {
            Node node = nodes[i];
            isNull[i] = !has(node);
            if (isNull[i]) {
                if (fields.get(i).required() || isObstructed(node)) {
                    return absent(node);
                }
                continue;
            }
            String failure = check(fields.get(i), i, node);
            if (failure != null) {
                return reject(paths[i], failure);
            }
        }
        return true;
    }

    private String check(Plan.Field rules, int index, Node node) {
        return switch (rules.type()) {
            case STRING -> checkText(rules, index, node);
            case NUMBER -> {
                if (node.kind != Node.WHOLE && node.kind != Node.FRACTION) {
                    yield Reason.NOT_A_NUMBER;
                }
                yield checkNumber(rules, index, node.number);
            }
            case INTEGER -> {
                if (node.kind == Node.FRACTION) {
                    yield Reason.NOT_A_WHOLE_NUMBER;
                }
                yield node.kind == Node.WHOLE ? checkWhole(rules, index, node.whole) : Reason.NOT_A_NUMBER;
            }
            case BOOLEAN -> {
                if (node.kind != Node.TRUE && node.kind != Node.FALSE) {
                    yield Reason.NOT_A_BOOLEAN;
                }
                numbers[index] = node.kind == Node.TRUE ? 1 : 0;
                yield null;
            }
            case TIME -> {
                String failure = checkTime(node);
                yield failure != null ? failure : checkNumber(rules, index, node.whole);
            }
        };
    }

    private String checkText(Plan.Field rules, int index, Node node) {
        if (node.kind != Node.STRING) {
            return Reason.NOT_A_STRING;
        }
        TextCache cache = caches[index];
        if (cache != null) {
            BinaryStringData known = cache.get(node.text, node.length);
            if (known != null) {
                texts[index] = known;
                return null;
            }
        }
        int codePoints = codePoints(node.text, node.length);
        if (codePoints < 0) {
            return Reason.NOT_VALID_TEXT;
        }
        if (codePoints < rules.minLength()) {
            return Reason.TOO_SHORT;
        }
        if (codePoints > rules.maxLength()) {
            return Reason.TOO_LONG;
        }
        String text = new String(node.text, 0, node.length);
        if (rules.values() != null && !rules.values().contains(text)) {
            return Reason.NOT_AN_ALLOWED_VALUE;
        }
        texts[index] = BinaryStringData.fromBytes(text.getBytes(StandardCharsets.UTF_8));
        if (cache != null) {
            cache.put(node.text, node.length, texts[index]);
        }
        return null;
    }

    /** The length in code points, or -1 for text that holds a NUL or half a surrogate pair. */
    private static int codePoints(char[] text, int length) {
        int count = length;
        for (int i = 0; i < length; i++) {
            char c = text[i];
            if (c == 0) {
                return -1;
            }
            if (Character.isSurrogate(c)) {
                if (Character.isLowSurrogate(c) || i + 1 == length || !Character.isLowSurrogate(text[i + 1])) {
                    return -1;
                }
                i++;
                count--;
            }
        }
        return count;
    }

    private String checkNumber(Plan.Field rules, int index, double value) {
        numbers[index] = value;
        if (Double.isInfinite(value)) {
            return Reason.NOT_FINITE;
        }
        if (value < rules.min() || value <= rules.above()) {
            return Reason.TOO_SMALL;
        }
        return value > rules.max() || value >= rules.below() ? Reason.TOO_LARGE : null;
    }

    private String checkWhole(Plan.Field rules, int index, long value) {
        if (value < -Plan.EXACT) {
            return Reason.TOO_SMALL;
        }
        return value > Plan.EXACT ? Reason.TOO_LARGE : checkNumber(rules, index, value);
    }

    /** Leaves the milliseconds in the node. */
    private static String checkTime(Node node) {
        if (node.kind == Node.STRING) {
            node.whole = TimeText.parse(node.text, node.length);
        }
        if ((node.kind != Node.STRING && node.kind != Node.WHOLE) || (node.kind == Node.STRING && node.whole == TimeText.INVALID)) {
            return Reason.NOT_A_TIME;
        }
        if (node.whole < 0) {
            return Reason.BEFORE_1970;
        }
        return node.whole > TimeText.LAST ? Reason.TOO_FAR_IN_THE_FUTURE : null;
    }

    private boolean compareFields() {
        List<Plan.Field> fields = plan.fields();
        for (int i = 0; i < nodes.length; i++) {
            Plan.Field rules = fields.get(i);
            if (isNull[i]) {
                continue;
            }
            if (rules.minField() >= 0 && !isNull[rules.minField()] && numbers[i] < numbers[rules.minField()]) {
                return reject(paths[i], Reason.TOO_SMALL);
            }
            if (rules.maxField() >= 0 && !isNull[rules.maxField()] && numbers[i] > numbers[rules.maxField()]) {
                return reject(paths[i], Reason.TOO_LARGE);
            }
        }
        return true;
    }

    private boolean measure() {
        List<Plan.Column> columns = plan.columns();
        for (int i = 0; i < measures.length; i++) {
            Plan.Column column = columns.get(i);
            if (column.kind() != Plan.Kind.MEASURE) {
                continue;
            }
            columnIsNull[i] = column.expression().touchesNull(isNull);
            if (columnIsNull[i]) {
                continue;
            }
            double value = Math.rint(column.expression().evaluate(numbers) * column.factor());
            if (Double.isNaN(value) || Double.isInfinite(value)) {
                return reject(column.name(), Reason.NOT_FINITE);
            }
            if (value < column.min() || value > column.max()) {
                return reject(column.name(), value < column.min() ? Reason.TOO_SMALL : Reason.TOO_LARGE);
            }
            measures[i] = (long) value;
        }
        return true;
    }
}
