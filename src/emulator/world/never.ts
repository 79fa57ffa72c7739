/**
 * A time of the cloud's clock that never comes: whatever ends then is under way, and when it ends is not known yet.
 * Later than any cloud lives, and still a time that `Date` can write. Compare with `>=`: saved worlds of earlier
 * versions hold a later one.
 */
export const NEVER = 4e15
