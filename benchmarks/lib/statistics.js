/** Middle value of some numbers (mean of the two middle ones if their count is even); NaN of none. */
export function median(/** @type {readonly number[]} */ values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Half the distance between the smallest and the largest value, in percent of the median. */
export function spreadPercent(/** @type {readonly number[]} */ values) {
  return ((Math.max(...values) - Math.min(...values)) / 2 / median(values)) * 100
}

/** The same numbers, each with three digits that mean something. */
export function round(/** @type {number} */ value) {
  if (!Number.isFinite(value)) return '-'
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

/** `1.12 ±4%`: median and spread of what several windows measured. */
export function summary(/** @type {readonly number[]} */ values) {
  return values.length === 0 ? '-' : `${round(median(values))} ±${spreadPercent(values).toFixed(0)}%`
}
