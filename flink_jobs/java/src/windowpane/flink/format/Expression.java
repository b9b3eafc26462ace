package windowpane.flink.format;

import java.util.Arrays;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;

/**
 * Arithmetic over fields, in postfix order, in IEEE doubles; the same order gives the same bits in every language.
 * Not for two threads at once.
 */
public final class Expression {
    private static final String OPERATORS = "+-*/~";

    /** A field's index, or -1 for a constant, or less for an operator. */
    private final int[] steps;

    private final double[] constants;
    private final double[] stack;

    private Expression(int[] steps, double[] constants, int height) {
        this.steps = steps;
        this.constants = constants;
        this.stack = new double[height];
    }

    /** Reads {@code [{"number": x} | {"field": i} | {"op": "+" | "-" | "*" | "/" | "neg"}, ...]}. */
    static Expression parse(JsonNode node) {
        int[] steps = new int[node.size()];
        double[] constants = new double[node.size()];
        int height = 0;
        int highest = 0;
        for (int i = 0; i < steps.length; i++) {
            JsonNode step = node.get(i);
            if (step.has("field")) {
                steps[i] = step.get("field").asInt();
                height++;
            } else if (step.has("number")) {
                steps[i] = -1;
                constants[i] = step.get("number").asDouble();
                height++;
            } else {
                String name = step.path("op").asText();
                int operator = name.equals("neg") ? OPERATORS.indexOf('~') : OPERATORS.indexOf(name);
                steps[i] = -2 - operator;
                boolean unary = name.equals("neg");
                if (operator < 0 || height < (unary ? 1 : 2)) {
                    throw new IllegalArgumentException("Not a postfix expression: " + node);
                }
                height -= unary ? 0 : 1;
            }
            highest = Math.max(highest, height);
        }
        if (height != 1) {
            throw new IllegalArgumentException("Not a postfix expression: " + node);
        }
        return new Expression(steps, constants, highest);
    }

    /** The indices of the fields it reads. */
    int[] fields() {
        return Arrays.stream(steps).filter(step -> step >= 0).toArray();
    }

    /** Whether a field that it reads is null. */
    boolean touchesNull(boolean[] isNull) {
        for (int step : steps) {
            if (step >= 0 && isNull[step]) {
                return true;
            }
        }
        return false;
    }

    /** The value; may be infinite or NaN. */
    double evaluate(double[] fields) {
        int top = -1;
        for (int i = 0; i < steps.length; i++) {
            int step = steps[i];
            if (step >= 0) {
                stack[++top] = fields[step];
            } else if (step == -1) {
                stack[++top] = constants[i];
            } else if (step == -6) {
                stack[top] = -stack[top];
            } else {
                double right = stack[top--];
                double left = stack[top];
                stack[top] =
                        switch (step) {
                            case -2 -> left + right;
                            case -3 -> left - right;
                            case -4 -> left * right;
                            default -> left / right;
                        };
            }
        }
        return stack[0];
    }
}
