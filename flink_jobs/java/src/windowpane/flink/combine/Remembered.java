package windowpane.flink.combine;

import java.io.Serializable;

/**
 * What is remembered of a stream's messages.
 *
 * @param ids how long an id is known, in milliseconds of arrival; 0 where copies all count
 * @param visits null for a stream without
 */
record Remembered(long ids, VisitRules visits) implements Serializable {
    private static final long serialVersionUID = 1L;

    static final Remembered NOTHING = new Remembered(0, null);

    boolean isAnything() {
        return ids > 0 || visits != null;
    }
}
