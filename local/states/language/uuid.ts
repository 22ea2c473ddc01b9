/** Version 4 UUIDs from a handed-in source of chance. */

/** `random` answers 0 ≤ x < 1. */
export const uuid = (random: () => number): string =>
  'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (mark) => {
    const digit = Math.floor(random() * 16)
    return (mark === 'y' ? (digit % 4) + 8 : digit).toString(16)
  })
