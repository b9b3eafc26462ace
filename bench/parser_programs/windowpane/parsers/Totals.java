package windowpane.parsers;

/** What is read of all messages, so that every parser has to read the same, and to read it right. */
final class Totals {
    private long messages;
    private long names;
    private long times;
    private long cpu;
    private long ram;
    private long disk;

    /** Adds a message, its measures in millionths as the stream's definition says. */
    void add(int nameLength, long time, double cpu, double ramTotal, double ramFree, double diskTotal, double diskFree) {
        add(nameLength, time, millionths(cpu), millionths(1 - ramFree / ramTotal), millionths(1 - diskFree / diskTotal));
    }

    /** Adds a message whose measures are in millionths already. */
    void add(int nameLength, long time, long cpu, long ram, long disk) {
        messages++;
        names += nameLength;
        times += time;
        this.cpu += cpu;
        this.ram += ram;
        this.disk += disk;
    }

    private static long millionths(double value) {
        return (long) Math.rint(value * 1e6);
    }

    @Override
    public String toString() {
        return messages + " " + names + " " + times + " " + cpu + " " + ram + " " + disk;
    }
}
