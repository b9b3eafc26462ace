package windowpane.flink.combine;

/** What became of some messages of one partition that arrived in one window. */
final class LedgerPart {
    final int partition;
    final long window;
    long arrived;
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    long accepted;
    long rejected;
    long heartbeats;

    LedgerPart(int partition, long window) {
        this.partition = partition;
        this.window = window;
    }

    void read(long offset, long at) {
        first = Math.min(first, offset);
        last = Math.max(last, offset);
        arrived = Math.max(arrived, at);
    }
}
