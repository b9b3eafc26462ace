package windowpane.flink.format;

import java.util.stream.IntStream;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.data.binary.BinaryStringData;

/**
 * Decides on one message after the other, by a {@link Plan}: accepted with its values, or rejected with the first failure.
 *
 * <p>A {@link Refusal} stays one. Of anything else the order: size, UTF-8, depth, JSON, object, duplicate keys, the event time, each field by itself, cleaned, bounds between fields,
 * measures, exclusions. That an event time is too far ahead of its arrival is for the caller to see: only the caller knows the arrival. Never
 * throws. Not for two threads at once.
 */
public final class MessageDecoder {
    private final MessageReader reader;
    private final Node eventTimeNode;
    private final long minMillis;
    private final FieldReader[] fields;
    private final Plan.Column[] columns;

    /** The fields whose text may exclude a message. */
    private final int[] exclusive;

    /** By field. */
    private final boolean[] isNull;

    private final double[] numbers;

    /** Whether any field is. */
    private boolean hasNull;

    /** By column. */
    private final boolean[] hasNoMeasure;

    private final long[] measures;

    private long eventTime;
    private String reason;
    private String field;

    public MessageDecoder(Plan plan) {
        Node root = new Node(null, "");
        this.eventTimeNode = root.find(plan.eventTime());
        this.minMillis = plan.minMillis();
        this.columns = plan.columns().toArray(Plan.Column[]::new);
        this.fields = new FieldReader[plan.fields().size()];
        for (int i = 0; i < fields.length; i++) {
            int index = i;
            boolean repeats =
                    plan.columns().stream().anyMatch(c -> c.kind() == Plan.Kind.STRING && c.field() == index);
            Plan.Field rules = plan.fields().get(i);
            fields[i] = new FieldReader(rules, root.find(rules.path()), repeats);
        }
        this.exclusive = IntStream.range(0, fields.length).filter(i -> fields[i].rules.excluded() != null).toArray();
        this.reader = new MessageReader(root);
        this.isNull = new boolean[fields.length];
        this.numbers = new double[fields.length];
        this.hasNoMeasure = new boolean[columns.length];
        this.measures = new long[columns.length];
    }

    /** Whether the message is accepted. */
    public boolean decode(byte[] payload) {
        reason = null;
        field = null;
        Refusal refused = Refusal.of(payload);
        if (refused != null) {
            return reject(refused.field(), refused.reason());
        }
        String unfit = reader.read(payload);
        if (unfit != null) {
            return reject(reader.duplicate(), unfit);
        }
        return readEventTime() && readFields() && compareFields() && measure() && admit();
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
        int source = columns[column].field();
        return isNull[source] ? null : fields[source].text;
    }

    /** The value of a field's column as rows hold it, or null. */
    public Object value(int column) {
        int source = columns[column].field();
        if (isNull[source]) {
            return null;
        }
        return switch (fields[source].rules.type()) {
            case STRING -> fields[source].text;
            case NUMBER -> numbers[source];
            case INTEGER -> (long) numbers[source];
            case BOOLEAN -> numbers[source] != 0;
            case TIME -> TimestampData.fromEpochMillis((long) numbers[source]);
        };
    }

    /** A measure column in stored units, or 1 or 0 of a boolean; or null. */
    public Long measure(int column) {
        return hasNoMeasure[column] ? null : measures[column];
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
        String failure = TimeText.read(eventTimeNode);
        eventTime = eventTimeNode.whole;
        if (failure == null && eventTime < minMillis) {
            failure = Reason.TOO_LONG_AGO;
        }
        return failure == null || reject(eventTimeNode.path, failure);
    }

    private boolean readFields() {
        hasNull = false;
        for (int i = 0; i < fields.length; i++) {
            FieldReader reading = fields[i];
            isNull[i] = !cleaned(reading);
            if (isNull[i]) {
                if (reading.rules.required() || isObstructed(reading.node)) {
                    return absent(reading.node);
                }
                hasNull = true;
                continue;
            }
            String failure = reading.read();
            if (failure != null) {
                return reject(reading.node.path, failure);
            }
            numbers[i] = reading.number;
        }
        return true;
    }

    private boolean compareFields() {
        for (int i = 0; i < fields.length; i++) {
            int least = fields[i].rules.minField();
            int most = fields[i].rules.maxField();
            if (least >= 0 && !isNull[i] && !isNull[least] && numbers[i] < numbers[least]) {
                return reject(fields[i].node.path, Reason.TOO_SMALL);
            }
            if (most >= 0 && !isNull[i] && !isNull[most] && numbers[i] > numbers[most]) {
                return reject(fields[i].node.path, Reason.TOO_LARGE);
            }
        }
        return true;
    }

    private boolean measure() {
        for (int i = 0; i < columns.length; i++) {
            Plan.Column column = columns[i];
            if (column.kind() == Plan.Kind.COUNTS) {
                hasNoMeasure[i] = isNull[column.field()];
                measures[i] = (long) numbers[column.field()];
            }
            if (column.kind() != Plan.Kind.MEASURE) {
                continue;
            }
            hasNoMeasure[i] = hasNull && column.expression().touchesNull(isNull);
            if (hasNoMeasure[i]) {
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

    /** Whether no field's text keeps the message out of every number. */
    private boolean admit() {
        for (int i : exclusive) {
            if (!isNull[i] && fields[i].rules.excluded().contains(fields[i].text)) {
                return reject(fields[i].node.path, Reason.IS_EXCLUDED);
            }
        }
        return true;
    }

    /** Whether a field has a value once it is cleaned. */
    private boolean cleaned(FieldReader reading) {
        boolean has = has(reading.node);
        Cleaning cleaning = reading.rules.cleaning();
        return cleaning == null || isObstructed(reading.node) ? has : cleaning.clean(reading.node, has, this::read);
    }

    /** What a field that was read holds, as a String or a Double; or null. */
    private Object read(int place) {
        if (isNull[place]) {
            return null;
        }
        return fields[place].rules.type() == Plan.Type.STRING ? fields[place].text.toString() : (Object) numbers[place];
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

    /** Whether something on the way to a node is neither an object nor null, which an optional field does not allow either. */
    private boolean isObstructed(Node node) {
        Node at = firstUnseen(node);
        return at != null && at.parent.parent != null && at.parent.kind != Node.OBJECT && at.parent.kind != Node.NULL;
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
}
