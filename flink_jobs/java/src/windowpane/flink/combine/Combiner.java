package windowpane.flink.combine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
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
import org.apache.flink.table.data.TimestampData;
import windowpane.flink.format.Plan;

/**
 * Adds messages up where they are read, so that what is shuffled and kept in windows is a small part of them.
 *
 * <p>There are three kinds of rows, told by what is not null: parts of panes ({@code messages}), parts of the ledger
 * ({@code _first_offset}), and single messages ({@code offset}): rejected ones, accepted ones where there are records, or every one. Each part is of one arrival window, and
 * is sent on before any watermark that may close the window, before every checkpoint and at the end: so the only state is what arrived
 * last in each partition, and what a checkpoint counts as read has been sent on. What it has to remember for longer it gets by reading
 * from earlier on, so a job that remembers is never restored: it is started anew.
 */
final class Combiner extends AbstractStreamOperator<RowData> implements OneInputStreamOperator<RowData, RowData>, BoundedOneInput {
    private static final long serialVersionUID = 1L;

    /** Parts are sent on when there are this many, or of this many messages: both bound the memory. */
    private static final int MOST_PANES = 1 << 16;

    private static final int MOST_MESSAGES = 1 << 21;

    /** Where messages tell when they arrived, they may step back by the slack that they were read with, which is far less. */
    private static final Duration MOST_SLACK = Duration.ofMinutes(1);

    private static final HeapBudget BUDGET = new HeapBudget(Runtime.getRuntime().maxMemory() / 2);

    private final String planText;
    private final String breakdowns;
    private final String[] columns;
    private final long windowLength;
    private final boolean everyMessage;
    private final Reading reading;
    private final Remembered remembered;

    private transient OffsetOrder order;
    private transient PartitionArrivals arrivals;
    private transient ListState<Tuple2<Integer, Long>> arrivalsState;
    private transient Messages row;
    private transient long maxAhead;
    private transient Panes panes;
    private transient Ledger ledger;
    private transient Singles singles;
    private transient Memory memory;
    private transient Consumer<GenericRowData> send;
    private transient Consumer<RowData> count;
    private transient int combined;
    private transient boolean hasReadSinceChecked;

    /**
     * @param breakdowns see {@link Breakdown#parse}; may be null
     * @param columns names of the rows' columns, those of panes among them
     * @param remembered between messages
     */
    Combiner(
            String planText,
            String breakdowns,
            String[] columns,
            long windowLength,
            boolean everyMessage,
            Reading reading,
            Remembered remembered) {
        this.planText = planText;
        this.breakdowns = breakdowns;
        this.columns = columns;
        this.windowLength = windowLength;
        this.everyMessage = everyMessage;
        this.reading = reading;
        this.remembered = remembered;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        if (remembered.isAnything() && context.isRestored()) {
            throw new IllegalStateException("What is remembered is in no checkpoint; the keeper starts a job that reads it again");
        }
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
        if (reading.slack() != null && arrivals == null) {
            String known = reading.arrivedBefore();
            Map<Integer, Long> before = known == null ? null : PartitionArrivals.parse(known);
            arrivals = new PartitionArrivals(Messages.of(planText), before, reading.slack().toMillis());
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
        maxAhead = plan.maxAheadMillis();
        RowWriter writer = new RowWriter(plan, row, columns, everyMessage);
        count = this::count;
        send = sent -> output.collect(new StreamRecord<>(sent));
        panes = new Panes(plan, Breakdown.parse(breakdowns, plan), writer, remembered.visits());
        ledger = new Ledger(writer, windowLength);
        singles = new Singles(writer, writer.records(), everyMessage);
        Duration slack = reading.slack() == null ? MOST_SLACK : reading.slack();
        if (reading.firstOffsets() != null) {
            order = new OffsetOrder(row, reading.firstOffsets(), slack.toMillis());
        }
        if (remembered.isAnything()) {
            memory = new Memory(plan, remembered, slack.toMillis(), BUDGET);
        }
    }

    @Override
    public void processElement(StreamRecord<RowData> element) {
        if (order == null) {
            count(element.getValue());
        } else {
            order.offer(element.getValue(), count);
        }
    }

    private void count(RowData message) {
        long arrived = arrival(message);
        Outcome outcome = outcome(message, arrived);
        boolean isVisit = memory != null && outcome == Outcome.ACCEPTED;
        VisitStep visit = isVisit ? memory.visit(message, eventTime(message), arrived) : null;
        if (arrived < reading.countedFrom()) {
            return;
        }
        LedgerPart part = ledger.count(message.getInt(row.partition()), message.getLong(row.offset()), arrived, outcome);
        if (outcome == Outcome.ACCEPTED) {
            panes.add(message, eventTime(message), arrived, part.window, visit);
        }
        singles.send(message, outcome, visit, send);
        if (++combined >= MOST_MESSAGES || panes.size() >= MOST_PANES) {
            sendAll();
        }
    }

    /** What becomes of a message, which is remembered unless it is rejected. */
    private Outcome outcome(RowData message, long arrived) {
        if (message.isNullAt(Messages.EVENT_TIME)) {
            return message.isNullAt(row.reason()) ? Outcome.HEARTBEAT : Outcome.REJECTED;
        }
        if (eventTime(message) > arrived + maxAhead) {
            return Outcome.REJECTED;
        }
        return memory != null && memory.isCopy(message, arrived) ? Outcome.DUPLICATE : Outcome.ACCEPTED;
    }

    private static long eventTime(RowData message) {
        return message.getTimestamp(Messages.EVENT_TIME, 3).getMillisecond();
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

    @Override
    public void processWatermark(Watermark source) throws Exception {
        Watermark mark = order == null ? source : new Watermark(order.pass(source.getTimestamp(), count));
        // A window is closed by a watermark of its last millisecond.
        if (mark.getTimestamp() >= ledger.earliestEnd() - 1) {
            sendAll();
        }
        super.processWatermark(mark);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        if (reading.fence() != null && hasReadSinceChecked) {
            reading.fence().check();
        }
        hasReadSinceChecked = false;
        sendAll();
    }

    @Override
    public void close() throws Exception {
        if (reading.fence() != null) {
            reading.fence().close();
        }
        if (memory != null) {
            memory.close();
        }
        super.close();
    }

    @Override
    public void endInput() {
        sendAll();
    }

    private void sendAll() {
        ledger.sendAll(send);
        panes.sendAll(send);
        combined = 0;
    }
}
