/**
 * The line by which the script that makes a machine's key is known: the emulator's simulated machines answer it with a
 * real key.
 */
export const machineKeyMarker = '# stackwright:machine-key'
