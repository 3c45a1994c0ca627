/** The fractional part of the golden ratio: of all multiples, those of this number are spread most evenly. */
const STEP = 0.618_033_988_749_895;

/**
 * Numbers from 0 to 1, without 1, that are spread evenly at any time: of ten requests, a target group with a tenth of
 * the weight receives one, give or take one. Random numbers show that only over many requests.
 */
export function steadyNumbers(): () => number {
  let count = 0;
  return () => (count++ * STEP) % 1;
}
