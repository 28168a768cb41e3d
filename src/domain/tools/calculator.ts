import { evaluate, EXPRESSION_LIMITS, FUNCTION_NAMES } from './expression';
import { failed, objectSchema, type Skill, succeeded } from './skill';

/** Own parser: `eval` would run whatever a model writes. */
export const calculator: Skill = {
  spec: {
    name: 'calculator',
    description: `Evaluates an arithmetic expression exactly: + - * / % ^ and parentheses, numbers without thousands separators, pi, e, and ${FUNCTION_NAMES.join(', ')}.`,
    parameters: objectSchema(
      {
        expression: {
          type: 'string',
          minLength: 1,
          maxLength: EXPRESSION_LIMITS.charsMax,
          description: 'Such as "(120 - 35.5) * 1.19" or "round(mean(3, 4, 8), 2)".',
        },
      },
      ['expression'],
    ),
    sideEffects: false,
    pure: true,
  },
  run({ expression }) {
    const result = evaluate(String(expression));
    return 'value' in result
      ? succeeded(result.value)
      : failed(`The expression cannot be evaluated: ${result.problem}.`);
  },
};
