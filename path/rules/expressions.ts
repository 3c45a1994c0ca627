/* What the fixes of several rules write alike. */

/** For faults that this project's props cannot make. */
export const BY_NO_PROP = "no prop causes this; remove the override or the resource you added";
