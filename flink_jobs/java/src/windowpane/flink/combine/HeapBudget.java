package windowpane.flink.combine;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes all that is remembered in a process may take; the message of the failure says what to do. */
final class HeapBudget {
    private final AtomicLong left;

    HeapBudget(long bytes) {
        left = new AtomicLong(bytes);
    }

    void take(long bytes) {
        if (left.addAndGet(-bytes) < 0) {
            left.addAndGet(bytes);
            throw new IllegalStateException(
                    "What is remembered takes half of the TaskManager's heap; declare a shorter horizon, or give it more memory");
        }
    }

    void give(long bytes) {
        left.addAndGet(bytes);
    }

    long left() {
        return left.get();
    }
}
