// Numbers as they are written on the page.

const RAISED = { '-': '⁻', 0: '⁰', 1: '¹', 2: '²', 3: '³', 4: '⁴', 5: '⁵', 6: '⁶', 7: '⁷', 8: '⁸', 9: '⁹' };
const LEAST_SHOWN = 0.0005;

// A probability in percent, with one decimal where that says something.
export function percent(probability) {
  if (probability < LEAST_SHOWN) return '0 %';
  if (probability >= 1 - LEAST_SHOWN) return '100 %';
  return `${(100 * probability).toFixed(1)} %`;
}

export const accuracy = share => `${(100 * share).toFixed(2)} %`;

export const milliseconds = value => (value < 10 ? value.toFixed(1) : value.toFixed(0));

// A small number: 0.0312, or 1.2 × 10⁻⁷.
export function small(value) {
  if (value === 0) return '0';
  if (value >= 0.001) return value.toFixed(4);
  const [digits, power] = value.toExponential(1).split('e');
  return `${digits} × 10${[...power].map(one => RAISED[one] ?? '').join('')}`;
}
