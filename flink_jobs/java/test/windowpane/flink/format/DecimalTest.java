package windowpane.flink.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecimalTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0", "-0", "0.0", "-0.0", "1", "0.1", "0.123456", "1e5", "1E-5", "1.5e300", "9007199254740993", "9007199254740992.5",
                "123456789012345678", "999999999999999999", "0.00000000000000001", "12345678901234567890", "1e400", "-1e400", "5e-324",
                "2.2250738585072011e-308", "0.3000000000000000166", "179769313486231580793e289"
            })
    void parsesAsJavaDoes(String text) {
        assertEquals(Double.parseDouble(text), parse(text));
    }

    @Test
    void parsesRandomDecimalsExactly() {
        Random random = new Random(1);
        for (int i = 0; i < 500_000; i++) {
            String digits = Long.toString(random.nextLong() >>> random.nextInt(63));
            int point = random.nextInt(digits.length()) + 1;
            String text = point == digits.length() ? digits : digits.substring(0, point) + "." + digits.substring(point);
            assertEquals(Double.parseDouble(text), parse(text), text);
        }
    }

    private static double parse(String text) {
        char[] padded = ("x" + text + "x").toCharArray();
        return Decimal.parse(padded, 1, text.length());
    }
}
