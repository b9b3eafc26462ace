package windowpane.flink.combine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import windowpane.flink.aggregate.Distinct;
import windowpane.flink.format.Plan;

/**
 * Adds messages up where they are read, so that what is shuffled and kept in windows is a small part of them.
 *
 * <p>There are three kinds of rows, told by what is not null: parts of panes ({@code messages}), parts of the ledger
 * ({@code _first_offset}), and single messages ({@code offset}): rejected ones, or every one. Each part is of one arrival window, and
 * is sent on before any watermark that may close the window, before every checkpoint and at the end: so the only state is what arrived
 * last in each partition, and what a checkpoint counts as read has been sent on.
 */
final class Combiner extends AbstractStreamOperator<RowData> implements OneInputStreamOperator<RowData, RowData>, BoundedOneInput {
    private static final long serialVersionUID = 1L;

    private static final long MINUTE = 60_000;

    /** Parts are sent on when there are this many, or of this many messages: both bound the memory. */
    private static final int MOST_PANES = 1 << 16;

    private static final int MOST_MESSAGES = 1 << 21;

    private final String planText;
    private final String[] columns;
    private final long windowLength;
    private final boolean everyMessage;
    private final Duration slack;
    private final String arrivedBefore;
    private final TopicFence fence;

    private transient PartitionArrivals arrivals;
    private transient ListState<Tuple2<Integer, Long>> arrivalsState;
    private transient Messages row;
    private transient RowWriter writer;
    private transient long maxAhead;
    private transient int[] dimensions;
    private transient int[] measures;
    private transient int[] distincts;
    private transient List<Set<Measured.Aggregate>> wanted;
    private transient int planColumns;

    private transient Map<PaneKey, PartialPane> panes;
    private transient PaneKey probe;
    private transient List<LedgerPart> ledger;
    private transient LedgerPart current;
    private transient int combined;
    private transient boolean hasReadSinceChecked;
    private transient long earliestEnd;

    /**
     * @param columns names of the rows' columns, those of panes among them
     * @param slack how far arrivals may step back; null for messages that tell when they arrived as they were counted before
     * @param arrivedBefore see {@link PartitionArrivals#parse}; may be null
     * @param fence may be null
     */
    Combiner(
            String planText,
            String[] columns,
            long windowLength,
            boolean everyMessage,
            Duration slack,
            String arrivedBefore,
            TopicFence fence) {
        this.planText = planText;
        this.columns = columns;
        this.windowLength = windowLength;
        this.everyMessage = everyMessage;
        this.slack = slack;
        this.arrivedBefore = arrivedBefore;
        this.fence = fence;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        TypeInformation<Tuple2<Integer, Long>> type = Types.TUPLE(Types.INT, Types.LONG);
        // To every task: it is not known which one will read a partition. A task that no longer does tells what was, which is less.
        arrivalsState = context.getOperatorStateStore().getUnionListState(new ListStateDescriptor<>("arrivals", type));
        makeArrivals();
        if (arrivals != null && context.isRestored()) {
            for (Tuple2<Integer, Long> read : arrivalsState.get()) {
                arrivals.raise(read.f0, read.f1);
            }
        }
    }

    private void makeArrivals() {
        if (slack != null && arrivals == null) {
            Map<Integer, Long> before = arrivedBefore == null ? null : PartitionArrivals.parse(arrivedBefore);
            arrivals = new PartitionArrivals(Messages.of(planText), before, slack.toMillis());
        }
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        if (arrivals != null) {
            List<Tuple2<Integer, Long>> read = new ArrayList<>();
            arrivals.read().forEach((partition, latest) -> read.add(Tuple2.of(partition, latest)));
            arrivalsState.update(read);
        }
    }

    @Override
    public void open() throws Exception {
        super.open();
        makeArrivals();
        Plan plan = Plan.parse(planText);
        row = new Messages(plan);
        writer = new RowWriter(plan, row, columns);
        maxAhead = plan.maxAheadMillis();
        dimensions = plan.columnsOf(Plan.Kind.STRING);
        measures = plan.columnsOf(Plan.Kind.MEASURE);
        distincts = plan.columnsOf(Plan.Kind.HASH);
        planColumns = plan.columns().size();
        wanted = writer.wanted();
        panes = new HashMap<>();
        probe = new PaneKey(dimensions.length);
        ledger = new ArrayList<>();
        earliestEnd = Long.MAX_VALUE;
    }

