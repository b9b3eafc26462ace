package windowpane.flink.combine;

/** What becomes of a message: it counts as exactly one of these in the ledger. */
enum Outcome {
    ACCEPTED,
    REJECTED,
    HEARTBEAT,

    /** One that would be accepted, but whose id was seen in its partition within the horizon. */
    DUPLICATE;

    static final int COUNT = values().length;
}
