package windowpane.flink.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeTextTest {
    @ParameterizedTest
    @CsvSource({
        "1970-01-01T00:00:00Z, 0",
        "1970-01-01T00:00:00.001z, 1",
        "1970-01-01t01:00:00+01:00, 0",
        "1969-12-31T23:59:59.9999999Z, -1",
        "2024-02-29T23:59:59.123456789-00:00, 1709251199123",
        "2024-02-29T23:59:59.1+23:59, 1709164859100",
        "9999-12-31T23:59:59.999Z, 253402300799999",
        "9999-12-31T23:59:59-00:01, 253402300859000",
        "2016-12-31T23:59:60Z, 1483228800000"
    })
    void readsTimes(String text, long millis) {
        assertEquals(millis, parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-00-01T00:00:00Z",
                "2024-01-00T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-12-31T23:58:60Z", "2024-01-01T00:00:00",
                "2024-01-01 00:00:00Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00+0100", "2024-01-01T00:00:00+24:00",
                "2024-01-01T00:00:00+01:60", "2024-01-01T00:00:00Z ", "20240101T000000Z", "2024-01-01T00:00:00,5Z", "٢٠٢٤-01-01T00:00:00Z"
            })
    void refusesWhatIsNoTime(String text) {
        assertEquals(TimeText.INVALID, parse(text));
    }

    @Test
    void knowsEveryDayOfTheCycle() {
        // The calendar repeats after 400 years.
        LocalDate last = LocalDate.of(2201, 1, 1);
        for (LocalDate day = LocalDate.of(1800, 1, 1); day.isBefore(last); day = day.plusDays(1)) {
            long millis = OffsetDateTime.of(day.atStartOfDay(), ZoneOffset.UTC).toInstant().toEpochMilli();
            assertEquals(millis, parse(day + "T00:00:00Z"));
        }
    }

    private static long parse(String text) {
        char[] padded = (text + "9Z").toCharArray();
        return TimeText.parse(padded, text.length());
    }
}