    @Override
    public void processElement(StreamRecord<RowData> element) {
        RowData message = element.getValue();
        long arrived = arrival(message);
        LedgerPart part = part(message.getInt(row.partition()), arrived - Math.floorMod(arrived, windowLength));
        part.read(message.getLong(row.offset()), arrived);
        boolean isSingle = everyMessage;
        if (message.isNullAt(Messages.EVENT_TIME)) {
            boolean isHeartbeat = message.isNullAt(row.reason());
            part.heartbeats += isHeartbeat ? 1 : 0;
            part.rejected += isHeartbeat ? 0 : 1;
            isSingle |= !isHeartbeat;
        } else {
            long at = message.getTimestamp(Messages.EVENT_TIME, 3).getMillisecond();
            boolean isAccepted = at <= arrived + maxAhead;
            part.accepted += isAccepted ? 1 : 0;
            part.rejected += isAccepted ? 0 : 1;
            isSingle |= !isAccepted;
            if (isAccepted) {
                add(message, at, arrived, part.window);
            }
        }
        if (isSingle) {
            send(writer.message(message));
        }
        if (++combined >= MOST_MESSAGES || panes.size() >= MOST_PANES) {
            sendAll();
        }
    }

    /** When the message arrived, which its row says from now on. */
    private long arrival(RowData message) {
        hasReadSinceChecked = true;
        long stamp = message.getTimestamp(row.arrived(), 3).getMillisecond();
        if (arrivals == null) {
            return stamp;
        }
        long arrived = arrivals.of(message, stamp);
        if (arrived != stamp) {
            ((GenericRowData) message).setField(row.arrived(), TimestampData.fromEpochMillis(arrived));
        }
        return arrived;
    }

    private LedgerPart part(int partition, long window) {
        if (current != null && current.partition == partition && current.window == window) {
            return current;
        }
        for (LedgerPart part : ledger) {
            if (part.partition == partition && part.window == window) {
                return current = part;
            }
        }
        current = new LedgerPart(partition, window);
        ledger.add(current);
        earliestEnd = Math.min(earliestEnd, window + windowLength);
        return current;
    }

    private void add(RowData message, long at, long arrived, long window) {
        for (int i = 0; i < dimensions.length; i++) {
            int place = Messages.FIRST_COLUMN + dimensions[i];
            probe.dimensions[i] = message.isNullAt(place) ? null : message.getString(place);
        }
        probe.minute = at - Math.floorMod(at, MINUTE);
        probe.window = window;
        PartialPane pane = panes.get(probe);
        if (pane == null) {
            pane = emptyPane();
            panes.put(probe.kept(), pane);
        }
        pane.messages++;
        pane.arrived = Math.max(pane.arrived, arrived);
        for (int column : measures) {
            if (!message.isNullAt(Messages.FIRST_COLUMN + column)) {
                pane.measures[column].add(message.getLong(Messages.FIRST_COLUMN + column), at);
            }
        }
        for (int column : distincts) {
            if (!message.isNullAt(Messages.FIRST_COLUMN + column)) {
                StringData text = message.getString(Messages.FIRST_COLUMN + column);
                pane.distincts[column].add(text.toBytes());
            }
        }
    }

    private PartialPane emptyPane() {
        PartialPane pane = new PartialPane(planColumns);
        for (int column : measures) {
            pane.measures[column] = new Measured(wanted.get(column));
        }
        for (int column : distincts) {
            pane.distincts[column] = new Distinct();
        }
        return pane;
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        // A window is closed by a watermark of its last millisecond.
        if (mark.getTimestamp() >= earliestEnd - 1) {
            sendAll();
        }
        super.processWatermark(mark);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        if (fence != null && hasReadSinceChecked) {
            fence.check();
        }
        hasReadSinceChecked = false;
        sendAll();
    }

    @Override
    public void close() throws Exception {
        if (fence != null) {
            fence.close();
        }
        super.close();
    }

    @Override
    public void endInput() {
        sendAll();
    }

    private void sendAll() {
        ledger.forEach(part -> send(writer.ledger(part)));
        panes.forEach((key, pane) -> send(writer.pane(key, pane)));
        ledger.clear();
        panes.clear();
        current = null;
        combined = 0;
        earliestEnd = Long.MAX_VALUE;
    }

    private void send(GenericRowData sent) {
        output.collect(new StreamRecord<>(sent));
    }
}
