/** What the clouds' kinds say before something with data in it goes; the same words for all. */
export const dataLost = 'Its data is lost with it.'
export const backupKept = 'One last backup of its data is kept, and costs storage.'
