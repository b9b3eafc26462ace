package windowpane.flink.combine;

/** What became of some messages of one partition that arrived in one window. */
final class LedgerPart {
    final int partition;
    final long window;
    long arrived;
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    private final long[] counts = new long[Outcome.COUNT];

    LedgerPart(int partition, long window) {
        this.partition = partition;
        this.window = window;
    }

    void count(long offset, long at, Outcome outcome) {
        first = Math.min(first, offset);
        last = Math.max(last, offset);
        arrived = Math.max(arrived, at);
        counts[outcome.ordinal()]++;
    }

    long count(Outcome outcome) {
        return counts[outcome.ordinal()];
    }
}
